import { z } from 'zod';
import type { Actor } from '../../../people/access/actor.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { notFound } from '../../../platform/problems.ts';
import { JiraFault } from '../client/jira-fault.ts';
import { findToChange } from './connect.ts';
import { type OpenDeps, withJira } from './open-jira.ts';
import { markRemoved } from './queries.ts';

/**
 * Ends a connection, takes its app's webhooks off Jira and deletes its credential. Requests keep what they know of their
 * issues; nothing passes any more. Atlassian has no call to give a grant back: its owner withdraws it under "Connected apps".
 */
export async function disconnectJira(
  deps: OpenDeps,
  actor: Actor,
  { connectionId }: { readonly connectionId: number },
): Promise<void> {
  const connection = await findToChange(deps, actor, connectionId);
  if (connection.webhookIds.length > 0) await dropWebhooks(deps, connectionId);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const { name, siteUrl } = connection;
    if (!(await markRemoved(tx, connection, at))) throw notFound('connection', connectionId);
    await recordEvent(tx, {
      type: 'jira.disconnected',
      actor,
      at,
      old: { connectionId, name, siteUrl },
    });
  });
}

async function dropWebhooks(deps: OpenDeps, connectionId: number): Promise<void> {
  try {
    await withJira(deps, connectionId, (jira, { webhookIds }) =>
      jira.call({ method: 'DELETE', path: '/webhook', body: { webhookIds } }, z.unknown()),
    );
  } catch (error) {
    if (!(error instanceof JiraFault)) throw error;
    // They end by themselves within thirty days, and their calls are refused: a connection must end without Jira too.
    deps.log.info({ connectionId, reason: error.message }, 'the webhooks of a connection stay in Jira');
  }
}
