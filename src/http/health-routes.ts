import type { Deps } from '../deps.ts';
import { newestVersion, schemaVersion } from '../db/migrate.ts';
import { type ApiRoutes, apiRoutes } from './app-env.ts';
import { renderMetrics } from './metrics.ts';
import { listRelaysHeard } from './queries.ts';

/** What a process that sends mail says of its worker; one that only takes HTTP has none. */
export type WorkerHealth = { readonly status: () => 'running' | 'stopped' };

export type HealthDeps = Pick<Deps, 'db' | 'clock' | 'log'> & { readonly worker?: WorkerHealth };

const RELAY_SILENT_AFTER_MILLISECONDS = 15 * 60_000;

/** For whoever watches the server: alive, ready, and the desk in numbers. None of it needs credentials. */
export function healthRoutes(deps: HealthDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.get('/healthz', (c) => c.json({ status: 'alive' }));
  routes.get('/readyz', async (c) => {
    const checks = { ...(await databaseChecks(deps)), worker: deps.worker?.status() ?? 'none' };
    const ready = checks.database === 'ok' && checks.migrations === 'ok' && checks.worker !== 'stopped';
    return c.json({ status: ready ? 'ready' : 'not_ready', checks }, ready ? 200 : 503);
  });
  routes.get('/metrics', async (c) => {
    return c.body(await renderMetrics(deps), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
  return routes;
}

// A silent relay is told and no more: taking the server out of service would not make it speak.
async function databaseChecks(deps: HealthDeps) {
  try {
    const [version, newest, relays] = await Promise.all([
      schemaVersion(deps.db),
      newestVersion(),
      listRelaysHeard(deps.db),
    ]);
    const since = deps.clock.now().getTime() - RELAY_SILENT_AFTER_MILLISECONDS;
    const silent = relays.filter(
      (relay) => relay.relayHeardAt === null || relay.relayHeardAt.getTime() < since,
    );
    return {
      database: 'ok',
      migrations: version === newest ? 'ok' : 'pending',
      silentRelays: silent.map((relay) => relay.id),
    };
  } catch (error) {
    deps.log.error({ error }, 'the database did not answer');
    return { database: 'unreachable', migrations: 'unknown', silentRelays: [] };
  }
}
