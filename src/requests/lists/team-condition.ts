import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/** A team's id; `mine`: any in which the viewer is; `none`: it belongs to none. */
export type TeamFilter = number | 'mine' | 'none';

/** The condition that a request `r` belongs to one of these teams. */
export function isOfTeam(db: Queryable, operatorId: number, teams: readonly TeamFilter[]): Fragment {
  const ids = teams.filter((each) => typeof each === 'number');
  const [first] = ids;
  const own = db`array(select team_id from team_members where operator_id = ${operatorId})`;
  // Who is in no team would have every open request read for theirs.
  if (teams.length === 0) return db`false`;
  if (teams.length === 1 && first !== undefined) return db`r.team_id = ${first}`;
  if (!teams.includes('none'))
    return db`r.team_id = any(${ids}::bigint[] || ${teams.includes('mine') ? own : db`'{}'::bigint[]`})`;
  return db`(r.team_id is null or ${isOfTeam(
    db,
    operatorId,
    teams.filter((each) => each !== 'none'),
  )})`;
}

/** The same for the teams of a name, `mine` and `none` included. */
export function isOfTeamNamed(db: Queryable, operatorId: number, name: string): Fragment {
  const word = name.toLowerCase();
  if (word === 'none' || word === 'mine') return isOfTeam(db, operatorId, [word]);
  return db`r.team_id in (select id from teams where lower(name) = ${word})`;
}
