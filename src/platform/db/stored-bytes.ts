import { randomUUID } from 'node:crypto';
import type { Fragment, Queryable } from './connect.ts';

/** The most bytes sent in one parameter. For more, the driver would hold several copies in memory and block the event loop. */
const SLICE_BYTES = 2_000_000;

/** Bytes as an expression for a statement of the same transaction. Not awaited itself: a fragment that is awaited runs. */
export type StoredBytes = { readonly expression: Fragment };

/**
 * Makes bytes of any size fit for an insert or update. Small ones become a parameter, in base64 because the driver's own
 * hex is half as long again; large ones go ahead in slices into a temporary table that the end of the transaction empties.
 */
export async function storedBytes(tx: Queryable, bytes: Uint8Array): Promise<StoredBytes> {
  if (bytes.byteLength <= SLICE_BYTES) return { expression: tx`decode(${base64(bytes)}, 'base64')` };
  return stagedBytes(tx, slicesOf(bytes));
}

/** The same for bytes that come a piece at a time, each of a few megabytes at most: they are never in memory together. */
export async function stagedBytes(
  tx: Queryable,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<StoredBytes> {
  const file = randomUUID();
  await tx`
    create temporary table if not exists staged_bytes (file uuid not null, slice integer not null, bytes bytea not null)
    on commit delete rows`;
  await tx`alter table staged_bytes alter column bytes set storage external`;
  let slice = 0;
  for await (const piece of pieces) {
    await tx`insert into staged_bytes (file, slice, bytes) values (${file}, ${slice}, decode(${base64(piece)}, 'base64'))`;
    slice += 1;
  }
  return {
    expression: tx`(select string_agg(bytes, ''::bytea order by slice) from staged_bytes where file = ${file})`,
  };
}

function* slicesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += SLICE_BYTES) {
    yield bytes.subarray(offset, offset + SLICE_BYTES);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
