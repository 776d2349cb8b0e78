import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
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
  actor: OperatorActor,
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
  const { at, messageId } = edit;
  const changes = cleanChanges(edit.changes);
  const onlyFlag = Object.entries(edit.changes).every(
    ([name, value]) => name === 'needsAttention' || value === undefined,
  );
  if (!onlyFlag) ensureAllowed(request, 'edit');
  const before = await findEditableFields(tx, request.id);
  const tags = tagsAfter(changes.tags ?? before.tags, edit.changes, edit.under ?? '');
  const after: EditableFields = { ...before, ...changes, tags };
  const changed = changedFields(before, after);
  if (changed === null) return;
  await markEdited(tx, request.id, after, at);
  await recordEvent(tx, {
    type: 'request.edited',
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    messageId,
    ...changed,
  });
}

function cleanChanges(changes: RequestChanges): Partial<EditableFields> {
  const { priority, category, tags, subject, needsAttention } = changes;
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined ? {} : { category: category === null ? null : filled('/category', category) }),
    ...(tags === undefined ? {} : { tags: cleanTags(tags) }),
    ...(subject === undefined ? {} : { subject: filled('/subject', subject) }),
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

/** Tags as they are stored: one line each, each once, in the order given. */
export function cleanTags(tags: readonly string[], pointer = '/tags'): string[] {
  return [...new Set(tags.map((tag, index) => filled(`${pointer}/${index}`, tag)))];
}

function filled(pointer: string, text: string): string {
  const line = cleanLine(text);
  if (line === '') throw invalidField(pointer, 'must not be blank');
  return line;
}
