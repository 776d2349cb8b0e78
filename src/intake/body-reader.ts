import { Problem } from '../problems.ts';
import { LARGE_BODY_BYTES, MAX_BODY_BYTES } from './relay-contract.ts';

/** Reads a body and hands it on; of bodies over 5 MB, one at a time per process. */
export type BodyReader = <Result>(
  stream: ReadableStream<Uint8Array> | null,
  length: number | null,
  use: (body: Buffer) => Promise<Result>,
) => Promise<Result>;

/**
 * A reader with one place for large bodies, held until the body has been used; another one meanwhile is told `busy`. A
 * body that does not say its length takes the place when it turns out to be large.
 */
export function bodyReader(): BodyReader {
  let taken = false;
  return async (stream, length, use) => {
    let holds = false;
    const takePlace = (): void => {
      if (holds) return;
      if (taken)
        throw new Problem('busy', 'Another large post is being read; send this one again', {
          retryAfterSeconds: 10,
        });
      taken = true;
      holds = true;
    };
    try {
      if (length !== null && length > LARGE_BODY_BYTES) takePlace();
      return await use(await readAll(stream, takePlace));
    } finally {
      if (holds) taken = false;
    }
  };
}

async function readAll(stream: ReadableStream<Uint8Array> | null, onLarge: () => void): Promise<Buffer> {
  if (stream === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new Problem('too_large', `A post has at most ${MAX_BODY_BYTES} bytes`);
    if (size > LARGE_BODY_BYTES) onLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
