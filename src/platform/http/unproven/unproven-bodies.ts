import type { Context } from 'hono';
import type { Pieces } from '../../files/pieces.ts';
import { createSpool, type Spool } from '../../files/spool.ts';
import { Problem } from '../../problems.ts';
import { bodyPieces } from '../body-pieces.ts';
import { callerAddress, type TrustedProxies } from '../caller-address.ts';
import { type PlaceLimits, type ReadingPlace, readingPlaces, type UnprovenCaller } from './reading-places.ts';

/** Bytes of a body kept in memory; the rest is in a file. */
const MEMORY_BYTES = 131_072;

type Wanted = {
  readonly maxBytes: number;
  /** Sees each piece as it comes, for the signature. */
  readonly onChunk?: (chunk: Uint8Array) => void;
};

type UnprovenBody = UnprovenCaller &
  Wanted & {
    /** Resolves when the body may be read; nothing of it is read before. */
    readonly open: () => Pieces;
  };

/** A whole body; its sender keeps a place among those who are read until it is discarded or proven. */
export type WholeBody = Pick<Spool, 'size' | 'bytes' | 'discard'> & {
  /** Whose body it is has been shown: their next one goes before a stranger's. */
  readonly proven: () => void;
};

/** Receives bodies of callers who have proven nothing yet: few at once, with little memory and a bounded place on disk. */
export function unprovenBodies(limits?: PlaceLimits) {
  const places = readingPlaces(limits);
  return {
    /** Reads a body to its end; throws `too_large`, or `busy` when it broke off, was late or had to give way. */
    async receive(body: UnprovenBody): Promise<WholeBody> {
      const place = await places.enter(body);
      try {
        const spool = await readWhole(body, place);
        return {
          size: spool.size,
          bytes: spool.bytes,
          proven() {
            places.noteProven(body.address);
            place.leave();
          },
          async discard() {
            place.leave();
            await spool.discard();
          },
        };
      } catch (error) {
        place.leave();
        throw error;
      }
    },
  };
}

/** Takes the body of a call whose caller has proven nothing yet, however many there are; discard it in the end. */
export type ReceiveUnproven = (
  c: Context,
  wanted: Wanted & { readonly deadline?: AbortSignal },
) => Promise<WholeBody>;

/** One for the whole process: what strangers hold is bounded over all the paths that they can post to. */
export function unprovenReceiver(trustedProxies: TrustedProxies | undefined): ReceiveUnproven {
  const bodies = unprovenBodies();
  return async (c, wanted) => {
    requireFittingLength(c, wanted.maxBytes);
    return bodies.receive({
      ...wanted,
      address: callerAddress(c, trustedProxies),
      open: () => bodyPieces(c),
    });
  };
}

/** Refuses a call by its headers, before any of its body is read. */
export function requireFittingLength(c: Context, maxBytes: number): void {
  const header = c.req.header('content-length');
  if (header === undefined) return;
  if (!/^\d{1,15}$/.test(header)) throw new Problem('invalid_input', 'content-length is not a number.');
  if (Number(header) > maxBytes) throw tooLarge(maxBytes);
}

async function readWhole(body: UnprovenBody, place: ReadingPlace): Promise<Spool> {
  const spool = createSpool(MEMORY_BYTES);
  const pieces = body.open();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const giveWay = (): void => broken.reject(place.given.reason);
  const isLate = (): void => broken.reject(busy('The body did not come in in time; nothing was taken'));
  place.given.addEventListener('abort', giveWay, { once: true });
  body.deadline?.addEventListener('abort', isLate, { once: true });
  if (body.deadline?.aborted === true) isLate();
  try {
    for (;;) {
      place.asked();
      const piece = await Promise.race([pieces.next().catch(brokeOff), broken.promise]);
      place.came(piece?.byteLength ?? 0);
      if (piece === null) return spool;
      if (spool.size() + piece.byteLength > body.maxBytes) throw tooLarge(body.maxBytes);
      body.onChunk?.(piece);
      await spool.add(piece);
    }
  } catch (error) {
    await spool.discard();
    throw error;
  } finally {
    place.given.removeEventListener('abort', giveWay);
    body.deadline?.removeEventListener('abort', isLate);
    // A body refused half-way stays readable, so that the caller sees the refusal after sending the rest.
    pieces.release();
  }
}

function brokeOff(): never {
  throw busy('The body broke off; nothing was taken');
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('too_large', `The body may have ${maxBytes} bytes.`);
}

function busy(message: string): Problem {
  return new Problem('busy', message, { retryAfterSeconds: 10 });
}
