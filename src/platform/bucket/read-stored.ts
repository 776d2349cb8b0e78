import { createHash } from 'node:crypto';
import type { Queryable } from '../db/connect.ts';
import type { StoredFile } from '../files/stored-file.ts';
import { type Bucket, BucketFault } from './bucket.ts';
import { KEPT_TABLES, type KeptFile } from './kept-tables.ts';

/** What reading takes: a transaction's handle where the row may be seen by it alone. */
export type ReadingDeps = { readonly db: Queryable; readonly bucket?: Bucket | undefined };

/**
 * Bytes of a stored original or attachment, from the database or the bucket, wherever they lie at that moment; fewer than
 * `length` at its end, none beyond it or once it is erased. Of a part nobody can tell whether it is the one that went in.
 */
export async function readStoredBytes(
  deps: ReadingDeps,
  file: KeptFile,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  return (await readSlice(deps, file, offset, length)).bytes;
}

/** Reads a stored file by offset. One that comes out of the bucket from its beginning to its end is the one that went in. */
export function readingOf(deps: ReadingDeps, file: KeptFile & { readonly size: number }): StoredFile['read'] {
  let hashed = 0;
  let sum = createHash('sha256');
  return async (offset, length) => {
    const { bytes, hash } = await readSlice(deps, file, offset, length);
    if (hash === null || offset !== hashed) return bytes;
    sum.update(bytes);
    hashed += bytes.byteLength;
    if (hashed === file.size && !sum.digest().equals(hash))
      throw new BucketFault(
        'damaged',
        `The file ${Buffer.from(hash).toString('hex')} in the bucket is damaged`,
      );
    if (hashed === file.size) [hashed, sum] = [0, createHash('sha256')];
    return bytes;
  };
}

/** The whole of a stored file; cut short once it is erased. */
export function readWhole(
  deps: ReadingDeps,
  file: KeptFile & { readonly size: number },
): Promise<Uint8Array> {
  return readingOf(deps, file)(0, file.size);
}

async function readSlice(deps: ReadingDeps, file: KeptFile, offset: number, length: number): Promise<Slice> {
  const found = await findSlice(deps.db, file, offset, length);
  if (found.hash === null) return found;
  try {
    return { ...found, bytes: await openedBucket(deps.bucket).read(found.hash, offset, length) };
  } catch (error) {
    if (!(error instanceof BucketFault && error.kind === 'missing')) throw error;
    // It has been moved to the database, or erased, since the row was read.
    const again = await findSlice(deps.db, file, offset, length);
    if (again.hash !== null) throw error;
    return again;
  }
}

type Slice = { readonly bytes: Uint8Array; readonly hash: Uint8Array | null };

async function findSlice(
  db: Queryable,
  { what, id }: KeptFile,
  offset: number,
  length: number,
): Promise<Slice> {
  const { table, column } = KEPT_TABLES[what];
  const [row] = await db<{ slice: Buffer | null; fileHash: Buffer | null }[]>`
    select substring(${db(column)} from ${offset + 1} for ${length}) as slice, file_hash
    from ${db(table)}
    where id = ${id}`;
  return { bytes: row?.slice ?? new Uint8Array(), hash: row?.fileHash ?? null };
}

/** The bucket, for a file that lies in it; says what to do when this process was given none. */
export function openedBucket(bucket: Bucket | undefined): Bucket {
  if (bucket !== undefined) return bucket;
  throw new BucketFault(
    'refused',
    'The file lies in a bucket, and this process has none: set S3_BUCKET again',
  );
}
