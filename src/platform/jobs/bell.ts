/** Wakes one who waits. A ring while nobody waits is kept: what it announced may have come just after the last look. */
export type Bell = {
  readonly ring: () => void;
  readonly isRung: () => boolean;
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
