import { listTeams } from '../../../people/teams/find-team.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { Visit } from '../shell/visit.ts';
import { everyPage } from './every-page.ts';

/** Every team that one may see, by name. */
export async function listAllTeams({ deps, actor }: Visit): Promise<readonly Team[]> {
  const sort = { field: 'name', descending: false } as const;
  return everyPage((place) => listTeams(deps, actor, { filters: {}, sort, ...place }));
}
