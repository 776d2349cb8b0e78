import { randomUUID } from 'node:crypto';
import type { Fragment, Queryable } from './connect.ts';

/** The most that goes into a statement as it is. Of more, the driver would hold several copies, and the event loop, at once. */
const SLICE_BYTES = 2_000_000;

/** Bytes as an expression for a statement of the same transaction. Not awaited itself: a fragment that is awaited runs. */
export type StoredBytes = { readonly expression: Fragment };

/**
 * Makes bytes of any size fit for an insert or update. Small ones become a parameter, in base64 because the driver's own
 * hex is half as long again; large ones go ahead in slices into a temporary table that the end of the transaction empties.
 */
export async function storedBytes(tx: Queryable, bytes: Uint8Array): Promise<StoredBytes> {
  if (bytes.byteLength <= SLICE_BYTES) return { expression: tx`decode(${base64(bytes)}, 'base64')` };
  const file = randomUUID();
  await tx`
    create temporary table if not exists staged_bytes (file uuid not null, slice integer not null, bytes bytea not null)
    on commit delete rows`;
  await tx`alter table staged_bytes alter column bytes set storage external`;
  for (let slice = 0; slice * SLICE_BYTES < bytes.byteLength; slice += 1) {
    const part = bytes.subarray(slice * SLICE_BYTES, (slice + 1) * SLICE_BYTES);
    await tx`insert into staged_bytes (file, slice, bytes) values (${file}, ${slice}, decode(${base64(part)}, 'base64'))`;
  }
  return {
    expression: tx`(select string_agg(bytes, ''::bytea order by slice) from staged_bytes where file = ${file})`,
  };
}

const CONTENTS = {
  original: ['intake', 'raw'],
  attachment: ['attachments', 'content'],
  draftFile: ['draft_files', 'content'],
} as const;

/** Bytes of a stored original or attachment; fewer than `length` at its end, none beyond it or once it is erased. */
export async function readStoredBytes(
  db: Queryable,
  what: keyof typeof CONTENTS,
  id: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const [table, column] = CONTENTS[what];
  const [row] = await db<{ slice: Buffer | null }[]>`
    select substring(${db(column)} from ${offset + 1} for ${length}) as slice
    from ${db(table)}
    where id = ${id}`;
  return row?.slice ?? new Uint8Array();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
