import { keepLooking, type Looking } from '../../../platform/jobs/keep-looking.ts';
import { type FetchDeps, lookAtDue } from './look-due.ts';

const LOOK_EVERY_MS = 2000;

/** Keeps fetching what has come into the mailboxes of Microsoft 365. */
export function startFetcher(deps: FetchDeps, everyMs: number = LOOK_EVERY_MS): Looking {
  return keepLooking((stop) => lookAtDue(deps, stop), {
    everyMs,
    log: deps.log,
    failed: 'mailboxes of Microsoft 365 could not be looked at',
  });
}
