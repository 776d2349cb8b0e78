import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { flagRequest } from '../request/flag-request.ts';
import { ensureStatus, lockVisibleRequests } from '../request/lock-visible-request.ts';
import { moveMessages } from './move-messages.ts';
import {
  insertPeopleOf,
  listMovableMessages,
  lockContactsOf,
  markMerged,
  recountMessages,
} from './move-queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { OPEN_STATUSES, type RequestRow } from '../request/request.ts';

/**
 * Moves an open request's messages into another open one of the same mailbox and closes it, silently. Its contact and
 * participants join the other, later mail follows, and `unmergeRequest` undoes it. The other's status stays.
 */
export async function mergeRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly into: number },
): Promise<void> {
  requirePermission(actor, 'requests.merge');
  const { requestId, into } = input;
  if (requestId === into) throw invalidField('/into', 'is the request itself');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId, into]);
    const [request, target] = await lockVisibleRequests(tx, actor, [requestId, into]);
    if (request === undefined || target === undefined) throw new Error('a locked request is missing');
    ensureStatus(request, 'merge', OPEN_STATUSES);
    ensureStatus(target, 'merge', OPEN_STATUSES);
    if (request.mailboxId !== target.mailboxId) throw invalidField('/into', 'is in another mailbox');

    const messages = await listMovableMessages(tx, request.id);
    const messageIds = messages.map((message) => message.id);
    const { status, needsAttention } = request;
    await moveMessages(tx, messages, request.id, target);
    await insertPeopleOf(tx, request.id, target.id, at);
    await markMerged(tx, { requestId, into, status, needsAttention, messageIds, at });
    await recountMessages(tx, request.id, at);
    await recountMessages(tx, target.id, at);
    // What called for attention, a reply that failed for instance, is on the other now.
    if (needsAttention) {
      const flag = { requestId: target.id, mailboxId: target.mailboxId, reason: 'merged', at };
      await flagRequest(tx, actor, flag);
    }
    await recordEvents(tx, actor, request, target, messageIds, at);
  });
}

async function recordEvents(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  target: RequestRow,
  messageIds: readonly number[],
  at: Date,
): Promise<void> {
  await recordEvent(tx, {
    type: 'request.merged',
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    old: { status: request.status, mergedInto: null },
    new: { status: 'closed', mergedInto: target.id, messageIds },
  });
  await recordEvent(tx, {
    type: 'request.absorbed',
    actor,
    at,
    mailboxId: target.mailboxId,
    requestId: target.id,
    new: { requestId: request.id, messageIds },
  });
}
