import { once } from 'node:events';
import { letGo } from '../files/let-go.ts';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';

type Bindings = HttpBindings | Http2Bindings;
type Incoming = Bindings['incoming'];
/** The bindings are Node's own request and answer: whose address a call comes from, and the connection to cut. */
export type Fetch = (request: Request, bindings: Bindings) => Response | Promise<Response>;

// What may still be on its way when a post is refused: the largest one that a relay sends, for as long as it may take.
const PASS_BYTES = 64_000_000;
const PASS_CHECK_MS = 500;
const PASS_CHECKS = 30;

/** A crowd that is refused would have the server read all that it sends. */
const MAX_PASSING = 16;
const MAX_PASSING_PER_ADDRESS = 8;

/**
 * Answers a refusal only when the rest of the body has come in. A connection that is closed while its client still writes
 * is reset, and the client then sees a broken connection instead of the 413 or 503 that says what to do. Of a crowd this is
 * done for a few; the others are answered at once, and cut.
 */
export function refusingInFull(fetch: Fetch): Fetch {
  const passing: string[] = [];
  return async (request, bindings) => {
    const response = await fetch(request, bindings);
    const { incoming } = bindings;
    if (response.status < 400 || incoming.readableEnded || ['GET', 'HEAD'].includes(request.method))
      return response;
    const address = incoming.socket.remoteAddress ?? '';
    const fromThere = passing.filter((each) => each === address).length;
    if (passing.length >= MAX_PASSING || fromThere >= MAX_PASSING_PER_ADDRESS) {
      response.headers.set('connection', 'close');
      return response;
    }
    passing.push(address);
    const hasPassed = await letPass(request, incoming);
    passing.splice(passing.indexOf(address), 1);
    if (!hasPassed) response.headers.set('connection', 'close');
    return response;
  };
}

/** Reads on and keeps nothing; false for a client that stalls, takes too long, or sends more than any post has. */
async function letPass(request: Request, incoming: Incoming): Promise<boolean> {
  const passed = { bytes: 0 };
  const gaveUp = Promise.withResolvers<false>();
  let seen = 0;
  let checks = 0;
  const check = setInterval(() => {
    checks += 1;
    if (passed.bytes === seen || passed.bytes > PASS_BYTES || checks > PASS_CHECKS) gaveUp.resolve(false);
    seen = passed.bytes;
  }, PASS_CHECK_MS);
  // A web stream, with its copies and its queue, is used only when somebody has begun one.
  const reading =
    incoming.listenerCount('data') === 0 ? dropAll(incoming, passed) : dropRest(request.body, passed);
  try {
    return await Promise.race([reading, gaveUp.promise]);
  } catch {
    // The client is gone: there is nobody left to answer.
    return false;
  } finally {
    clearInterval(check);
  }
}

async function dropAll(incoming: Incoming, passed: { bytes: number }): Promise<true> {
  incoming.on('data', (piece: Buffer) => {
    passed.bytes += piece.byteLength;
    letGo(piece);
  });
  incoming.resume();
  await once(incoming, 'end');
  return true;
}

async function dropRest(body: ReadableStream<Uint8Array> | null, passed: { bytes: number }): Promise<true> {
  if (body === null || body.locked) return true;
  const reader = body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read())
    passed.bytes += step.value.byteLength;
  return true;
}
