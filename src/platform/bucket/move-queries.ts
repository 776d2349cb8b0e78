import type { Queryable } from '../db/connect.ts';
import type { StoredBytes } from '../db/stored-bytes.ts';
import { KEPT_TABLES, type KeptFile } from './kept-tables.ts';

export type FilesPlace = 'bucket' | 'database';

/** Where files are to lie. */
export async function findPlace(db: Queryable): Promise<FilesPlace> {
  const [row] = await db<{ place: FilesPlace }[]>`select place from files_place`;
  return row?.place ?? 'bucket';
}

export async function savePlace(db: Queryable, place: FilesPlace, at: Date): Promise<void> {
  await db`
    insert into files_place (place, at)
    values (${place}, ${at})
    on conflict (single) do update set place = excluded.place, at = excluded.at`;
}

export type FileToMove = KeptFile & { readonly size: number };

/**
 * Files of a table that lie elsewhere than they are to, behind the last one: the smallest first to the bucket, as its index has
 * them, for most are too small for it. Drafts stay in the database: they are short-lived.
 */
export async function listFilesToMove(
  db: Queryable,
  what: KeptFile['what'],
  {
    to,
    minBytes,
    after,
    limit,
  }: { to: FilesPlace; minBytes: number; after: Pick<FileToMove, 'id' | 'size'>; limit: number },
): Promise<readonly FileToMove[]> {
  const { table, column } = KEPT_TABLES[what];
  if (to === 'bucket' && what === 'draftFile') return [];
  const bytes = db`octet_length(${db(column)})`;
  const rows =
    to === 'bucket'
      ? await db<{ id: number; size: number }[]>`
          select id, ${bytes} as size
          from ${db(table)}
          where ${bytes} >= 16384 and ${bytes} >= ${minBytes} and (${bytes}, id) > (${after.size}, ${after.id})
          order by ${bytes}, id
          limit ${limit}`
      : await db<{ id: number; size: number }[]>`
          select id, bucket_files.size
          from ${db(table)}
          join bucket_files on bucket_files.hash = file_hash
          where file_hash is not null and id > ${after.id}
          order by id
          limit ${limit}`;
  return rows.map((row) => ({ ...row, what }));
}

/** The SHA-256 of a file in the database, as PostgreSQL makes it; null once it is gone or moved. */
export async function findHash(db: Queryable, { what, id }: KeptFile): Promise<Uint8Array | null> {
  const { table, column } = KEPT_TABLES[what];
  const [row] = await db<{ hash: Buffer | null }[]>`
    select sha256(${db(column)}) as hash from ${db(table)} where id = ${id}`;
  return row?.hash ?? null;
}

/** A process that died while it wrote leaves the file to the next one after that long. */
const WRITING_MINUTES = 10;

/**
 * Says that a file is about to be named, which keeps it from being deleted. `write`: the bucket does not have it yet and
 * this call alone writes it; `wait`: another process is at it.
 */
export async function announceFile(
  db: Queryable,
  file: { readonly hash: Uint8Array; readonly size: number },
  at: Date,
): Promise<'written' | 'write' | 'wait'> {
  const [row] = await db<{ writtenAt: Date | null }[]>`
    insert into bucket_files (hash, size, touched_at)
    values (${Buffer.from(file.hash)}, ${file.size}, ${at})
    on conflict (hash) do update set touched_at = excluded.touched_at
    where bucket_files.written_at is not null
      or bucket_files.touched_at < ${at}::timestamptz - make_interval(mins => ${WRITING_MINUTES})
    returning written_at`;
  if (row === undefined) return 'wait';
  return row.writtenAt === null ? 'write' : 'written';
}

/** Forgets that this process is writing, so that the next look begins at once. */
export async function giveUpWriting(db: Queryable, hash: Uint8Array): Promise<void> {
  await db`
    update bucket_files set touched_at = '-infinity' where hash = ${Buffer.from(hash)} and written_at is null`;
}

export async function markWritten(db: Queryable, hash: Uint8Array, at: Date): Promise<void> {
  await db`update bucket_files set written_at = ${at}, touched_at = ${at} where hash = ${Buffer.from(hash)}`;
}

/** Names the file in the bucket instead of holding it; false once it is erased or moved. */
export async function nameInBucket(
  db: Queryable,
  { what, id }: KeptFile,
  hash: Uint8Array,
): Promise<boolean> {
  const { table, column } = KEPT_TABLES[what];
  const rows = await db`
    update ${db(table)}
    set ${db(column)} = null, file_hash = ${Buffer.from(hash)}
    where id = ${id} and ${db(column)} is not null
    returning id`;
  return rows.length > 0;
}

/** The hash by which a row names its file in the bucket; null once it is erased or moved. */
export async function findNamed(db: Queryable, { what, id }: KeptFile): Promise<Uint8Array | null> {
  const [row] = await db<{ fileHash: Buffer | null }[]>`
    select file_hash from ${db(KEPT_TABLES[what].table)} where id = ${id}`;
  return row?.fileHash ?? null;
}

/** Holds the file again that was named; false once it is erased or moved. */
export async function holdAgain(
  tx: Queryable,
  { what, id }: KeptFile,
  { hash, bytes }: { readonly hash: Uint8Array; readonly bytes: StoredBytes },
): Promise<boolean> {
  const { table, column } = KEPT_TABLES[what];
  const rows = await tx`
    update ${tx(table)}
    set ${tx(column)} = ${bytes.expression}, file_hash = null
    where id = ${id} and file_hash = ${Buffer.from(hash)}
    returning id`;
  return rows.length > 0;
}

/** How many files in the database are large enough for the bucket. */
export async function countFilesToMove(db: Queryable, minBytes: number): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select (select count(*) from intake where octet_length(raw) >= 16384 and octet_length(raw) >= ${minBytes})
      + (select count(*) from attachments where octet_length(content) >= 16384 and octet_length(content) >= ${minBytes})
      as count`;
  return row?.count ?? 0;
}

/** How many files the bucket has, and their bytes. */
export async function countInBucket(
  db: Queryable,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const [row] = await db<{ files: number; bytes: number }[]>`
    select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from bucket_files where written_at is not null`;
  return row ?? { files: 0, bytes: 0 };
}
