import type { Queryable } from '../../platform/db/connect.ts';
import type { RequestTerm } from '../search/request-search.ts';
import type { RequestFilters } from './filter-queries.ts';
import { beginningOf } from './term-queries.ts';

/**
 * The filters with the teams of the operator in the place of `mine`, and with when their days begin: PostgreSQL has a notion of how
 * many requests those leave only when it knows them.
 */
export async function lookUpFilters(
  db: Queryable,
  operatorId: number,
  filters: RequestFilters,
): Promise<RequestFilters> {
  const [team, q] = await Promise.all([
    teamsOf(db, operatorId, filters.team),
    filters.q === undefined ? undefined : Promise.all(filters.q.map((term) => dated(db, operatorId, term))),
  ]);
  return { ...filters, team, q };
}

async function teamsOf(
  db: Queryable,
  operatorId: number,
  team: RequestFilters['team'],
): Promise<RequestFilters['team']> {
  if (team?.includes('mine') !== true) return team;
  const own = await db<
    { teamId: number }[]
  >`select team_id from team_members where operator_id = ${operatorId}`;
  return [...team.filter((each) => each !== 'mine'), ...own.map(({ teamId }) => teamId)];
}

async function dated(db: Queryable, operatorId: number, term: RequestTerm): Promise<RequestTerm> {
  if (!('day' in term)) return term;
  const [row] = await db<{ at: Date }[]>`select ${beginningOf(db, operatorId, term.day)} as at`;
  return row === undefined ? term : { ...term, at: row.at };
}
