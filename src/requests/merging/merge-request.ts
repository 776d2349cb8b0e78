import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { moveDraftRows } from '../drafts/queries.ts';
import { flagRequest } from '../request/flag-request.ts';
import { moveRequest } from '../life/move-request.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockContactsOf, lockVisibleRequests, type OnRequest } from '../locks.ts';
import { moveMessages } from './move-messages.ts';
import { insertPeopleOf, listMovableMessages, insertMerge } from './move-queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { recountMessages } from '../request/recount.ts';

/**
 * Moves an open request's messages into another open request of the same mailbox and closes it, without a notice. Its
 * contact and participants join the other, later messages follow, and `unmergeRequest` undoes it. The other's status
 * stays.
 */
export async function mergeRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & { readonly into: number },
): Promise<void> {
  requirePermission(actor, 'requests.merge');
  const { requestId, into } = input;
  if (requestId === into) throw invalidField('/into', 'is the request itself');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId, into]);
    const [request, target] = await lockVisibleRequests(tx, actor, [input, { requestId: into }]);
    if (request === undefined || target === undefined) throw new Error('a locked request is missing');
    ensureAllowed(request, 'merge');
    ensureAllowed(target, 'merge');
    if (request.mailboxId !== target.mailboxId) throw invalidField('/into', 'is in another mailbox');

    const messages = await listMovableMessages(tx, request.id);
    const messageIds = messages.map((message) => message.id);
    const { status, needsAttention } = request;
    await moveMessages(tx, messages, request.id, target);
    await insertPeopleOf(tx, { from: request.id, to: target.id, at });
    await moveDraftRows(tx, request.id, target.id, at);
    await insertMerge(tx, { requestId, status, needsAttention, messageIds, at });
    await moveRequest(tx, actor, request, {
      verb: 'merge',
      type: 'request.merged',
      mergedInto: target.id,
      settles: true,
      facts: { mergedInto: target.id, messageIds },
      at,
    });
    await recountMessages(tx, request.id, at);
    await recountMessages(tx, target.id, at);
    // What needed attention, a failed reply for instance, is on the other request now.
    if (needsAttention) {
      const flag = { requestId: target.id, mailboxId: target.mailboxId, reason: 'merged', at };
      await flagRequest(tx, actor, flag);
    }
    await recordEvent(tx, {
      type: 'request.absorbed',
      actor,
      at,
      mailboxId: target.mailboxId,
      requestId: target.id,
      new: { requestId: request.id, messageIds },
    });
  });
}
