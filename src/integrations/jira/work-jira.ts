import { randomUUID } from 'node:crypto';
import { jiraFault } from './client/jira-fault.ts';
import { deleteOldJiraRows } from './connections/grant-queries.ts';
import { type OpenDeps, withJira } from './connections/open-jira.ts';
import { refreshDue } from './connections/refresh-grant.ts';
import { listActiveConnections } from './connections/queries.ts';
import { warnOfEndingTokens } from './connections/warn-of-ending-tokens.ts';
import { hearIssue } from './hearing/read-issue.ts';
import { sweep } from './hearing/sweep.ts';
import type { JiraDeps } from './jira-deps.ts';
import { collectChanges } from './telling/collect.ts';
import {
  claimIssues,
  type IssueRow,
  releaseClaims,
  releaseIssue,
  takeTurn,
} from './telling/issue-queries.ts';
import { tellChanges } from './telling/tell-changes.ts';
import { keepLooking, type Looking } from '../../platform/jobs/keep-looking.ts';
import { SECOND } from '../../platform/time.ts';

export type WorkDeps = OpenDeps & Pick<JiraDeps, 'wakeDeliveries'>;

const LOOK_EVERY_MS = 5 * SECOND;
/** Issues that are worked on at a time: Jira's answers take long, and its limits are far off. */
const LANES = 4;
/** Claimed at once; a lease is renewed as each has its turn. */
const CLAIMED = 100;
const MAX_PUT_OFF_MS = 300 * SECOND;
/** Jira's own advice for what answers nothing: 2 s, doubled. */
const FIRST_PUT_OFF_MS = 2 * SECOND;

/**
 * One round of everything between the desk and Jira: tokens are refreshed, what happened here is collected and sent, what
 * happened there is heard. Any number of processes may do it at once: each issue has one worker. Returns how many had a turn.
 */
export async function workJira(deps: WorkDeps, signal?: AbortSignal): Promise<number> {
  await refreshDue(deps);
  if ((await listActiveConnections(deps.db)).length === 0) return 0;
  await collectChanges(deps);
  await sweep(deps);
  return workIssues(deps, signal);
}

/** Occasional work: old rows are deleted, and people are warned of tokens that expire. */
export async function tidyJira(deps: WorkDeps): Promise<void> {
  await deleteOldJiraRows(deps.db, deps.clock.now());
  await warnOfEndingTokens(deps);
}

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

async function workIssues(deps: WorkDeps, signal?: AbortSignal): Promise<number> {
  const owner = randomUUID();
  const isStopped = () => signal?.aborted === true;
  let turns = 0;
  for (;;) {
    const ids = await claimIssues(deps.db, owner, { at: deps.clock.now(), most: CLAIMED });
    if (ids.length === 0) return turns;
    const lane = async (): Promise<void> => {
      for (let id = ids.shift(); id !== undefined && !isStopped(); id = ids.shift())
        if (await workTurn(deps, id, owner)) turns += 1;
    };
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
    await releaseClaims(deps.db, owner);
    const failed = lanes.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (isStopped()) return turns;
  }
}

/** False when the issue has no turn: its Jira rests, or another process has it. */
async function workTurn(deps: WorkDeps, issueId: number, owner: string): Promise<boolean> {
  const issue = await takeTurn(deps.db, issueId, owner, deps.clock.now());
  if (issue === null) return false;
  let putOffUntil: Date | null = null;
  try {
    await workIssue(deps, issue, owner);
  } catch (error) {
    putOffUntil = putOff(deps, issue, error);
  }
  await releaseIssue(deps.db, issue.id, owner, { now: deps.clock.now(), putOffUntil });
  return true;
}

function workIssue(deps: WorkDeps, issue: IssueRow, owner: string): Promise<void> {
  return withJira(deps, issue.connectionId, async (jira, connection) => {
    const { jiraId } = issue;
    let isDue = issue.readDue;
    try {
      if (issue.state !== 'broken')
        await tellChanges(deps, { jira, connection, issue, jiraId: jiraId ?? '' }, owner);
    } catch (error) {
      // Reading says whether the issue is gone or only what was to be done with it.
      if (jiraFault(error).kind !== 'missing') throw error;
      isDue = true;
    }
    if (isDue && jiraId !== null) await hearIssue(deps, { ...issue, jiraId }, { jira, connection });
  });
}

function putOff(deps: WorkDeps, issue: IssueRow, error: unknown): Date {
  const fault = error instanceof Error && error.name === 'JiraFault' ? jiraFault(error) : null;
  if (fault === null)
    deps.log.error({ error, issueId: issue.id }, 'an issue could not be worked on; it is tried again');
  else deps.log.info({ issueId: issue.id, reason: fault.message }, 'Jira did not do it; it is tried again');
  const doubled = Math.min(FIRST_PUT_OFF_MS * 2 ** Math.min(issue.failures, 10), MAX_PUT_OFF_MS);
  const asked = fault?.retryAfterSeconds ?? null;
  const wait = asked === null ? doubled : asked * SECOND;
  return new Date(deps.clock.now().getTime() + wait);
}
