/** A file's bytes in pieces, in order. */
export type Bytes = AsyncIterable<Uint8Array>;

const SLICE_BYTES = 1_000_000;

/** The bytes of a file that is read by offset, a slice in memory at a time. It ends early when the file is gone. */
export async function* slicesOf(
  size: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Bytes {
  for (let offset = 0; offset < size;) {
    const slice = await read(offset, SLICE_BYTES);
    if (slice.byteLength === 0) return;
    offset += slice.byteLength;
    yield slice;
  }
}
