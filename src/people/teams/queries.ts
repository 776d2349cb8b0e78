import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import { violates } from '../../platform/db/errors.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { Problem } from '../../platform/problems.ts';
import type { Role, Viewer } from '../access/actor.ts';
import type { Team, TeamFields } from './team.ts';
import { TEAM_SORTS, type TeamSort } from './team-sorts.ts';

const teamColumns = (db: Queryable) => db`
  t.id, t.name, t.mailbox_ids, t.created_at, t.updated_at, t.version,
  coalesce((
    select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'leads', tm.leads) order by o.name, o.id)
    from team_members tm
    join operators o on o.id = tm.operator_id
    where tm.team_id = t.id), '[]') as members`;

export type TeamFilters = {
  /** In which this operator is. */
  readonly memberId?: number | undefined;
};

function conditions(
  db: Queryable,
  { mailboxIds }: Pick<Viewer, 'mailboxIds'>,
  { memberId }: TeamFilters,
): Fragment {
  const served =
    mailboxIds === null
      ? db`true`
      : db`(t.mailbox_ids is null or t.mailbox_ids && ${[...mailboxIds]}::bigint[])`;
  if (memberId === undefined) return served;
  return db`${served} and t.id in (select team_id from team_members where operator_id = ${memberId})`;
}

export async function listTeamRows(
  db: Queryable,
  viewer: Viewer,
  filters: TeamFilters,
  page: PageRange<TeamSort>,
): Promise<(Team & { readonly sortValue: string | null })[]> {
  const { sort } = page;
  const after = page.after === null ? db`` : db`and ${TEAM_SORTS.isAfter(db, sort, page.after)}`;
  return db<(Team & { readonly sortValue: string | null })[]>`
    select ${teamColumns(db)}, ${TEAM_SORTS.value(db, sort)} as sort_value
    from teams t
    where ${conditions(db, viewer, filters)} ${after}
    ${TEAM_SORTS.orderBy(db, sort)}
    limit ${page.limit}`;
}

export async function countTeamRows(db: Queryable, viewer: Viewer, filters: TeamFilters): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from teams t where ${conditions(db, viewer, filters)}`;
  return row?.total ?? 0;
}

export async function findTeamRow(db: Queryable, viewer: Viewer, id: number): Promise<Team | null> {
  const [row] = await db<Team[]>`
    select ${teamColumns(db)}
    from teams t
    where t.id = ${id} and ${conditions(db, viewer, {})}`;
  return row ?? null;
}

export async function lockTeam(tx: Transaction, viewer: Viewer, id: number): Promise<Team | null> {
  // In a statement of its own: who is in a team is read after whoever changed it has committed.
  await tx`select id from teams where id = ${id} for no key update`;
  return findTeamRow(tx, viewer, id);
}

type Row = Pick<TeamFields, 'name' | 'mailboxIds'> & { readonly at: Date };

export async function insertTeam(tx: Transaction, team: Row): Promise<number> {
  const [row] = await named(
    tx<{ id: number }[]>`
      insert into teams (name, mailbox_ids, created_at, updated_at)
      values (${team.name}, ${idsOf(team)}::bigint[], ${team.at}, ${team.at})
      returning id`,
  );
  if (row === undefined) throw new Error('inserting a team returned no row');
  return row.id;
}

export async function updateTeam(tx: Transaction, id: number, team: Row): Promise<void> {
  await named(tx`
    update teams
    set name = ${team.name}, mailbox_ids = ${idsOf(team)}::bigint[], updated_at = ${team.at}
    where id = ${id}`);
}

function idsOf({ mailboxIds }: Row): number[] | null {
  return mailboxIds === null ? null : [...mailboxIds];
}

async function named<Rows>(query: PromiseLike<Rows>): Promise<Rows> {
  try {
    return await query;
  } catch (error) {
    if (!violates(error, 'teams_name_key')) throw error;
    throw new Problem('already_exists', 'There is a team of this name.', {
      errors: [{ pointer: '/name', detail: 'is the name of a team already' }],
    });
  }
}

/** Puts these in the place of those who were in it. */
export async function replaceMembers(
  tx: Transaction,
  id: number,
  { memberIds, leadIds }: Pick<TeamFields, 'memberIds' | 'leadIds'>,
): Promise<void> {
  await tx`delete from team_members where team_id = ${id}`;
  await tx`
    insert into team_members (team_id, operator_id, leads)
    select ${id}::bigint, operator_id, operator_id = any(${[...leadIds]}::bigint[])
    from unnest(${[...memberIds]}::bigint[]) as member (operator_id)`;
}

export async function deleteTeam(tx: Transaction, id: number): Promise<void> {
  await tx`delete from teams where id = ${id}`;
}

export type EligibleOperator = { readonly id: number; readonly role: Role; readonly active: boolean };

/** Those of the ids that are operators, kept as they are until the transaction ends. */
export async function holdEligible(
  tx: Transaction,
  ids: readonly number[],
): Promise<readonly EligibleOperator[]> {
  return tx<EligibleOperator[]>`
    select id, role, active
    from operators
    where id = any(${[...ids]}::bigint[])
    order by id
    for share`;
}

/** Takes an operator out of every team, or only from leading; returns which. */
export async function deleteMemberships(
  tx: Transaction,
  operatorId: number,
  { only, at }: { readonly only: 'leading' | null; readonly at: Date },
): Promise<readonly number[]> {
  const rows = await tx<{ teamId: number }[]>`
    select team_id
    from team_members
    where operator_id = ${operatorId} and (leads or ${only === null})
    order by team_id`;
  const ids = rows.map((row) => row.teamId);
  if (ids.length === 0) return ids;
  // The team's row first, as everywhere; its version counts this too.
  await tx`update teams set updated_at = ${at} where id = any(${ids}::bigint[])`;
  if (only === null) await tx`delete from team_members where operator_id = ${operatorId}`;
  else await tx`update team_members set leads = false where operator_id = ${operatorId} and leads`;
  return ids;
}

export async function holdTeamRow(tx: Transaction, id: number): Promise<Pick<Team, 'mailboxIds'> | null> {
  const [row] = await tx<
    Pick<Team, 'mailboxIds'>[]
  >`select mailbox_ids from teams where id = ${id} for share`;
  return row ?? null;
}

export async function listTeamIds(db: Queryable, operatorId: number): Promise<readonly number[]> {
  const rows = await db<{ teamId: number }[]>`
    select team_id from team_members where operator_id = ${operatorId} order by team_id`;
  return rows.map((row) => row.teamId);
}
