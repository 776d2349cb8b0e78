import { createHash } from 'node:crypto';

/** What is kept of the state of a consent elsewhere: bound to the session, no other browser can bring the answer back. */
export function stateHash(state: string, session: string): Buffer {
  return createHash('sha256').update(`${state}.${session}`).digest();
}
