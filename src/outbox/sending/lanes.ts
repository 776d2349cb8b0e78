/** The sends of one account that are under way, side by side in lanes. */
export type Lanes = {
  /** How many more may start, with `atOnce` of them in lanes at the same time at most. */
  readonly free: (atOnce?: number) => number;
  /** Starts a send. After `slowMs` it leaves its lane to others and goes on. */
  readonly start: (deliveryId: number, send: Promise<void>, slowMs: number) => void;
  /** The server accepted no further connection: one lane less, but at least one. */
  readonly narrow: () => void;
  readonly width: () => number;
  /** The deliveries that are under way. */
  readonly running: () => readonly number[];
  /** How many have ended so far. */
  readonly ended: () => number;
  /** Resolves when the next one ends or leaves its lane. */
  readonly changed: () => Promise<void>;
  /** Resolves when nothing is under way. */
  readonly settled: () => Promise<void>;
};

type RunningSend = {
  readonly deliveryId: number;
  readonly done: Promise<void>;
  readonly doneOrSlow: Promise<void>;
  readonly isSlow: () => boolean;
};

/** Lanes for one run: `width` messages side by side, and at most `most` with those that are slow. */
export function openLanes(width: number, most: number): Lanes {
  const running = new Set<RunningSend>();
  let lanes = width;
  let ended = 0;
  const all = (): RunningSend[] => [...running];
  return {
    free(atOnce = lanes) {
      const quick = all().filter((each) => !each.isSlow()).length;
      return Math.min(Math.min(atOnce, lanes) - quick, most - running.size);
    },
    start(deliveryId, send, slowMs) {
      const done = send.finally(() => {
        running.delete(mail);
        ended++;
      });
      const mail = { deliveryId, done, ...noticeSlow(done, slowMs) };
      running.add(mail);
    },
    narrow: () => void (lanes = Math.max(1, lanes - 1)),
    width: () => lanes,
    running: () => all().map(({ deliveryId }) => deliveryId),
    ended: () => ended,
    changed: () => Promise.race(all().map((each) => (each.isSlow() ? each.done : each.doneOrSlow))),
    settled: async () => void (await Promise.allSettled(all().map(({ done }) => done))),
  };
}

function noticeSlow(done: Promise<void>, slowMs: number): Pick<RunningSend, 'doneOrSlow' | 'isSlow'> {
  let slow = false;
  const seen = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    slow = true;
    seen.resolve();
  }, slowMs);
  const ended = done.finally(() => clearTimeout(timer));
  return { doneOrSlow: Promise.race([ended, seen.promise]), isSlow: () => slow };
}
