import { cleanLine } from '../../mail/text.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { givenFields } from '../../platform/given-fields.ts';
import { ensureUnchanged } from '../../platform/entity-tag.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import type { OperatorActor } from '../access/actor.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';
import { changedFields } from '../history/changed-fields.ts';
import { recordEvent } from '../history/record-event.ts';
import { checkedMailboxIds } from '../operators/add-operator.ts';
import type { OnTeamLeaving } from './leaving.ts';
import {
  type EligibleOperator,
  deleteTeam,
  findTeamRow,
  holdEligible,
  insertTeam,
  lockTeam,
  replaceMembers,
  updateTeam,
} from './queries.ts';
import { fieldsOf, type Team, type TeamFields } from './team.ts';

export type TeamDeps = Pick<Deps, 'db' | 'clock'> & { readonly onTeamLeaving: OnTeamLeaving };

export type TeamChanges = { readonly [Name in keyof TeamFields]?: TeamFields[Name] | undefined };

type OnTeam = { readonly teamId: number; readonly ifMatch?: readonly string[] | null };

/** Adds a team. Takes a manager who serves every one of its mailboxes. */
export async function addTeam(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: TeamFields & { readonly idempotency?: Idempotency | null },
): Promise<Team> {
  requirePermission(actor, 'teams.add');
  requireServingAll(actor, input.mailboxIds);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      const fields = await checked(tx, input, []);
      const madeId = await insertTeam(tx, { ...fields, at });
      await replaceMembers(tx, madeId, fields);
      await recordEvent(tx, { type: 'team.added', actor, at, new: { teamId: madeId, ...fields } });
      return madeId;
    });
    return present(await findTeamRow(tx, actor, id), id);
  });
}

/**
 * Changes a team, by a lead of it or a manager. Requests in mailboxes that it no longer serves belong to no team then. Only
 * somebody who serves all of its mailboxes changes which those are.
 */
export async function editTeam(
  deps: TeamDeps,
  actor: OperatorActor,
  input: OnTeam & { readonly changes: TeamChanges },
): Promise<Team> {
  const { teamId } = input;
  requirePermission(actor, 'teams.edit', [teamId]);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const team = present(await lockTeam(tx, actor, teamId), teamId);
    ensureUnchanged('Team', team, input.ifMatch ?? null);
    const before = fieldsOf(team);
    if (input.changes.mailboxIds !== undefined || !actor.ledTeamIds.includes(teamId))
      requireServingAll(actor, before.mailboxIds);
    if (input.changes.mailboxIds !== undefined) requireServingAll(actor, input.changes.mailboxIds);
    const after = await checked(tx, { ...before, ...givenFields(input.changes) }, before.memberIds);
    const told = changedFields(before, after);
    if (told === null) return team;
    await updateTeam(tx, teamId, { ...after, at });
    await replaceMembers(tx, teamId, after);
    await recordEvent(tx, {
      type: 'team.edited',
      actor,
      at,
      old: { teamId, ...told.old },
      new: { teamId, ...told.new },
    });
    if (after.mailboxIds !== null)
      await deps.onTeamLeaving(tx, actor, { teamId, keptMailboxIds: after.mailboxIds, at });
    return present(await findTeamRow(tx, actor, teamId), teamId);
  });
}

/** Removes a team; what belonged to it belongs to none. Takes a manager who serves every one of its mailboxes. */
export async function removeTeam(deps: TeamDeps, actor: OperatorActor, input: OnTeam): Promise<void> {
  requirePermission(actor, 'teams.remove');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const team = present(await lockTeam(tx, actor, input.teamId), input.teamId);
    ensureUnchanged('Team', team, input.ifMatch ?? null);
    requireServingAll(actor, team.mailboxIds);
    await deps.onTeamLeaving(tx, actor, { teamId: team.id, keptMailboxIds: [], at });
    await deleteTeam(tx, team.id);
    await recordEvent(tx, { type: 'team.removed', actor, at, old: { teamId: team.id, ...fieldsOf(team) } });
  });
}

/** The fields as they are stored; refuses who cannot be in a team, but keeps those who are. */
async function checked(
  tx: Transaction,
  { name, mailboxIds, memberIds, leadIds }: TeamFields,
  presentIds: readonly number[],
): Promise<TeamFields> {
  const line = cleanLine(name);
  if (line === '') throw invalidField('/name', 'must not be blank');
  const all = [...new Set([...memberIds, ...leadIds])].toSorted((a, b) => a - b);
  const found = new Map((await holdEligible(tx, all)).map((each) => [each.id, each]));
  for (const [field, ids] of Object.entries({ memberIds, leadIds })) {
    for (const [index, id] of ids.entries()) {
      const fault = faultOf(found.get(id), {
        leads: field === 'leadIds',
        isPresent: presentIds.includes(id),
      });
      if (fault !== null) throw invalidField(`/${field}/${index}`, fault);
    }
  }
  return {
    name: line,
    mailboxIds: await checkedMailboxIds(tx, mailboxIds),
    memberIds: all,
    leadIds: [...new Set(leadIds)].toSorted((a, b) => a - b),
  };
}

function faultOf(
  operator: EligibleOperator | undefined,
  { leads, isPresent }: { readonly leads: boolean; readonly isPresent: boolean },
): string | null {
  if (operator === undefined) return 'is not an operator';
  if (!operator.active && !isPresent) return 'is not active';
  return leads && operator.role === 'agent' ? 'has the role agent, which leads nobody' : null;
}

function present(team: Team | null, id: number): Team {
  if (team === null) throw notFound('team', id);
  return team;
}
