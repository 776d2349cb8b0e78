import { createSpool, type Spool } from '../../../platform/files/spool.ts';
import { Problem } from '../../../platform/problems.ts';
import { MAX_BODY_BYTES } from './relay-contract.ts';

export type UnprovenLimits = {
  /** Bodies being received at once. */
  readonly bodies: number;
  /** Bytes they hold together, most of them on disk. */
  readonly bytes: number;
};

/** Room for several relays' largest posts; strangers get no more than a disk and the open files can bear. */
const IN_ALL: UnprovenLimits = { bodies: 300, bytes: 1_000_000_000 };
const PER_ADDRESS: UnprovenLimits = { bodies: 100, bytes: 400_000_000 };

/** Bytes of a body kept in memory; the rest is in a file, so that 300 bodies hold 10 MB of memory. */
const MEMORY_BYTES = 32_768;

export type UnprovenBody = {
  readonly address: string;
  /** Aborted when the body has to be in. */
  readonly deadline: AbortSignal;
  /** Sees each piece as it comes, for the signature. */
  readonly onChunk: (chunk: Uint8Array) => void;
};

/** A whole body whose sender is not proven yet; discard it once it is used or refused. */
export type WholeBody = Pick<Spool, 'size' | 'bytes' | 'discard'>;

type Held = { readonly address: string; readonly spool: Spool; movedAt: number; readonly giveUp: () => void };

/**
 * Receives bodies of callers who have proven nothing yet: little memory, a bounded place on disk. When that is full, in
 * all or for one address, the body that has not moved for longest gives way, so that a stalled caller never keeps a
 * relay out.
 */
export function unprovenBodies(inAll: UnprovenLimits = IN_ALL, perAddress: UnprovenLimits = PER_ADDRESS) {
  const held = new Set<Held>();
  let moves = 0;

  const isOver = (those: readonly Held[], limits: UnprovenLimits): boolean =>
    those.length > limits.bodies || those.reduce((sum, { spool }) => sum + spool.size(), 0) > limits.bytes;

  const makeRoom = (own: Held): void => {
    for (const [limits, isIn] of [
      [perAddress, (each: Held) => each.address === own.address],
      [inAll, () => true],
    ] as const) {
      for (let those = [...held].filter(isIn); isOver(those, limits); those = [...held].filter(isIn)) {
        const slowest = those.reduce((one, other) => (other.movedAt < one.movedAt ? other : one));
        held.delete(slowest);
        slowest.giveUp();
      }
    }
  };

  return {
    /** Reads a body to its end; throws `too_large`, or `busy` when it broke off, was late or had to give way. */
    async receive(stream: ReadableStream<Uint8Array> | null, body: UnprovenBody): Promise<WholeBody> {
      const spool = createSpool(MEMORY_BYTES);
      const reader = stream?.getReader();
      const cut = { because: null as Problem | null };
      const giveUp = (because: string): void => {
        cut.because ??= busy(because);
        void reader?.cancel().catch(() => {});
      };
      const own: Held = {
        address: body.address,
        spool,
        movedAt: moves,
        giveUp: () => giveUp('Too many posts are coming in; send this one again'),
      };
      const onDeadline = (): void => giveUp('The post did not come in in time; nothing was filed');
      body.deadline.addEventListener('abort', onDeadline, { once: true });
      held.add(own);
      try {
        makeRoom(own);
        for (;;) {
          const step = await reader?.read().catch(() => {
            throw busy('The post broke off; nothing was filed');
          });
          if (cut.because !== null) throw cut.because;
          if (step === undefined || step.done) return spool;
          own.movedAt = ++moves;
          if (spool.size() + step.value.byteLength > MAX_BODY_BYTES)
            throw new Problem('too_large', `A post has at most ${MAX_BODY_BYTES} bytes.`);
          body.onChunk(step.value);
          await spool.add(step.value);
          makeRoom(own);
        }
      } catch (error) {
        await spool.discard();
        throw error;
      } finally {
        held.delete(own);
        body.deadline.removeEventListener('abort', onDeadline);
        // A body refused half-way stays readable, so that the caller sees the refusal after sending the rest.
        reader?.releaseLock();
      }
    },
  };
}

function busy(message: string): Problem {
  return new Problem('busy', message, { retryAfterSeconds: 10 });
}
