import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { cleanLine } from '../../mail/text.ts';
import type { Actor, OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { changedValues, changeValues } from '../fields/change-values.ts';
import type { FieldChanges } from '../fields/field.ts';
import type { Priority, RequestRow } from '../request.ts';
import { type EditableFields, findEditableFields, markEdited } from './queries.ts';

export const MAX_TAGS = 50;

export type RequestChanges = {
  readonly priority?: Priority | undefined;
  readonly category?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Added to the tags it has, or that the same change sets. */
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly needsAttention?: boolean | undefined;
  /** Values to be set by their keys; null takes one away. */
  readonly fields?: FieldChanges | undefined;
};

/**
 * Changes the fields of an open request; its history records what really changed. `needsAttention` can be changed on a
 * closed request too, because a message can bounce after the closing.
 */
export async function editRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & { readonly changes: RequestChanges },
): Promise<void> {
  requirePermission(actor, 'requests.edit');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    await editLocked(tx, actor, request, { changes: input.changes, at });
  });
}

/** Changes the fields of a request that the caller has locked; nothing is recorded if nothing changed. */
export async function editLocked(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  edit: {
    readonly changes: RequestChanges;
    readonly at: Date;
    /** The reply that brings the changes, or takes them back. */
    readonly messageId?: number;
    /** The pointer to the changes in the caller's input. */
    readonly under?: string;
  },
): Promise<void> {
  const { at, messageId, under = '' } = edit;
  const changes = cleanChanges(edit.changes, under);
  const onlyFlag = Object.entries(edit.changes).every(
    ([name, value]) => name === 'needsAttention' || value === undefined,
  );
  if (!onlyFlag) ensureAllowed(request, 'edit');
  const before = await findEditableFields(tx, request.id);
  const tags = tagsAfter(changes.tags ?? before.tags, edit.changes, under);
  const fields = await changeValues(tx, request.mailboxId, {
    before: before.fields,
    changes: edit.changes.fields ?? {},
    under,
    byContact: actor.kind === 'contact',
  });
  const { fields: _, ...edited } = { ...before, ...changes, tags };
  const changed = changedFields(before, edited);
  const values = changedValues(before.fields, fields);
  if (changed === null && values === null) return;
  await markEdited(tx, request.id, { ...edited, fields }, at);
  const event = { actor, at, mailboxId: request.mailboxId, requestId: request.id, messageId };
  if (changed !== null) await recordEvent(tx, { ...event, type: 'request.edited', ...changed });
  if (values !== null) await recordEvent(tx, { ...event, type: 'request.fields_changed', ...values });
}

function cleanChanges(changes: RequestChanges, under: string): Partial<EditableFields> {
  const { priority, category, tags, subject, needsAttention } = changes;
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined
      ? {}
      : { category: category === null ? null : filled(`${under}/category`, category) }),
    ...(tags === undefined ? {} : { tags: cleanTags(tags, `${under}/tags`) }),
    ...(subject === undefined ? {} : { subject: filled(`${under}/subject`, subject) }),
    ...(needsAttention === undefined ? {} : { needsAttention }),
  };
}

function tagsAfter(
  tags: readonly string[],
  { addTags = [], removeTags = [] }: RequestChanges,
  under: string,
): string[] {
  const removed = new Set(cleanTags(removeTags, `${under}/removeTags`));
  const added = cleanTags(addTags, `${under}/addTags`);
  const after = [...new Set([...tags, ...added])].filter((tag) => !removed.has(tag));
  if (after.length > MAX_TAGS)
    throw invalidField(`${under}/addTags`, `would make more than ${MAX_TAGS} tags`);
  return after;
}

/** Tags in their stored form: one line each, each once, in the order given. */
export function cleanTags(tags: readonly string[], pointer = '/tags'): string[] {
  return [...new Set(tags.map((tag, index) => filled(`${pointer}/${index}`, tag)))];
}

function filled(pointer: string, text: string): string {
  const line = cleanLine(text);
  if (line === '') throw invalidField(pointer, 'must not be blank');
  return line;
}
