import { findFilesHealth, findScanningHealth } from './files-health.ts';
import { listPauseReasons } from '../../../outbox/accounts/list-pause-reasons.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { answerInTime } from '../../../platform/db/answer-in-time.ts';
import { newestVersion, schemaVersion } from '../../../platform/db/migrate.ts';
import { findJiraTrouble } from '../../../integrations/jira/find-trouble.ts';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { createMetrics } from './metrics.ts';
import { listMailboxIds } from './queries.ts';
import { findSourcesHealth, noneOverdue } from './sources-health.ts';

/** What a process that sends mail reports about its worker; absent in a process that only serves HTTP. */
export type WorkerHealth = { readonly status: () => 'running' | 'stopped' };

export type HealthDeps = Pick<OutboxDeps, 'db' | 'bucket' | 'scanner' | 'clock' | 'log' | 'transports'> & {
  readonly worker?: WorkerHealth;
};

/** Probes and load balancers wait a second or two, and take no answer for a process that is gone. */
const ANSWER_WITHIN_MS = 1500;

/** For monitoring: alive, ready, and the desk in numbers. None of them needs credentials. */
export function healthRoutes(deps: HealthDeps, answerWithinMs = ANSWER_WITHIN_MS): ApiRoutes {
  const routes = apiRoutes();
  const metrics = createMetrics(deps);
  routes.get('/healthz', (c) => c.json({ status: 'alive' }));
  routes.get('/readyz', async (c) => {
    const checks = {
      ...(await databaseChecks(deps, answerWithinMs)),
      worker: deps.worker?.status() ?? 'none',
    };
    const reason = reasonAgainst(checks);
    return reason === null
      ? c.json({ status: 'ready', checks }, 200)
      : c.json({ status: 'not_ready', reason, checks }, 503);
  });
  routes.get('/metrics', async (c) => {
    return c.body(await metrics(), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
  return routes;
}

function reasonAgainst(checks: { database: string; migrations: string; worker: string }): string | null {
  if (checks.database !== 'ok')
    return 'The database does not answer in time, or none of its hosts takes writes.';
  if (checks.migrations !== 'ok') return 'The database waits for its migration.';
  return checks.worker === 'stopped' ? 'The worker of this process has stopped.' : null;
}

// A silent relay, a pause, a bucket or a virus scanner that is away or a broken link to Jira is told and no more: taking the server out of service would end neither.
async function databaseChecks(deps: HealthDeps, answerWithinMs: number) {
  try {
    // By itself, before the rest: while none of several hosts is the primary a query waits until one is, and a bucket or a
    // scanner that takes its time must not count as a database that does not answer.
    const version = await answerInTime(answerWithinMs, () => schemaVersion(deps.db));
    const [newest, mailboxIds, sources, reasonOf, jira, files, scanning] = await Promise.all([
      newestVersion(),
      listMailboxIds(deps.db),
      findSourcesHealth(deps),
      listPauseReasons(deps),
      findJiraTrouble(deps),
      findFilesHealth(deps),
      findScanningHealth(deps),
    ]);
    return {
      database: 'ok',
      migrations: version === newest ? 'ok' : 'pending',
      ...Object.fromEntries(sources.map(({ overdueAs, overdue }) => [overdueAs, overdue])),
      pausedMailboxes: mailboxIds.flatMap((id) =>
        reasonOf({ mailboxId: id, state: 'queued' }) === null ? [] : [id],
      ),
      jira: {
        brokenLinks: jira.broken + jira.refused,
        uncertain: jira.uncertain,
        reconnectNeeded: jira.reconnectNeeded,
      },
      ...files,
      ...scanning,
    };
  } catch (error) {
    deps.log.error({ error }, 'the database did not answer');
    return {
      database: 'unreachable',
      migrations: 'unknown',
      ...noneOverdue(),
      pausedMailboxes: [],
      jira: null,
    };
  }
}
