import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { OperatorActor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import { countTeamRows, findTeamRow, listTeamRows, type TeamFilters } from './queries.ts';
import type { TeamSort } from './team-sorts.ts';
import type { Team } from './team.ts';

/** One team; `not_found` also when it serves none of the operator's mailboxes. */
export async function findTeam(deps: Pick<Deps, 'db'>, actor: OperatorActor, teamId: number): Promise<Team> {
  requirePermission(actor, 'teams.read');
  const team = await findTeamRow(deps.db, actor, teamId);
  if (team === null) throw notFound('team', teamId);
  return team;
}

/** A page of the teams that serve any of the operator's mailboxes. */
export async function listTeams(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<TeamSort> & { readonly filters: TeamFilters },
): Promise<Page<Team> & Counted> {
  requirePermission(actor, 'teams.read');
  const { filters } = input;
  return readPage(['teams', filters], input, {
    rows: (range) => listTeamRows(deps.db, actor, filters, range),
    count: () => countTeamRows(deps.db, actor, filters),
  });
}
