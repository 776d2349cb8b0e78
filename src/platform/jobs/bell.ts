/** Wakes a waiter. A ring with no waiter is kept, because its cause may have come just after the last look. */
export type Bell = {
  readonly ring: () => void;
  readonly isRung: () => boolean;
  /** A look begins: it answers whatever has rung so far. */
  readonly answer: () => void;
  readonly wait: (ms: number) => Promise<void>;
};

export function createBell(): Bell {
  let rung = false;
  let waiting: { readonly promise: Promise<void>; readonly end: () => void } | null = null;
  return {
    ring() {
      rung = true;
      waiting?.end();
    },
    isRung: () => rung,
    answer: () => void (rung = false),
    async wait(ms) {
      if (rung) {
        rung = false;
        return;
      }
      // One wait at a time, because a look that a finished message overtook leaves its own behind.
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
