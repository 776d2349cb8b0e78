import { keepLooking, type Looking } from '../jobs/keep-looking.ts';
import { collectFiles } from './collect-files.ts';
import { moveFiles, type MovingDeps } from './move-files.ts';
import { findPlace } from './move-queries.ts';

const LOOK_EVERY_MS = 5000;

/**
 * Moves large files to the bucket soon after they were committed to the database, and deletes what nothing names any more.
 * While the bucket does not answer they stay where they are: no email waits for it.
 */
export function startFileMover(deps: MovingDeps): Looking {
  return keepLooking((stop) => lookAfterFiles(deps, stop), {
    everyMs: LOOK_EVERY_MS,
    log: deps.log,
    failed: 'files stay in the database until the bucket takes them',
  });
}

/** One look at what there is to do between the database and the bucket. */
export async function lookAfterFiles(deps: MovingDeps, stop?: AbortSignal): Promise<void> {
  const trouble = await deps.bucket.trouble();
  if (trouble !== null) throw trouble;
  const stopping = stop === undefined ? {} : { stop };
  if ((await findPlace(deps.db)) === 'bucket') await moveFiles(deps, { to: 'bucket', ...stopping });
  await collectFiles(deps, stopping);
}
