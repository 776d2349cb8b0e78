import type { Clock } from '../../platform/clock.ts';
import { Problem } from '../../platform/problems.ts';

export type Attempts = {
  /** Counts one more; refuses when there were too many within the window. */
  readonly count: (key: string) => void;
};

const MAX_KEYS = 10_000;

/** Counts attempts by key within a window of time, in this process; a refusal says when to come again. */
export function countAttempts(
  clock: Clock,
  { most, windowMs }: { readonly most: number; readonly windowMs: number },
): Attempts {
  const windows = new Map<string, { readonly endsAt: number; count: number }>();
  return {
    count(key) {
      const now = clock.now().getTime();
      const known = windows.get(key);
      const window =
        known === undefined || known.endsAt <= now ? { endsAt: now + windowMs, count: 0 } : known;
      window.count += 1;
      windows.delete(key);
      windows.set(key, window);
      // The key that was quiet longest is dropped: an attacker with many addresses must not fill the memory.
      if (windows.size > MAX_KEYS) windows.delete(windows.keys().next().value ?? key);
      if (window.count <= most) return;
      throw new Problem('too_many_attempts', 'Too many attempts; wait a moment.', {
        retryAfterSeconds: Math.ceil((window.endsAt - now) / 1000),
      });
    },
  };
}
