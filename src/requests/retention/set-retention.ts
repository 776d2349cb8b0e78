import type { Deps } from '../../platform/deps.ts';
import { Problem } from '../../platform/problems.ts';
import { lockVisibleMailbox } from '../../mailboxes/settings/lock-visible-mailbox.ts';
import { findMailbox } from '../../mailboxes/settings/find-mailbox.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { countDue, findRetentionRow, upsertRetention } from './queries.ts';
import { cutoffsAt, faultsInOrder, type Going, KEEPS_ALL, type Retention } from './retention.ts';

type OnMailbox = { readonly mailboxId: number };

/** What a mailbox lets go of, and when. For admins. */
export async function findRetention(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  { mailboxId }: OnMailbox,
): Promise<Retention> {
  requirePermission(actor, 'retention.manage');
  await findMailbox(deps, actor, { mailboxId });
  return (await findRetentionRow(deps.db, mailboxId)) ?? KEEPS_ALL;
}

/** Says what a mailbox lets go of. The next run does it: until then it can be taken back, afterwards nothing comes back. */
export async function setRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId, retention }: OnMailbox & { readonly retention: Retention },
): Promise<Retention> {
  requirePermission(actor, 'retention.manage');
  refuseDisorder(retention);
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const changed = changedFields((await findRetentionRow(tx, mailboxId)) ?? KEEPS_ALL, retention);
    if (changed === null) return;
    await upsertRetention(tx, mailboxId, retention);
    await recordEvent(tx, {
      type: 'mailbox.retention_set',
      actor,
      at: deps.clock.now(),
      mailboxId,
      ...changed,
    });
  });
  return retention;
}

/** How much would go now, were this said of the mailbox; changes nothing. */
export async function countRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId, retention }: OnMailbox & { readonly retention: Retention },
): Promise<Going> {
  requirePermission(actor, 'retention.manage');
  refuseDisorder(retention);
  await findMailbox(deps, actor, { mailboxId });
  return countDue(deps.db, { mailboxId, cutoffs: cutoffsAt(retention, deps.clock.now()) });
}

function refuseDisorder(retention: Retention): void {
  const errors = faultsInOrder(retention);
  const [first] = errors;
  if (first === undefined) return;
  throw new Problem('invalid_input', `${first.pointer}: ${first.detail}`, { errors });
}
