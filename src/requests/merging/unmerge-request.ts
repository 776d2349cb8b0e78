import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { findStandingAssignee } from '../life/assigning.ts';
import { markStatus } from '../life/queries.ts';
import { lockContactsOf, lockVisibleRequests, type OnRequest } from '../locks.ts';
import { recountMessages } from '../request/recount.ts';
import { moveMessages } from './move-messages.ts';
import {
  deleteMerge,
  deletePeopleWithoutMail,
  findMerge,
  listMergeChain,
  listMergedMessages,
  type Merge,
} from './move-queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { RequestRow, RequestStatus } from '../request.ts';

/**
 * Undoes a merge: the request is what it was before, and gets back those of its messages that are still where the
 * merge, and any later merge of the target, put them. A message that came after the merge stays where it was filed.
 */
export async function unmergeRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.merge');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const { request, target, furtherIds } = await lockChain(tx, actor, input);
    const merge = await findMerge(tx, request.id);
    if (merge === null || target === undefined) {
      throw new Problem('wrong_state', `Request ${request.id} is ${request.status}, not merged.`, {
        members: { requestStatus: request.status, mergedInto: null },
      });
    }
    const messages = await listMergedMessages(tx, request.id, target.id);
    const messageIds = messages.map((message) => message.id);
    const back = await standingStatus(tx, request, merge);
    await moveMessages(tx, messages, target.id, request);
    await deleteMerge(tx, request.id, { requestIds: furtherIds, messageIds });
    const { needsAttention } = merge;
    await markStatus(tx, request.id, { ...back, needsAttention, mergedInto: null }, at);
    await deletePeopleWithoutMail(tx, target.id, request.id);
    await deletePeopleWithoutMail(tx, request.id, request.id);
    await recountMessages(tx, request.id, at);
    await recountMessages(tx, target.id, at);
    for (const [id, other] of [
      [request.id, target.id],
      [target.id, request.id],
    ] as const) {
      const isRequest = id === request.id;
      await recordEvent(tx, {
        type: 'request.unmerged',
        actor,
        at,
        mailboxId: request.mailboxId,
        requestId: id,
        ...(isRequest ? { old: { status: request.status, mergedInto: request.mergedInto } } : {}),
        new: {
          messageIds,
          ...(isRequest ? { ...back, mergedInto: null, messagesFrom: other } : { requestId: other }),
        },
      });
    }
  });
}

/** Locks the request and all it leads to; the last one holds its messages. */
async function lockChain(
  tx: Transaction,
  actor: OperatorActor,
  input: OnRequest,
): Promise<{ request: RequestRow; target: RequestRow | undefined; furtherIds: number[] }> {
  const chain = await listMergeChain(tx, input.requestId);
  await lockContactsOf(tx, chain);
  const further = chain.slice(1).map((requestId) => ({ requestId }));
  const [request, ...others] = await lockVisibleRequests(tx, actor, [input, ...further]);
  const now = await listMergeChain(tx, input.requestId);
  if (now.join() !== chain.join()) {
    throw new Problem('busy', 'Somebody else is merging these requests.', { retryAfterSeconds: 1 });
  }
  if (request === undefined) throw new Error('a locked request is missing');
  return { request, target: others.at(-1), furtherIds: others.map((each) => each.id) };
}

async function standingStatus(
  tx: Transaction,
  request: RequestRow,
  merge: Merge,
): Promise<{ status: RequestStatus; assigneeId: number | null }> {
  const assigneeId = await findStandingAssignee(tx, request);
  const isActive = merge.status === 'in_progress' || merge.status === 'pending';
  return { status: isActive && assigneeId === null ? 'new' : merge.status, assigneeId };
}
