import { Problem } from '../../platform/problems.ts';

/** The refusal of an erasure while a mail of it is on its way: nobody could say what of it left. */
export function beingSent(): Problem {
  return new Problem('wrong_state', 'A mail of it is being sent at this moment; try again in a minute.', {
    retryAfterSeconds: 60,
  });
}
