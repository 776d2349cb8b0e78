import { createSpool, type Spool } from '../../../platform/files/spool.ts';
import type { Pieces } from '../../../platform/files/pieces.ts';
import { Problem } from '../../../platform/problems.ts';
import { type UnprovenCaller, type ReadingPlace, type PlaceLimits, readingPlaces } from './reading-places.ts';
import { MAX_BODY_BYTES } from './relay-contract.ts';

/** Bytes of a body kept in memory; the rest is in a file. */
const MEMORY_BYTES = 32_768;

export type UnprovenBody = UnprovenCaller & {
  /** Opened when the body may be read: before that none of it is read. */
  readonly open: () => Pieces;
  /** Sees each piece as it comes, for the signature. */
  readonly onChunk: (chunk: Uint8Array) => void;
};

/** A whole body whose sender is not proven yet; discard it once it is used or refused. */
export type WholeBody = Pick<Spool, 'size' | 'bytes' | 'discard'>;

/** Receives bodies of callers who have proven nothing yet: few at once, with little memory and a bounded place on disk. */
export function unprovenBodies(limits?: PlaceLimits) {
  const places = readingPlaces(limits);
  return {
    noteProven: (address: string): void => places.noteProven(address),
    /** Reads a body to its end; throws `too_large`, or `busy` when it broke off, was late or had to give way. */
    async receive(body: UnprovenBody): Promise<WholeBody> {
      const place = await places.enter(body);
      try {
        return await readWhole(body, place);
      } finally {
        place.leave();
      }
    },
  };
}

async function readWhole(body: UnprovenBody, place: ReadingPlace): Promise<WholeBody> {
  const spool = createSpool(MEMORY_BYTES);
  const pieces = body.open();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const giveWay = (): void => broken.reject(place.given.reason);
  const isLate = (): void => broken.reject(busy('The post did not come in in time; nothing was filed'));
  place.given.addEventListener('abort', giveWay, { once: true });
  body.deadline.addEventListener('abort', isLate, { once: true });
  if (body.deadline.aborted) isLate();
  try {
    for (;;) {
      place.asked();
      const piece = await Promise.race([pieces.next().catch(brokeOff), broken.promise]);
      if (piece === null) return spool;
      place.came(piece.byteLength);
      if (spool.size() + piece.byteLength > MAX_BODY_BYTES)
        throw new Problem('too_large', `A post has at most ${MAX_BODY_BYTES} bytes.`);
      body.onChunk(piece);
      await spool.add(piece);
    }
  } catch (error) {
    await spool.discard();
    throw error;
  } finally {
    place.given.removeEventListener('abort', giveWay);
    body.deadline.removeEventListener('abort', isLate);
    // A body refused half-way stays readable, so that the caller sees the refusal after sending the rest.
    pieces.release();
  }
}

function brokeOff(): never {
  throw busy('The post broke off; nothing was filed');
}

function busy(message: string): Problem {
  return new Problem('busy', message, { retryAfterSeconds: 10 });
}
