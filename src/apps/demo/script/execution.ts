import type { Clock } from '../../../platform/clock.ts';

/** A call that leaves the script: the points at which Apps Script can fail, end the run, or the world can change. */
export type ExternalCall = {
  /** Counted from 0 within one run. */
  readonly index: number;
  readonly name: string;
  readonly method?: string;
  readonly url?: string;
};

/** `before` and `after` may deliver mail, throw an error for the script to see, or throw `endOfRun()`. */
export type ExecutionHooks = {
  readonly before?: (call: ExternalCall) => void;
  readonly after?: (call: ExternalCall) => void;
};

export type Execution = ReturnType<typeof createExecution>;

const ended = Symbol('end of run');

/** Thrown in a hook, ends the run at once as Apps Script does: nothing that the script still does has an effect. */
export function endOfRun(): Error {
  return Object.assign(new Error('Exceeded maximum execution time'), { [ended]: true });
}

/**
 * One run of the script. Everything with an effect outside the script goes through `external`, so a run that is
 * ended cannot do anything more, whatever its catch and finally blocks try.
 */
export function createExecution(options: {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly hooks: ExecutionHooks;
  /** Simulated time: how long a call takes. */
  readonly spend?: (call: ExternalCall) => void;
}) {
  const startedAt = options.clock.now().getTime();
  let calls = 0;
  let killed = false;

  function guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof Error && ended in error) killed = true;
      throw error;
    }
  }

  function requireTime(): void {
    if (options.clock.now().getTime() - startedAt > options.limitMs) throw endOfRun();
  }

  return {
    wasKilled: () => killed,

    external<T>(name: string, effect: () => T, detail: { method?: string; url?: string } = {}): T {
      if (killed) throw endOfRun();
      const call: ExternalCall = { index: calls, name, ...detail };
      calls += 1;
      guard(() => options.hooks.before?.(call));
      const settle = (): void =>
        guard(() => {
          options.spend?.(call);
          requireTime();
          options.hooks.after?.(call);
        });
      let result: T;
      try {
        result = effect();
      } catch (error) {
        settle();
        throw error;
      }
      settle();
      return result;
    },
  };
}
