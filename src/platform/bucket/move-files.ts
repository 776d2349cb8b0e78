import { stagedBytes } from '../db/stored-bytes.ts';
import type { Deps } from '../deps.ts';
import type { Bucket } from './bucket.ts';
import { slicesOf } from './bytes.ts';
import { KEPT_TABLES, type KeptFile } from './kept-tables.ts';
import {
  announceFile,
  type FileToMove,
  findHash,
  findNamed,
  giveUpWriting,
  holdAgain,
  listFilesToMove,
  markWritten,
  nameInBucket,
  type FilesPlace,
} from './move-queries.ts';
import { readingOf } from './read-stored.ts';

export type MovingDeps = Pick<Deps, 'db' | 'clock' | 'log'> & { readonly bucket: Bucket };

export type Moved = {
  readonly files: number;
  readonly bytes: number;
  /** Left where they are: other processes are at them. */
  readonly left: number;
};

const AT_ONCE = 100;

/**
 * Moves every file that lies elsewhere than in `to`, one at a time, while the desk goes on: a file is in the bucket, whole,
 * before the commit that names it there, and in the database before the one that names it no longer. One that is erased
 * meanwhile is passed over. Stops at the first that the bucket does not take or give.
 */
export async function moveFiles(
  deps: MovingDeps,
  { to, stop, told }: { to: FilesPlace; stop?: AbortSignal; told?: (moved: Moved) => void },
): Promise<Moved> {
  const { minBytes } = deps.bucket;
  const move = to === 'bucket' ? moveToBucket : moveToDatabase;
  let moved: Moved = { files: 0, bytes: 0, left: 0 };
  for (const what of Object.keys(KEPT_TABLES) as KeptFile['what'][]) {
    for (let after = { id: 0, size: 0 }; ;) {
      const files = await listFilesToMove(deps.db, what, { to, minBytes, after, limit: AT_ONCE });
      for (const file of files) {
        if (stop?.aborted === true) return moved;
        const done = await move(deps, file);
        const [files, bytes] = done === 'moved' ? [1, file.size] : [0, 0];
        moved = {
          files: moved.files + files,
          bytes: moved.bytes + bytes,
          left: moved.left + (done === 'left' ? 1 : 0),
        };
        told?.(moved);
        after = file;
      }
      if (files.length < AT_ONCE) break;
    }
  }
  return moved;
}

type Done = 'moved' | 'gone' | 'left';

async function moveToBucket(deps: MovingDeps, file: FileToMove): Promise<Done> {
  const { db, clock, bucket } = deps;
  const hash = await findHash(db, file);
  if (hash === null) return 'gone';
  const { size } = file;
  const found = await announceFile(db, { hash, size }, clock.now());
  if (found === 'wait') return 'left';
  if (found === 'write') {
    try {
      await bucket.put({ hash, size }, () => slicesOf(size, readingOf({ db, bucket }, file)));
    } catch (error) {
      await giveUpWriting(db, hash);
      // Its bytes ended early: it was erased while it was sent.
      if ((await findHash(db, file)) === null) return 'gone';
      throw error;
    }
    await markWritten(db, hash, clock.now());
  }
  return (await nameInBucket(db, file, hash)) ? 'moved' : 'gone';
}

async function moveToDatabase({ db, bucket }: MovingDeps, file: FileToMove): Promise<Done> {
  const hash = await findNamed(db, file);
  if (hash === null) return 'gone';
  const read = readingOf({ db, bucket }, file);
  return db.begin(async (tx) => {
    const bytes = await stagedBytes(tx, slicesOf(file.size, read));
    return (await holdAgain(tx, file, { hash, bytes })) ? 'moved' : 'gone';
  });
}
