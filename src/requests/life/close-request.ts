import type { Transaction } from '../../platform/db/connect.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { closeLocked } from './close-locked.ts';
import { ensureStatus, lockVisibleRequest } from '../request/lock-visible-request.ts';
import { lockContactOf } from '../request/lock-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { OPEN_STATUSES, type RequestRow } from '../request/request.ts';
import { markContactBlocked } from './status-queries.ts';

/**
 * Closes an open request and, unless `notify` is false, tells its contact. The contact is locked first: a mail that is
 * being filed either joins before the closing or opens the next request after it. `block` also holds back all further
 * mail of the contact to this mailbox; a blocked contact is told nothing.
 */
export async function closeRequest(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: {
    readonly requestId: number;
    readonly notify: boolean;
    readonly reason?: string;
    readonly block?: boolean;
  },
): Promise<void> {
  requirePermission(actor, 'requests.close');
  const block = input.block ?? false;
  if (block) requirePermission(actor, 'contacts.block');
  const at = deps.clock.now();
  const queued = await deps.db.begin(async (tx) => {
    await lockContactOf(tx, input.requestId);
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    ensureStatus(request, 'close', OPEN_STATUSES);
    if (block) await blockContact(tx, actor, request, at);
    const notify = input.notify && !block;
    return closeLocked(tx, actor, request, { notify, reason: input.reason ?? null, at });
  });
  if (queued) deps.wakeDeliveries();
}

async function blockContact(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  at: Date,
): Promise<void> {
  const { contactId, mailboxId } = request;
  if (!(await markContactBlocked(tx, contactId, mailboxId))) return;
  await recordEvent(tx, {
    type: 'contact.blocked',
    actor,
    at,
    mailboxId,
    requestId: request.id,
    contactId,
    old: { blocked: false },
    new: { blocked: true },
  });
}
