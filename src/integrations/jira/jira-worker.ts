import { keepLooking, type Looking } from '../../platform/jobs/keep-looking.ts';
import { type WorkDeps, workJira } from './work-jira.ts';

const LOOK_EVERY_MS = 5000;

/** Looks every few seconds what there is to do between the desk and Jira. */
export function startJiraWorker(
  deps: WorkDeps,
  { everyMs = LOOK_EVERY_MS }: { readonly everyMs?: number | undefined } = {},
): Looking {
  return keepLooking((stop) => workJira(deps, stop), {
    everyMs,
    log: deps.log,
    failed: 'the work between desk and Jira failed; it is tried again',
  });
}
