import { type DeliverDeps, type DeliverOptions, deliverDue } from './deliver-due.ts';

export type DeliveryWorker = {
  /** Look for due work now: something was queued by this process. */
  readonly wake: () => void;
  /** Claims nothing more, finishes what is being sent (ten seconds at most, then it is broken off) and returns. */
  readonly stop: () => Promise<void>;
  /** When the outbox was last looked through without trouble, for `/readyz`; null before the first time. */
  readonly lastRunAt: () => Date | null;
};

export type WorkerOptions = Pick<DeliverOptions, 'concurrency' | 'attemptTimeoutMs' | 'leaseMs'> & {
  readonly pollMs?: number;
  readonly stopWithinMs?: number;
};

/** Keeps sending what is due: at once when woken, else looking every second. Survives the loss of the database. */
export function startDeliveryWorker(deps: DeliverDeps, options: WorkerOptions = {}): DeliveryWorker {
  const { pollMs = 1000, stopWithinMs = 10_000, ...sending } = options;
  const stop = new AbortController();
  const abort = new AbortController();
  const alarm = createAlarm();
  let lastRunAt: Date | null = null;

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        const nextLook = (): Promise<void> => alarm.wait(pollMs);
        await deliverDue(deps, { ...sending, stop: stop.signal, abort: abort.signal, nextLook });
        lastRunAt = deps.clock.now();
        failures = 0;
      } catch (error) {
        failures++;
        deps.log.error({ error, failures }, 'the outbox could not be read');
      }
      if (!stop.signal.aborted) await alarm.wait(Math.min(30_000, pollMs * 2 ** failures));
    }
  };
  const working = work();

  return {
    wake: alarm.ring,
    lastRunAt: () => lastRunAt,
    async stop() {
      stop.abort();
      alarm.ring();
      const timer = setTimeout(
        () => abort.abort(new Error('The server stopped while sending')),
        stopWithinMs,
      );
      await working;
      clearTimeout(timer);
    },
  };
}

// A ring while nobody waits is kept: what it announced may have been queued just after the outbox was read.
function createAlarm(): { ring: () => void; wait: (ms: number) => Promise<void> } {
  let rung = false;
  let waiting: { readonly promise: Promise<void>; readonly end: () => void } | null = null;
  return {
    ring() {
      rung = true;
      waiting?.end();
    },
    async wait(ms) {
      if (rung) {
        rung = false;
        return;
      }
      // One wait at a time, for a look that was overtaken by a finished mail leaves its own behind.
      waiting ??= startWaiting(ms, () => (waiting = null));
      await waiting.promise;
    },
  };
}

function startWaiting(ms: number, ended: () => void): { promise: Promise<void>; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    ended();
    resolve();
  };
  const timer = setTimeout(end, ms);
  return { promise, end };
}
