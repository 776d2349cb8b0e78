import { givenFields } from '../../platform/given-fields.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk, servesMailbox } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { mailboxExists } from '../life/queries.ts';
import { cleanTags } from '../request/edit-request.ts';
import type { CannedEffects, CannedReply, CannedScope } from './canned-reply.ts';
import { textFault } from './fill-text.ts';
import { findCannedReply } from './find-canned-reply.ts';
import { deleteCanned, insertCanned, lockCanned, updateCanned } from './queries.ts';

export type NewCannedReply = Partial<CannedEffects> & {
  readonly scope: CannedScope;
  /** Of a mailbox's; nothing else has one. */
  readonly mailboxId: number | null;
  readonly name: string;
  readonly text: string;
  readonly idempotency?: Idempotency | null;
};

/**
 * Stores a text for many answers. One of a mailbox or of the desk is shared, and takes a lead; for the desk, a lead who
 * serves all of it.
 */
export async function addCannedReply(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: NewCannedReply,
): Promise<CannedReply> {
  requirePermission(actor, input.scope === 'own' ? 'requests.read' : 'canned_replies.share');
  if (input.scope === 'desk') requireWholeDesk(actor);
  const { mailboxId } = input;
  if ((input.scope === 'mailbox') !== (mailboxId !== null)) {
    throw invalidField('/mailboxId', 'is for the scope mailbox only');
  }
  const { status = null, category = null, tags = [] } = input;
  const words = cleaned({ name: input.name, text: input.text, status, category, tags });
  const operatorId = input.scope === 'own' ? actor.operatorId : null;
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      if (mailboxId !== null && !(servesMailbox(actor, mailboxId) && (await mailboxExists(tx, mailboxId)))) {
        throw invalidField('/mailboxId', 'is not a mailbox');
      }
      const madeId = await insertCanned(tx, { ...words, operatorId, mailboxId, at });
      const after = await findCannedReply({ db: tx }, actor, madeId);
      await tell(tx, actor, 'canned_reply.added', { after, at });
      return madeId;
    });
    return findCannedReply({ db: tx }, actor, id);
  });
}

type CannedReplyFields = CannedEffects & { readonly name: string; readonly text: string };

export type CannedReplyChanges = {
  readonly [Name in keyof CannedReplyFields]?: CannedReplyFields[Name] | undefined;
};

/** Changes an own canned reply, or as a lead a shared one. Fields left out stay. */
export async function editCannedReply(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly cannedReplyId: number; readonly changes: CannedReplyChanges },
): Promise<CannedReply> {
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const before = await lockOwn(tx, actor, input.cannedReplyId);
    const changed = cleaned({ ...before, ...givenFields(input.changes) });
    if (changedFields(before, changed) === null) return before;
    const after: CannedReply = { ...before, ...changed, updatedAt: at };
    await updateCanned(tx, after);
    await tell(tx, actor, 'canned_reply.edited', { before, after, at });
    return after;
  });
}

/** Removes an own canned reply, or as a lead a shared one. */
export async function removeCannedReply(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly cannedReplyId: number },
): Promise<void> {
  await deps.db.begin(async (tx) => {
    const before = await lockOwn(tx, actor, input.cannedReplyId);
    await deleteCanned(tx, before.id);
    await tell(tx, actor, 'canned_reply.removed', { before, at: deps.clock.now() });
  });
}

async function lockOwn(tx: Transaction, actor: OperatorActor, id: number): Promise<CannedReply> {
  requirePermission(actor, 'requests.read');
  const canned = await lockCanned(tx, actor, id);
  if (canned === null) throw notFound('canned reply', id);
  if (canned.scope !== 'own') requirePermission(actor, 'canned_replies.share');
  if (canned.scope === 'desk') requireWholeDesk(actor);
  return canned;
}

function cleaned({ name, text, status, category, tags }: CannedReplyFields): CannedReplyFields {
  const line = cleanLine(name);
  if (line === '') throw invalidField('/name', 'must not be blank');
  const fault = textFault(text);
  if (fault !== null) throw invalidField('/text', fault);
  const kept = category === null ? null : cleanLine(category);
  if (kept === '') throw invalidField('/category', 'must not be blank');
  return { name: line, text, status, category: kept, tags: cleanTags(tags) };
}

// An operator's own canned replies concern nobody else, so that they leave no event.
async function tell(
  tx: Transaction,
  actor: OperatorActor,
  type: `canned_reply.${'added' | 'edited' | 'removed'}`,
  change: { readonly before?: CannedReply; readonly after?: CannedReply; readonly at: Date },
): Promise<void> {
  const { before, after, at } = change;
  const canned = after ?? before;
  if (canned === undefined || canned.scope === 'own') return;
  await recordEvent(tx, {
    type,
    actor,
    at,
    mailboxId: canned.mailboxId,
    requestId: null,
    ...(before === undefined ? {} : { old: told(before) }),
    ...(after === undefined ? {} : { new: told(after) }),
  });
}

function told({ id, name, text, status, category, tags }: CannedReply): Record<string, unknown> {
  return { cannedReplyId: id, name, text, status, category, tags };
}
