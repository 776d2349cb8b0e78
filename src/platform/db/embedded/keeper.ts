import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';
import { driver } from '../driver/driver.ts';
import type { Log } from '../../log.ts';
import { appUrl, isNotReady, KEEPER } from './access.ts';
import { ensureRunning, type RunningPostgres, type ServerDeps } from './server.ts';
import { withStartLock } from './start-lock.ts';

export type Keeper = {
  readonly running: RunningPostgres;
  /** The connection's number in PostgreSQL. */
  readonly pid: () => number;
  readonly release: () => Promise<void>;
};

type Hold = { readonly running: RunningPostgres; readonly sql: postgres.Sql; readonly pid: number };

const RETRY_MS = 2000;

/**
 * Has the cluster served and holds one connection, by which other Mailroom processes know that the server is needed. When
 * it breaks, PostgreSQL was killed or restarted: the keeper has it served again on the same port, because pools know that
 * address only. The caller holds the start lock, so that a process that stops in this moment sees the connection.
 */
export async function holdServer(deps: ServerDeps, log: Log): Promise<Keeper> {
  const released = new AbortController();
  let reviving: Promise<void> = Promise.resolve();
  let held = await hold(deps, lost);
  const { running } = held;

  function lost(): void {
    if (released.signal.aborted) return;
    log.warn({ port: running.port }, 'embedded PostgreSQL went away; starting it again');
    reviving = revive();
  }

  async function revive(): Promise<void> {
    const { port } = running;
    while (!released.signal.aborted) {
      try {
        held = await withStartLock(deps.dataDir, () => hold(deps, lost, port));
        log.info({ port }, 'embedded PostgreSQL serves again');
        return;
      } catch (error) {
        log.error({ port, error }, 'embedded PostgreSQL cannot be started again; trying on');
        await delay(RETRY_MS, undefined, { signal: released.signal }).catch(() => {
          // Released while waiting: the loop ends.
        });
      }
    }
  }

  return {
    running,
    pid: () => held.pid,
    async release() {
      released.abort();
      await reviving;
      await held.sql.end({ timeout: 5 });
    },
  };
}

async function hold(deps: ServerDeps, lost: () => void, wantedPort?: number): Promise<Hold> {
  for (let attempt = 1; ; attempt++) {
    const running = await ensureRunning(deps, wantedPort);
    if (wantedPort !== undefined && running.port !== wantedPort) {
      throw new Error(
        `PostgreSQL serves on port ${running.port} now, not on ${wantedPort}: start Mailroom again.`,
      );
    }
    try {
      return { running, ...(await connectKeeper(deps, running.port, lost)) };
    } catch (error) {
      // Killed again in the moment between; the next round starts it.
      if (attempt === 5 || !isNotReady(error)) throw error;
    }
  }
}

async function connectKeeper(
  deps: ServerDeps,
  port: number,
  lost: () => void,
): Promise<Omit<Hold, 'running'>> {
  let up = false;
  const sql = driver(appUrl(port, deps.passwords), {
    max: 1,
    connect_timeout: 10,
    // By default the driver renews a connection after half an hour or so, which would look like a lost server.
    max_lifetime: null,
    fetch_types: false,
    connection: { application_name: KEEPER },
    onclose() {
      if (up) lost();
      up = false;
    },
  });
  try {
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    up = true;
    return { sql, pid: row?.pid ?? 0 };
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
}
