import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { notFound, Problem } from '../../platform/problems.ts';
import { changedFields } from '../history/changed-fields.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Actor, Role } from '../access/actor.ts';
import { checkedMailboxIds, checkedName } from './add-operator.ts';
import { type Admin, lockActiveAdmins, lockOperator, updateOperator } from './edit-queries.ts';
import { markTokensRevoked } from '../credentials/queries.ts';
import { deleteMemberships } from '../teams/queries.ts';
import type { Operator } from './operator.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';

/** `onLeaving` is handed in: what an operator holds is known to the rooms above. */
export type EditDeps = Pick<Deps, 'db' | 'clock'> & { readonly onLeaving: OnLeaving };

export type OperatorChanges = {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  /** Null: every mailbox. */
  readonly mailboxIds?: readonly number[] | null | undefined;
  readonly active?: boolean | undefined;
};

/** Takes back, within the transaction, what somebody holds in mailboxes that they no longer serve. */
export type OnLeaving = (
  tx: Transaction,
  actor: Actor,
  left: { readonly operatorId: number; readonly keptMailboxIds: readonly number[]; readonly at: Date },
) => Promise<void>;

/**
 * Changes an operator, from their next call on. One who is deactivated loses every token for good and hands back their
 * requests, as does one who no longer serves a mailbox there; history and closed requests keep naming them. Refuses
 * (`wrong_state`) to demote, deactivate or narrow the last active admin of every mailbox, and anybody but an admin or the system.
 */
export async function editOperator(
  deps: EditDeps,
  actor: Actor,
  input: { readonly operatorId: number; readonly changes: OperatorChanges },
): Promise<Operator> {
  requirePermission(actor, 'operators.edit');
  const { changes } = input;
  const name = changes.name === undefined ? undefined : checkedName(changes.name);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const admins = await lockActiveAdmins(tx);
    const before = await lockOperator(tx, input.operatorId);
    if (before === null) throw notFound('operator', input.operatorId);
    requireServingAll(actor, before.mailboxIds);
    if (changes.mailboxIds !== undefined) requireServingAll(actor, changes.mailboxIds);
    const mailboxIds =
      changes.mailboxIds === undefined ? before.mailboxIds : await checkedMailboxIds(tx, changes.mailboxIds);
    const after: Operator = {
      ...before,
      name: name ?? before.name,
      role: changes.role ?? before.role,
      active: changes.active ?? before.active,
      mailboxIds,
    };
    const changed = changedFields(before, after);
    if (changed === null) return before;
    ensureAnAdminStays(admins, after);

    const operator = await updateOperator(tx, before.id, after);
    const tokenIds = before.active && !after.active ? await markTokensRevoked(tx, before.id, at) : [];
    const leftTeamIds = await leaveTeams(tx, before, after, at);
    await recordEvent(tx, {
      type: 'operator.edited',
      actor,
      at,
      old: { operatorId: before.id, ...changed.old },
      new: {
        operatorId: before.id,
        ...changed.new,
        ...(tokenIds.length === 0 ? {} : { revokedTokenIds: tokenIds }),
        ...(leftTeamIds.length === 0 ? {} : { leftTeamIds }),
      },
    });
    if (!after.active || after.mailboxIds !== null) {
      const keptMailboxIds = after.active ? (after.mailboxIds ?? []) : [];
      await deps.onLeaving(tx, actor, { operatorId: after.id, keptMailboxIds, at });
    }
    return { ...operator, ledTeamIds: operator.ledTeamIds.filter((id) => !leftTeamIds.includes(id)) };
  });
}

/** Who no longer answers is in no team, and an agent leads none. */
async function leaveTeams(
  tx: Transaction,
  before: Operator,
  after: Operator,
  at: Date,
): Promise<readonly number[]> {
  if (!after.active) return before.active ? deleteMemberships(tx, after.id, { only: null, at }) : [];
  return after.role === 'agent' && before.role !== 'agent'
    ? deleteMemberships(tx, after.id, { only: 'leading', at })
    : [];
}

/** Without an active admin nobody could make one; without one of every mailbox nobody could add a mailbox or erase a contact. */
function ensureAnAdminStays(admins: readonly Admin[], after: Operator): void {
  const isAdmin = after.active && after.role === 'admin';
  const others = admins.filter(({ id }) => id !== after.id);
  const before = admins.find(({ id }) => id === after.id);
  if (before === undefined) return;
  if (!isAdmin && others.length === 0) {
    throw new Problem(
      'wrong_state',
      `${after.name} is the last active admin; make somebody else an admin first.`,
    );
  }
  const wasUnlimited = before.mailboxIds === null;
  const isUnlimited = isAdmin && after.mailboxIds === null;
  if (!wasUnlimited || isUnlimited || others.some(({ mailboxIds }) => mailboxIds === null)) return;
  throw new Problem(
    'wrong_state',
    `${after.name} is the last active admin who serves every mailbox; give every mailbox to another admin first.`,
  );
}
