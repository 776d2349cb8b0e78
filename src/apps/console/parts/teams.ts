import { listTeams } from '../../../people/teams/find-team.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { Visit } from '../shell/visit.ts';

/** Every team that one may see, by name: a desk has a few of them. */
export async function listAllTeams({ deps, actor }: Visit): Promise<readonly Team[]> {
  const sort = { field: 'name', descending: false } as const;
  const page = await listTeams(deps, actor, { filters: {}, sort, limit: 200 });
  return page.items;
}
