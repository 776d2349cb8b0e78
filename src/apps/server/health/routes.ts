import { listPauseReasons } from '../../../outbox/accounts/list-pause-reasons.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { newestVersion, schemaVersion } from '../../../platform/db/migrate.ts';
import { findJiraTrouble } from '../../../integrations/jira/find-trouble.ts';
import { isSilent } from '../../../intake/gmail/relay/relay-silence.ts';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { createMetrics } from './metrics.ts';
import { SILENT_AFTER_MS } from '../../../intake/microsoft/access/watch-microsoft.ts';
import { listMicrosoftLooks, listRelaysHeard } from './queries.ts';

/** What a process that sends mail says of its worker; one that only takes HTTP has none. */
export type WorkerHealth = { readonly status: () => 'running' | 'stopped' };

export type HealthDeps = Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'transports'> & {
  readonly worker?: WorkerHealth;
};

/** For whoever watches the server: alive, ready, and the desk in numbers. None of it needs credentials. */
export function healthRoutes(deps: HealthDeps): ApiRoutes {
  const routes = apiRoutes();
  const metrics = createMetrics(deps);
  routes.get('/healthz', (c) => c.json({ status: 'alive' }));
  routes.get('/readyz', async (c) => {
    const checks = { ...(await databaseChecks(deps)), worker: deps.worker?.status() ?? 'none' };
    const ready = checks.database === 'ok' && checks.migrations === 'ok' && checks.worker !== 'stopped';
    return c.json({ status: ready ? 'ready' : 'not_ready', checks }, ready ? 200 : 503);
  });
  routes.get('/metrics', async (c) => {
    return c.body(await metrics(), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
  return routes;
}

// A silent relay, a pause or a broken link to Jira is told and no more: taking the server out of service would end neither.
async function databaseChecks(deps: HealthDeps) {
  try {
    const [version, newest, relays, looks, reasonOf, jira] = await Promise.all([
      schemaVersion(deps.db),
      newestVersion(),
      listRelaysHeard(deps.db),
      listMicrosoftLooks(deps.db),
      listPauseReasons(deps),
      findJiraTrouble(deps),
    ]);
    const now = deps.clock.now();
    const silent = relays.filter((relay) => relay.source === 'gmail' && isSilent(relay, now));
    return {
      database: 'ok',
      migrations: version === newest ? 'ok' : 'pending',
      silentRelays: silent.map((relay) => relay.id),
      unreadMicrosoft: looks
        .filter(({ lookedAt }) => now.getTime() - (lookedAt?.getTime() ?? 0) > SILENT_AFTER_MS)
        .map(({ id }) => id),
      pausedMailboxes: relays.flatMap(({ id }) =>
        reasonOf({ mailboxId: id, state: 'queued' }) === null ? [] : [id],
      ),
      jira: {
        brokenLinks: jira.broken + jira.refused,
        uncertain: jira.uncertain,
        reconnectNeeded: jira.reconnectNeeded,
      },
    };
  } catch (error) {
    deps.log.error({ error }, 'the database did not answer');
    return {
      database: 'unreachable',
      migrations: 'unknown',
      silentRelays: [],
      unreadMicrosoft: [],
      pausedMailboxes: [],
      jira: null,
    };
  }
}
