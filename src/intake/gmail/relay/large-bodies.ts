import { Problem } from '../../../platform/problems.ts';
import { LARGE_BODY_BYTES } from './relay-contract.ts';

/**
 * Opens proven bodies over 5 MB one at a time per process; a second one meanwhile gets `busy`. Parsing one needs
 * several times its size in memory.
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
