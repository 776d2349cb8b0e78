import { Problem } from '../../platform/problems.ts';

/** Refuses an erasure while one of its messages is being sent: nobody could tell whether it left. */
export function beingSent(): Problem {
  return new Problem('wrong_state', 'One of its messages is being sent; try again in a minute.', {
    retryAfterSeconds: 60,
  });
}
