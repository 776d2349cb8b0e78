import { type Queryable, type Transaction } from '../../../platform/db/connect.ts';
import type { Creation, IssueState } from '../links/link.ts';

/** An issue that this process works on, and nobody else until its lease ends. */
export type IssueRow = {
  readonly id: number;
  readonly connectionId: number;
  readonly state: IssueState;
  readonly jiraId: string | null;
  readonly key: string | null;
  readonly creation: Creation | null;
  readonly status: string | null;
  readonly statusCategory: string | null;
  readonly jiraUpdated: string | null;
  readonly readDue: boolean;
  readonly failures: number;
};

/** As long as what is claimed at once may take when Jira is slow. */
export const LEASE = '2 minutes';

/** Takes some of the issues whose turn it is and whose Jira may be called. */
export async function claimIssues(
  db: Queryable,
  owner: string,
  { at, most }: { readonly at: Date; readonly most: number },
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    with due as (
      select i.id
      from jira_issues i
      where i.next_at <= ${at} and (i.lease_until is null or i.lease_until < ${at})
        and i.connection_id = any(array(
          select c.id
          from jira_connections c
          join jira_grants g on g.id = c.grant_id and g.state = 'active'
          where c.removed_at is null and (c.paused_until is null or c.paused_until <= ${at})))
        and exists (select from jira_links l where l.issue_id = i.id and l.ended_at is null)
      order by i.next_at, i.id
      limit ${most}
      for update of i skip locked
    )
    update jira_issues i
    set lease_owner = ${owner}, lease_until = ${at}::timestamptz + ${LEASE}::interval
    from due
    where i.id = due.id
    returning i.id`;
  return rows.map(({ id }) => id).toSorted((a, b) => a - b);
}

/**
 * Begins the turn of an issue that was claimed; null when its lease ended or its Jira rests now. It is no longer due for
 * reading then: a hint that comes during the turn asks for another.
 */
export async function takeTurn(
  db: Queryable,
  issueId: number,
  owner: string,
  at: Date,
): Promise<IssueRow | null> {
  const [row] = await db<IssueRow[]>`
    update jira_issues i
    set lease_until = ${at}::timestamptz + ${LEASE}::interval, read_due = false
    from (
      select i.id, i.read_due
      from jira_issues i
      join jira_connections c on c.id = i.connection_id
      where i.id = ${issueId} and i.lease_owner = ${owner} and i.lease_until >= ${at}
        and (c.paused_until is null or c.paused_until <= ${at})
      for update of i) as before
    where i.id = before.id
    returning i.id, i.connection_id, i.state, i.jira_id, i.key, i.creation, i.status, i.status_category, i.jira_updated, before.read_due, i.failures`;
  return row ?? null;
}

/**
 * Lets go of an issue. It is due again when something waits, or when it was asked to be read meanwhile; `putOffUntil` is set
 * after a failure, and has it read again: whatever failed, it may not have been read.
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
      read_due = i.read_due or (${next.putOffUntil !== null} and i.jira_id is not null),
      next_at = coalesce(${next.putOffUntil}::timestamptz, case
        when i.state = 'refused' then null
        when i.read_due then ${next.now}::timestamptz
        when i.state = 'broken' then null
        else (
          select min(w.next_at)
          from jira_changes w
          where w.issue_id = i.id and w.state in ('waiting', 'uncertain') and (w.kind = 'issue') = (i.jira_id is null)) end)
    where i.id = ${issueId} and i.lease_owner = ${owner}`;
}

/** Lets go of what was claimed and had no turn. */
export async function releaseClaims(db: Queryable, owner: string): Promise<void> {
  await db`update jira_issues set lease_owner = null, lease_until = null where lease_owner = ${owner}`;
}

/** What is known of an issue that is being made. */
export async function markMaking(
  db: Queryable,
  issueId: number,
  to: { readonly state: 'creating' | 'uncertain' | 'refused'; readonly fault: string | null },
): Promise<void> {
  await db`update jira_issues set state = ${to.state}, fault = ${to.fault} where id = ${issueId}`;
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
      creation = creation - 'text' - 'summary' - 'reporter',
      next_at = ${made.at}
    where id = ${issueId}`;
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
