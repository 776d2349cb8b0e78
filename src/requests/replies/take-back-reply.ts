import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { cancelClosedNotices, cancelReply } from '../../outbox/deliveries/cancel-delivery.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { nameAs, notFound } from '../../platform/problems.ts';
import { draftAgain } from '../drafts/draft-again.ts';
import type { FieldChanges } from '../fields/field.ts';
import { valuesBefore } from '../fields/values-before.ts';
import { lockContactsOf, lockVisibleRequest } from '../locks.ts';
import { findStandingAssignee } from '../life/assigning.ts';
import { moveRequest } from '../life/move-request.ts';
import { editLocked } from '../request/edit-request.ts';
import { findEditableFields } from '../request/queries.ts';
import type { RequestRow } from '../request.ts';
import { findReplyWords, listEffects, type ReplyEffect } from './taken-back-queries.ts';

/**
 * Takes back a reply that is not being sent yet, by its author or a lead: it is not sent, its text and files are a draft
 * of the operator again, and what it made of the request is undone where nobody has changed it since. Who the request
 * was assigned to by it stays.
 */
export async function takeBackReply(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { messageId }: { readonly messageId: number },
): Promise<void> {
  requirePermission(actor, 'requests.reply');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const reply = await findReplyWords(tx, messageId);
    const absent = notFound('message', messageId);
    if (reply === null) throw absent;
    await lockContactsOf(tx, [reply.requestId]);
    const request = await lockVisibleRequest(tx, actor, reply).catch(nameAs(absent));
    await draftAgain(
      tx,
      { requestId: request.id, operatorId: actor.operatorId },
      { ...reply, messageId, at },
    );
    await cancelReply(tx, actor, messageId, at);
    if (request.mergedInto === null) await undoEffects(tx, actor, request, { messageId, at });
  });
}

async function undoEffects(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  reply: { readonly messageId: number; readonly at: Date },
): Promise<void> {
  const effects = await listEffects(tx, request.id, reply.messageId);
  const moved = effects.find(({ type }) => type !== 'request.edited' && type !== 'request.fields_changed');
  let { status } = request;
  if (moved !== undefined && moved.new['status'] === status) {
    const assigneeId = await findStandingAssignee(tx, request);
    const type = moved.type === 'request.pended' ? 'request.status_changed' : 'request.reopened';
    status = await moveRequest(tx, actor, request, { verb: 'take_back', type, assigneeId, ...reply });
    if (request.status === 'closed') await cancelClosedNotices(tx, actor, request.id, reply.at);
  }
  const edited = effects.find(({ type }) => type === 'request.edited');
  const valued = effects.find(({ type }) => type === 'request.fields_changed');
  // Closed by somebody else meanwhile, it keeps its tags, category and values, which are then theirs to change.
  if ((edited === undefined && valued === undefined) || status === 'closed') return;
  const { category, fields } = await findEditableFields(tx, request.id);
  const changes = {
    ...(edited !== undefined && 'category' in edited.new && edited.new['category'] === category
      ? { category: textOf(edited.old['category']) }
      : {}),
    removeTags: edited === undefined ? [] : addedTags(edited),
    fields:
      valued === undefined
        ? {}
        : await valuesBefore(tx, request.mailboxId, {
            old: valuesOf(valued.old),
            made: valuesOf(valued.new),
            now: fields,
          }),
  };
  await editLocked(tx, actor, { ...request, status }, { changes, ...reply });
}

function addedTags({ old, new: now }: ReplyEffect): string[] {
  const before = tagsOf(old['tags']);
  return tagsOf(now['tags']).filter((tag) => !before.includes(tag));
}

function valuesOf(told: ReplyEffect['old']): FieldChanges {
  return (told['fields'] ?? {}) as FieldChanges;
}

function tagsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
