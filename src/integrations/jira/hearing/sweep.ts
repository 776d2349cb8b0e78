import { readUpdates } from '../client/issues.ts';
import { searchIssues } from '../client/jira-client.ts';
import { jqlText } from '../client/dialect.ts';
import { JiraFault } from '../client/jira-fault.ts';
import { type OpenDeps, withJira } from '../connections/open-jira.ts';
import { listActiveConnections } from '../connections/queries.ts';
import {
  listLiveProjects,
  listStalest,
  markChangedDue,
  markLookedAt,
  putBackSweep,
  takeSweep,
} from './sweep-queries.ts';
import { keepWebhooks } from './webhooks.ts';
import { MINUTE } from '../../../platform/time.ts';

/** The index finds some issues only after minutes, and its times have no seconds. */
const OVERLAP_MINUTES = 15;
/** Further back than a day the search is not needed: reading issues in turn finds everything. */
const MAX_MINUTES = 24 * 60;
const STALEST = 200;
const PROJECTS_A_QUERY = 50;

/**
 * Looks, every five minutes and for each connection, which tied issues have changed: those that the search names, and in turn
 * all the others. It needs nothing that could be lost on the way; webhooks only make it quicker.
 */
export async function sweep(deps: OpenDeps): Promise<void> {
  for (const { id, pausedUntil } of await listActiveConnections(deps.db)) {
    const at = deps.clock.now();
    if (pausedUntil !== null && pausedUntil > at) continue;
    const turn = await takeSweep(deps.db, id, at);
    if (turn === null) continue;
    try {
      await sweepConnection(deps, id, { since: turn.sweptAt, at });
    } catch (error) {
      await putBackSweep(deps.db, id, turn.sweptAt);
      if (!(error instanceof JiraFault)) throw error;
      deps.log.warn(
        { connectionId: id, reason: error.message },
        'Jira could not be swept; it is tried again',
      );
    }
  }
}

async function sweepConnection(
  deps: OpenDeps,
  connectionId: number,
  time: { readonly since: Date | null; readonly at: Date },
): Promise<void> {
  const { at } = time;
  const missed = time.since === null ? 0 : (at.getTime() - time.since.getTime()) / MINUTE;
  const minutes = Math.min(Math.ceil(missed) + OVERLAP_MINUTES, MAX_MINUTES);
  const projects = await listLiveProjects(deps.db, connectionId);
  await withJira(deps, connectionId, async (jira, connection) => {
    for (let place = 0; place < projects.length; place += PROJECTS_A_QUERY) {
      const keys = projects.slice(place, place + PROJECTS_A_QUERY).map(jqlText);
      const found = await searchIssues(jira, {
        jql: `project in (${keys.join(', ')}) AND updated >= -${minutes}m order by updated desc`,
        fields: ['updated'],
      });
      const updates = found.map(({ id, fields }) => ({ id, updated: fields.updated ?? null }));
      await markChangedDue(deps.db, connectionId, updates, at);
    }
    const stalest = await listStalest(deps.db, connectionId, STALEST);
    const ids = stalest.map(({ jiraId }) => jiraId);
    const updates = await readUpdates(jira, ids);
    await markChangedDue(deps.db, connectionId, updates, at);
    const there = new Set(updates.map(({ id }) => id));
    await markLookedAt(deps.db, {
      ids: stalest.map(({ id }) => id),
      missing: stalest.filter(({ jiraId }) => !there.has(jiraId)).map(({ id }) => id),
      at,
    });
    await keepWebhooks(deps, jira, connection, projects);
  });
}
