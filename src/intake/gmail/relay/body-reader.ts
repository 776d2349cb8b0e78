import { Problem } from '../../../platform/problems.ts';
import { LARGE_BODY_BYTES, MAX_BODY_BYTES } from './relay-contract.ts';

/**
 * Reads a body, opens it, lets go of its bytes and uses what was in it; of bodies over 5 MB, one at a time per process. One
 * that has not come in when `deadline` aborts is told `busy`: a client that stalls must not keep the place from others.
 */
export type BodyReader = <Opened, Result>(
  stream: ReadableStream<Uint8Array> | null,
  length: number | null,
  deadline: AbortSignal,
  open: (body: Buffer) => Promise<Opened>,
  use: (opened: Opened) => Promise<Result>,
) => Promise<Result>;

/**
 * A reader with one place for large bodies, held until the body has been used; another one meanwhile is told `busy`. A
 * body that does not say its length takes the place when it turns out to be large.
 */
export function bodyReader(): BodyReader {
  let taken = false;
  return async (stream, length, deadline, open, use) => {
    let holds = false;
    const takePlace = (): void => {
      if (holds) return;
      if (taken) {
        throw new Problem('busy', 'Another large post is being read; send this one again', {
          retryAfterSeconds: 10,
        });
      }
      taken = true;
      holds = true;
    };
    try {
      if (length !== null && length > LARGE_BODY_BYTES) takePlace();
      return await use(await readAll(stream, length, deadline, takePlace).then(open));
    } finally {
      if (holds) taken = false;
    }
  };
}

async function readAll(
  stream: ReadableStream<Uint8Array> | null,
  length: number | null,
  deadline: AbortSignal,
  onLarge: () => void,
): Promise<Buffer> {
  let body: Buffer = Buffer.allocUnsafe(length ?? 65_536);
  let size = 0;
  for await (const chunk of chunksUntil(deadline, stream)) {
    if (size + chunk.byteLength > MAX_BODY_BYTES) {
      throw new Problem('too_large', `A post has at most ${MAX_BODY_BYTES} bytes`);
    }
    if (size + chunk.byteLength > LARGE_BODY_BYTES) onLarge();
    if (size + chunk.byteLength > body.length) body = grown(body, size + chunk.byteLength);
    body.set(chunk, size);
    size += chunk.byteLength;
  }
  return body.subarray(0, size);
}

// What is refused half-way stays readable: whoever answers lets the rest pass.
async function* chunksUntil(
  deadline: AbortSignal,
  stream: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (stream === null) return;
  const reader = stream.getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  deadline.addEventListener('abort', giveUp, { once: true });
  try {
    for (let step = await next(reader); !step.done; step = await next(reader)) yield step.value;
    if (deadline.aborted) throw broken('The post did not come in in time; nothing was filed');
  } finally {
    deadline.removeEventListener('abort', giveUp);
    reader.releaseLock();
  }
}

function next(reader: ReadableStreamDefaultReader<Uint8Array>) {
  return reader.read().catch(() => {
    throw broken('The post broke off; nothing was filed');
  });
}

function broken(message: string): Problem {
  return new Problem('busy', message, { retryAfterSeconds: 10 });
}

function grown(body: Buffer, least: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(least, body.length * 2));
  body.copy(larger);
  return larger;
}
