import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * Keeps a second demo out of a folder: the two would deliver each other's mail to the wrong page. Released by what it
 * returns; the operating system does the same for a process that is killed.
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'demo.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return async () => lock.close();
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(`A demo is running in ${folder} already: stop it, or choose another DATA_DIR.`, {
      cause: error,
    });
  }
}
