import { z } from 'zod';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { readFileLimit } from './client/issues.ts';
import { findMyself, type JiraClient, listCreateFields, listProjects } from './client/jira-client.ts';
import { JiraFault } from './client/jira-fault.ts';
import type { ConnectionView } from './connections/connection.ts';
import { type OpenDeps, withJira } from './connections/open-jira.ts';
import { listConnectionRows } from './connections/queries.ts';
import { listMappingRows } from './mappings/queries.ts';

export type Check = {
  readonly connection: string;
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
};

const RIGHTS = [
  'BROWSE_PROJECTS',
  'CREATE_ISSUES',
  'ADD_COMMENTS',
  'CREATE_ATTACHMENTS',
  'TRANSITION_ISSUES',
];
const rightsShape = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })),
});

/** Asks each connection who it is, what it sees and may, and whether the mailboxes' mappings still fit. Changes nothing. */
export async function checkConnections(deps: OpenDeps, actor: Actor): Promise<readonly Check[]> {
  requirePermission(actor, 'jira.manage');
  const connections = await listConnectionRows(deps.db, null);
  return (await Promise.all(connections.map((each) => checkOne(deps, each)))).flat();
}

async function checkOne(deps: OpenDeps, connection: ConnectionView): Promise<Check[]> {
  const name = `${connection.id} ${connection.name}`;
  if (connection.state !== 'active')
    return [{ connection: name, what: 'token', ok: false, detail: connection.reason ?? connection.state }];
  const checks: Check[] = [];
  const check = async (what: string, ask: (jira: JiraClient) => Promise<string>): Promise<void> => {
    try {
      const detail = await withJira(deps, connection.id, ask);
      checks.push({ connection: name, what, ok: true, detail });
    } catch (error) {
      if (!(error instanceof JiraFault)) throw error;
      checks.push({ connection: name, what, ok: false, detail: error.message });
    }
  };
  await check('identity', async (jira) => (await findMyself(jira)).displayName);
  await check('projects', async (jira) => `${(await listProjects(jira)).length} seen`);
  await check('files', async (jira) => `up to ${await readFileLimit(jira)} bytes`);
  for (const mapping of (await listMappingRows(deps.db)).filter(
    (each) => each.connectionId === connection.id,
  )) {
    const { projectKey, issueTypeId, mailboxId } = mapping;
    await check(`mailbox ${mailboxId}: new issues in ${projectKey}`, async (jira) => {
      const fields = await listCreateFields(jira, projectKey, issueTypeId);
      if (fields.length === 0) throw new JiraFault('refused', `There is no issue type ${issueTypeId}.`);
      return `${fields.length} fields`;
    });
    await check(`mailbox ${mailboxId}: rights in ${projectKey}`, async (jira) => {
      const path = `/mypermissions?projectKey=${encodeURIComponent(projectKey)}&permissions=${RIGHTS.join(',')}`;
      const { permissions } = await jira.call({ method: 'GET', path }, rightsShape);
      const lacking = RIGHTS.filter((right) => permissions[right]?.havePermission !== true);
      if (lacking.length > 0) throw new JiraFault('forbidden', `lacks ${lacking.join(', ')}`);
      return 'all';
    });
  }
  return checks;
}
