import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const SQLITE_BUSY = 5;
const PATIENCE_MS = 300_000;

/**
 * Runs `work` while no other process starts or stops the cluster in this folder. The lock is the operating system's (Node
 * has no flock, SQLite brings one for every platform), so one whose holder was killed is free at once: the file that
 * stays behind means nothing.
 */
export async function withStartLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const file = join(dataDir, 'pg.lock');
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    const deadline = performance.now() + PATIENCE_MS;
    while (!taken(lock)) {
      if (performance.now() > deadline) {
        throw new Error(
          `Another process has held ${file} for five minutes: end the Mailroom that hangs there.`,
        );
      }
      await delay(15);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec('begin exclusive');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
