import { Problem } from '../../problems.ts';

export const LARGE_BODY_BYTES = 5_000_000;

/**
 * Opens bodies over 5 MB one at a time; a second one meanwhile gets `busy`. Parsing one needs several times its size in memory.
 */
export function largeBodies() {
  let taken = false;
  return async <Result>(size: number, use: () => Promise<Result>): Promise<Result> => {
    if (size <= LARGE_BODY_BYTES) return use();
    if (taken) {
      throw new Problem('busy', 'Another large post is being filed; send this one again.', {
        retryAfterSeconds: 10,
      });
    }
    taken = true;
    try {
      return await use();
    } finally {
      taken = false;
    }
  };
}
