import { keepLooking, type Looking } from '../../../platform/jobs/keep-looking.ts';
import type { Microsoft } from '../access/open-microsoft.ts';
import type { PersonDeps } from '../delegated/begin-sign-in.ts';
import { pollSignIns } from '../delegated/poll-sign-ins.ts';
import { type FetchDeps, lookAtDue } from './look-due.ts';

const LOOK_EVERY_MS = 2000;

/** Keeps fetching what has come into the mailboxes of Microsoft 365, and asking about sign-ins that somebody has begun. */
export function startFetcher(
  deps: FetchDeps & PersonDeps & { readonly microsoft: Microsoft },
  everyMs: number = LOOK_EVERY_MS,
): Looking {
  const look = async (stop: AbortSignal): Promise<void> => {
    await pollSignIns(deps);
    await lookAtDue(deps, stop);
  };
  return keepLooking(look, {
    everyMs,
    log: deps.log,
    failed: 'mailboxes of Microsoft 365 could not be looked at',
  });
}
