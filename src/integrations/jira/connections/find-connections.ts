import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { notFound, Problem } from '../../../platform/problems.ts';
import { listBoards } from '../client/boards.ts';
import { listProjects, listTypeNames, searchIssues } from '../client/jira-client.ts';
import { jqlText } from '../client/dialect.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { JiraIssue, JiraProject } from '../client/shapes.ts';
import type { JiraDeps } from '../jira-deps.ts';
import type { ConnectionRow, ConnectionView } from './connection.ts';
import { type GrantEvent, listGrantEventRows } from './grant-queries.ts';
import { type OpenDeps, withJira } from './open-jira.ts';
import { findConnectionRow, listConnectionRows } from './queries.ts';
import { refreshGrant, type Refreshed } from './refresh-grant.ts';

const SHOWN_EVENTS = 100;
const SHOWN_ISSUES = 50;

/** The desk's connections and the operator's own, each with the standing of its token. */
export async function listConnections(
  deps: Pick<JiraDeps, 'db'>,
  actor: Actor,
): Promise<readonly ConnectionView[]> {
  requirePermission(actor, 'jira.link');
  return listConnectionRows(deps.db, actor.kind === 'operator' ? actor.operatorId : null);
}

/** One of them; another operator's own does not exist for anybody else. */
export async function findConnection(
  deps: Pick<JiraDeps, 'db'>,
  actor: Actor,
  connectionId: number,
): Promise<ConnectionRow> {
  const connection = await findConnectionRow(deps.db, connectionId);
  const isOwn = actor.kind === 'operator' && connection?.operatorId === actor.operatorId;
  if (connection === null || (connection.operatorId !== null && !isOwn && actor.kind !== 'system'))
    throw notFound('connection', connectionId);
  if (!isOwn) requirePermission(actor, 'jira.watch');
  return connection;
}

/** What became of its credential lately, the latest first. */
export async function listGrantEvents(
  deps: Pick<JiraDeps, 'db'>,
  actor: Actor,
  connectionId: number,
): Promise<readonly GrantEvent[]> {
  const { grantId } = await findConnection(deps, actor, connectionId);
  return listGrantEventRows(deps.db, grantId, SHOWN_EVENTS);
}

/** Has Atlassian give a new token now, whether it is due or not. */
export async function refreshNow(deps: OpenDeps, actor: Actor, connectionId: number): Promise<Refreshed> {
  const connection = await findConnection(deps, actor, connectionId);
  if (connection.kind !== 'oauth')
    throw new Problem('wrong_state', 'An API token cannot be refreshed: create a new one and connect again.');
  if (connection.state !== 'active')
    throw new Problem('wrong_state', 'There is no token to refresh: connect it again.');
  return refreshGrant(deps, connection.grantId, { refreshedAt: connection.refreshedAt });
}

/** The projects that the connection sees: a test that anyone understands. */
export async function listConnectionProjects(
  deps: OpenDeps,
  actor: Actor,
  connectionId: number,
): Promise<readonly JiraProject[]> {
  await findConnection(deps, actor, connectionId);
  return explainingJira(() => withJira(deps, connectionId, (jira) => listProjects(jira)));
}

/** The types of issue that the connection can make, by name. */
export async function listConnectionTypes(
  deps: OpenDeps,
  actor: Actor,
  connectionId: number,
): Promise<readonly string[]> {
  await findConnection(deps, actor, connectionId);
  return explainingJira(() => withJira(deps, connectionId, listTypeNames));
}

/** The boards that the connection sees and new issues can be made for, each with its project. */
export async function listConnectionBoards(
  deps: OpenDeps,
  actor: Actor,
  connectionId: number,
): Promise<readonly { readonly id: string; readonly name: string; readonly projectKey: string }[]> {
  await findConnection(deps, actor, connectionId);
  const boards = await explainingJira(() => withJira(deps, connectionId, (jira) => listBoards(jira)));
  return boards.flatMap(({ id, name, location }) =>
    location?.projectKey === undefined ? [] : [{ id, name, projectKey: location.projectKey }],
  );
}

/** The issues of a project that changed last. */
export async function listConnectionIssues(
  deps: OpenDeps,
  actor: Actor,
  input: { readonly connectionId: number; readonly projectKey: string },
): Promise<readonly JiraIssue[]> {
  await findConnection(deps, actor, input.connectionId);
  return explainingJira(() =>
    withJira(deps, input.connectionId, (jira) =>
      searchIssues(jira, {
        jql: `project = ${jqlText(input.projectKey)} order by updated desc`,
        fields: ['summary', 'status', 'updated'],
        most: SHOWN_ISSUES,
      }),
    ),
  );
}

/** Does the work; a refusal is reported in Jira's own words. */
export async function explainingJira<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JiraFault)) throw error;
    throw new Problem('jira_refused', `Jira says: ${error.message}`);
  }
}
