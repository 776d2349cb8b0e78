import { DAY } from '../../../platform/time.ts';
import { z } from 'zod';
import { jqlText } from '../client/dialect.ts';
import type { JiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { OpenDeps } from '../connections/open-jira.ts';
import { markWebhooks } from './sweep-queries.ts';

const LIFE_DAYS = 30;
const EVENTS = [
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
];

const registrationShape = z.object({
  webhookRegistrationResult: z.array(
    z.object({ createdWebhookId: z.number().optional(), errors: z.array(z.string()).optional() }),
  ),
});
const listShape = z.object({ values: z.array(z.object({ id: z.number() })) });

/** Where Jira sends its hints. */
export function hookUrl({ publicUrl }: Pick<OpenDeps, 'publicUrl'>, connectionId: number): string {
  return `${publicUrl}/jira/hooks/${connectionId}`;
}

/**
 * Keeps an OAuth app's webhooks: registered when the projects change, renewed daily (they end after thirty days), and looked at
 * daily for what is gone. Without an address that Atlassian can reach there are none, and the sweep does it all.
 */
export async function keepWebhooks(
  deps: OpenDeps,
  jira: JiraClient,
  connection: ConnectionRow,
  projects: readonly string[],
): Promise<void> {
  const isReachable = deps.publicUrl.startsWith('https://') || connection.siteUrl.startsWith('http://');
  if (connection.kind !== 'oauth' || !jira.dialect.dynamicWebhooks || !isReachable || projects.length === 0)
    return;
  const now = deps.clock.now();
  const isNew = projects.join() !== connection.webhookProjects.join();
  const seen = connection.webhooksSeenAt;
  if (!isNew && seen !== null && now.getTime() - seen.getTime() < DAY) return;
  try {
    const ids =
      isNew || !(await areThere(jira, connection.webhookIds))
        ? await register(deps, jira, connection, projects)
        : connection.webhookIds;
    if (ids.length > 0)
      await jira.call({ method: 'PUT', path: '/webhook/refresh', body: { webhookIds: ids } }, z.unknown());
    const until = ids.length === 0 ? null : new Date(now.getTime() + LIFE_DAYS * DAY);
    await markWebhooks(deps.db, connection.id, { ids, projects, until, seenAt: now });
  } catch (error) {
    if (!(error instanceof JiraFault)) throw error;
    // An app without the scope for webhooks is swept all the same.
    await markWebhooks(deps.db, connection.id, { ids: [], projects, until: null, seenAt: now });
    deps.log.warn(
      { connectionId: connection.id, reason: error.message },
      'Jira takes no webhooks of this app',
    );
    if (error.kind === 'limited' || error.kind === 'denied') throw error;
  }
}

async function areThere(jira: JiraClient, ids: readonly number[]): Promise<boolean> {
  const { values } = await jira.call({ method: 'GET', path: '/webhook?maxResults=100' }, listShape);
  const there = new Set(values.map(({ id }) => id));
  return ids.length > 0 && ids.every((id) => there.has(id));
}

async function register(
  deps: OpenDeps,
  jira: JiraClient,
  connection: ConnectionRow,
  projects: readonly string[],
): Promise<readonly number[]> {
  const old = connection.webhookIds;
  if (old.length > 0)
    await jira.call({ method: 'DELETE', path: '/webhook', body: { webhookIds: old } }, z.unknown());
  const jqlFilter = `project in (${projects.map(jqlText).join(', ')})`;
  const body = { url: hookUrl(deps, connection.id), webhooks: [{ events: EVENTS, jqlFilter }] };
  const { webhookRegistrationResult: results } = await jira.call(
    { method: 'POST', path: '/webhook', body },
    registrationShape,
  );
  // A refused one is in a 200.
  const refused = results.flatMap(({ errors = [] }) => errors)[0];
  if (refused !== undefined) throw new JiraFault('refused', refused);
  return results.flatMap(({ createdWebhookId }) => createdWebhookId ?? []);
}
