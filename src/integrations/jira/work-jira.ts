import { randomUUID } from 'node:crypto';
import { jiraFault } from './client/jira-fault.ts';
import { deleteOldJiraRows } from './connections/grant-queries.ts';
import { type OpenDeps, withJira } from './connections/open-jira.ts';
import { refreshDue } from './connections/refresh-grant.ts';
import { listActiveConnections } from './connections/queries.ts';
import { warnOfEndingTokens } from './connections/warn-of-ending-tokens.ts';
import { markReadDue } from './hearing/queries.ts';
import { hearIssue } from './hearing/read-issue.ts';
import { sweep } from './hearing/sweep.ts';
import type { JiraDeps } from './jira-deps.ts';
import { collectChanges } from './telling/collect.ts';
import { claimIssue, type IssueRow, releaseIssue } from './telling/issue-queries.ts';
import { makeOrFind } from './telling/make-issue.ts';
import { tellChanges } from './telling/tell-changes.ts';

export type WorkDeps = OpenDeps & Pick<JiraDeps, 'wakeDeliveries'>;

const SECOND = 1000;
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

async function workIssues(deps: WorkDeps, signal?: AbortSignal): Promise<number> {
  const owner = randomUUID();
  let turns = 0;
  for (;;) {
    if (signal?.aborted === true) return turns;
    const issue = await claimIssue(deps.db, owner, deps.clock.now());
    if (issue === null) return turns;
    turns += 1;
    let putOffUntil: Date | null = null;
    try {
      await workIssue(deps, issue, owner);
    } catch (error) {
      putOffUntil = putOff(deps, issue, error);
    }
    await releaseIssue(deps.db, issue.id, owner, { now: deps.clock.now(), putOffUntil });
  }
}

function workIssue(deps: WorkDeps, issue: IssueRow, owner: string): Promise<void> {
  return withJira(deps, issue.connectionId, async (jira, connection) => {
    const { jiraId } = issue;
    if (jiraId === null) return makeOrFind(deps, issue, { jira, connection });
    const to = { jira, connection, issueId: issue.id, jiraId };
    try {
      if (issue.state === 'linked') await tellChanges(deps, to, owner);
    } catch (error) {
      // Reading says whether the issue is gone or only what was to be done with it.
      if (jiraFault(error).kind !== 'missing') throw error;
      await markReadDue(deps.db, issue.id);
      issue = { ...issue, readDue: true };
    }
    if (issue.readDue) await hearIssue(deps, { ...issue, jiraId }, { jira, connection });
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
