import type { Actor } from '../../../people/access/actor.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { notFound } from '../../../platform/problems.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { requireConnecting } from './connect.ts';
import { findConnectionRow, markRemoved } from './queries.ts';

/**
 * Ends a connection and deletes its credential. Requests keep what they know of their issues; nothing passes any more.
 * Atlassian has no call to give a grant back: its owner withdraws it under "Connected apps".
 */
export async function disconnectJira(
  deps: Pick<JiraDeps, 'db' | 'clock'>,
  actor: Actor,
  { connectionId }: { readonly connectionId: number },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const connection = await findConnectionRow(tx, connectionId);
    const isOthers =
      actor.kind === 'operator' &&
      connection !== null &&
      connection.operatorId !== null &&
      connection.operatorId !== actor.operatorId;
    if (connection === null || isOthers) throw notFound('connection', connectionId);
    requireConnecting(actor, connection.operatorId !== null);
    await markRemoved(tx, connection, at);
    await recordEvent(tx, {
      type: 'jira.disconnected',
      actor,
      at,
      old: { connectionId, name: connection.name, siteUrl: connection.siteUrl },
    });
  });
}
