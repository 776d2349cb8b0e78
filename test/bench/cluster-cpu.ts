import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux counts CPU in hundredths of a second for whoever reads it in /proc. */
const TICK_MS = 10;

/**
 * CPU that a cluster's processes have had so far, those that have ended included, in milliseconds; null where there is no
 * /proc to read it from.
 */
export async function clusterCpu(dataDir: string): Promise<number | null> {
  const [pid] = (await readFile(join(dataDir, 'pg', 'postmaster.pid'), 'utf8')).split('\n');
  const postmaster = await readStat(Number(pid));
  if (postmaster === null) return null;
  const children = await Promise.all(
    (await readdir('/proc')).filter(isNumber).map((id) => readStat(Number(id))),
  );
  const living = children.filter((each) => each?.parent === Number(pid));
  return living.reduce((sum, each) => sum + (each?.ownMs ?? 0), postmaster.ownMs + postmaster.endedMs);
}

async function readStat(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // After the name, which may hold spaces: state, parent, … then user and system time, its own and its ended children's.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (from: number): number => (Number(fields[from]) + Number(fields[from + 1])) * TICK_MS;
  return { parent: Number(fields[1]), ownMs: ticks(11), endedMs: ticks(13) };
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
