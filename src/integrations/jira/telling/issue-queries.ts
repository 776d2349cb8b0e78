import { json, type Queryable, type Transaction } from '../../../platform/db/connect.ts';
import type { Creation, IssueState } from '../links/link.ts';

/** An issue that this process works on, and nobody else until its lease ends. */
export type IssueRow = {
  readonly id: number;
  readonly connectionId: number;
  readonly state: IssueState;
  readonly jiraId: string | null;
  readonly key: string | null;
  readonly creation: Creation | null;
  readonly attemptedAt: Date | null;
  readonly searches: number;
  readonly status: string | null;
  readonly statusCategory: string | null;
  readonly jiraUpdated: string | null;
  readonly readDue: boolean;
  readonly failures: number;
};

const LEASE = '2 minutes';

/** Takes the issue whose turn it is, if its Jira may be called. */
export async function claimIssue(db: Queryable, owner: string, at: Date): Promise<IssueRow | null> {
  const [row] = await db<IssueRow[]>`
    update jira_issues
    set lease_owner = ${owner}, lease_until = ${at}::timestamptz + ${LEASE}::interval
    where id = (
      select i.id
      from jira_issues i
      join jira_connections c on c.id = i.connection_id and c.removed_at is null
      join jira_grants g on g.id = c.grant_id and g.state = 'active'
      where i.next_at <= ${at} and (i.lease_until is null or i.lease_until < ${at})
        and (c.paused_until is null or c.paused_until <= ${at})
        and exists (select from jira_links l where l.issue_id = i.id and l.ended_at is null)
      order by i.next_at, i.id
      limit 1
      for update of i skip locked)
    returning id, connection_id, state, jira_id, key, creation, attempted_at, searches, status, status_category, jira_updated,
      read_due, failures`;
  return row ?? null;
}

/** Goes on with an issue; false when its lease ended and another may have it. */
export async function renewLease(db: Queryable, issueId: number, owner: string, at: Date): Promise<boolean> {
  const rows = await db`
    update jira_issues
    set lease_until = ${at}::timestamptz + ${LEASE}::interval
    where id = ${issueId} and lease_owner = ${owner} and lease_until >= ${at}
    returning id`;
  return rows.length > 0;
}

/**
 * Lets go of an issue. It is due again when something waits, or when it was asked to be read meanwhile; `at` puts that off
 * after a failure.
 */
export async function releaseIssue(
  db: Queryable,
  issueId: number,
  owner: string,
  next: { readonly now: Date; readonly putOffUntil: Date | null },
): Promise<void> {
  await db`
    update jira_issues i
    set lease_owner = null, lease_until = null, failures = case when ${next.putOffUntil !== null} then i.failures + 1 else 0 end,
      next_at = coalesce(${next.putOffUntil}::timestamptz, case
        when i.state in ('creating', 'uncertain') then i.next_at
        when i.state = 'refused' then null
        when i.read_due then ${next.now}::timestamptz
        when i.state = 'broken' then null
        else (select min(next_at) from jira_changes w where w.issue_id = i.id and w.state in ('waiting', 'uncertain')) end)
    where i.id = ${issueId} and i.lease_owner = ${owner}`;
}

export async function markAttempt(db: Queryable, issueId: number, at: Date): Promise<void> {
  await db`
    update jira_issues
    set attempted_at = ${at}, attempts = attempts + 1, searches = 0
    where id = ${issueId}`;
}

/** It was surely not made. */
export async function clearAttempt(db: Queryable, issueId: number): Promise<void> {
  await db`update jira_issues set state = 'creating', attempted_at = null where id = ${issueId}`;
}

export async function markUncertain(
  db: Queryable,
  issueId: number,
  to: { readonly searches: number; readonly nextAt: Date; readonly fault: string },
): Promise<void> {
  await db`
    update jira_issues
    set state = 'uncertain', searches = ${to.searches}, next_at = ${to.nextAt}, fault = ${to.fault}
    where id = ${issueId}`;
}

/** The issue is there, and read at once. */
export async function markMade(
  tx: Transaction,
  issueId: number,
  made: { readonly jiraId: string; readonly key: string; readonly fault: string | null; readonly at: Date },
): Promise<void> {
  await tx`
    update jira_issues
    set state = 'linked', jira_id = ${made.jiraId}, key = ${made.key}, fault = ${made.fault}, read_due = true,
      -- What the contact wrote is kept where it can be erased, and here no longer than it is needed.
      creation = creation - 'text' - 'summary',
      next_at = ${made.at}
    where id = ${issueId}`;
}

export async function markIssueRefused(tx: Transaction, issueId: number, fault: string): Promise<void> {
  await tx`
    update jira_issues
    set state = 'refused', fault = ${fault}, attempted_at = null, next_at = null
    where id = ${issueId}`;
}

export async function updateCreation(db: Queryable, issueId: number, creation: Creation): Promise<void> {
  await db`update jira_issues set creation = ${json(db, creation)} where id = ${issueId}`;
}

export type LiveLink = {
  readonly id: number;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly createdAt: Date;
  /** The issue was made of this request: whatever is said in it is said since. */
  readonly made: boolean;
};

/** The requests that are tied to an issue. */
export async function listLiveLinks(db: Queryable, issueId: number): Promise<LiveLink[]> {
  return db<LiveLink[]>`
    select l.id, l.request_id, r.mailbox_id, l.created_at,
      i.creation is not null
        and not exists (select from jira_links b where b.issue_id = l.issue_id and b.id < l.id) as made
    from jira_links l
    join jira_issues i on i.id = l.issue_id
    join requests r on r.id = l.request_id
    where l.issue_id = ${issueId} and l.ended_at is null
    order by l.id`;
}
