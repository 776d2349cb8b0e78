import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { JiraIssue } from '../client/shapes.ts';

export type Heard = {
  readonly linkId: number;
  readonly what: string;
  readonly version: string;
  readonly mailed: boolean;
  readonly messageId: number | null;
};

/** What of an issue reached its requests already, and is still there. */
export async function listHeard(db: Queryable, linkIds: readonly number[]): Promise<Heard[]> {
  return db<Heard[]>`
    select link_id, what, version, mailed, message_id
    from jira_heard
    where link_id = any(${[...linkIds]}::bigint[]) and not deleted`;
}

/** Notes that something is about to reach a request; false when it has already, in this version. */
export async function insertHeard(
  tx: Transaction,
  heard: { readonly linkId: number; readonly what: string; readonly version: string; readonly at: Date },
): Promise<boolean> {
  const rows = await tx`
    insert into jira_heard as h (link_id, what, version, mailed, at)
    values (${heard.linkId}, ${heard.what}, ${heard.version}, false, ${heard.at})
    on conflict (link_id, what) do update
    set version = excluded.version
    where h.version <> excluded.version
    returning h.link_id`;
  return rows.length > 0;
}

export async function markBecame(
  tx: Transaction,
  heard: {
    readonly linkId: number;
    readonly what: string;
    readonly messageId: number;
    readonly mailed: boolean;
  },
): Promise<void> {
  await tx`
    update jira_heard
    set message_id = coalesce(message_id, ${heard.messageId}), mailed = mailed or ${heard.mailed}
    where link_id = ${heard.linkId} and what = ${heard.what}`;
}

/** True the first time. */
export async function markDeleted(tx: Transaction, linkId: number, what: string): Promise<boolean> {
  const rows = await tx`
    update jira_heard
    set deleted = true
    where link_id = ${linkId} and what = ${what} and not deleted
    returning link_id`;
  return rows.length > 0;
}

/** What an issue now is; read for this while. */
export async function markRead(
  db: Queryable,
  issueId: number,
  issue: JiraIssue,
  read: { readonly updated: string | null; readonly at: Date },
): Promise<void> {
  const { summary, status, assignee } = issue.fields;
  await db`
    update jira_issues
    set key = ${issue.key}, summary = ${summary ?? null}, status = ${status?.name ?? null},
      status_category = ${status?.statusCategory?.key ?? null}, assignee = ${assignee?.displayName ?? null},
      jira_updated = ${read.updated}, read_at = ${read.at}
    where id = ${issueId}`;
}

/** True when it was not known before. */
export async function markBroken(tx: Transaction, issueId: number, fault: string): Promise<boolean> {
  const rows = await tx`
    update jira_issues
    set state = 'broken', fault = ${fault}
    where id = ${issueId} and state <> 'broken'
    returning id`;
  return rows.length > 0;
}

export async function markMended(tx: Transaction, issueId: number): Promise<void> {
  await tx`update jira_issues set state = 'linked', fault = null where id = ${issueId}`;
}

/** What a tied request was merged into, or itself. */
export async function findHolder(tx: Queryable, requestId: number): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    with recursive way as (
      select id, merged_into from requests where id = ${requestId}
      union
      select r.id, r.merged_into from requests r join way on r.id = way.merged_into
    )
    select id from way where merged_into is null limit 1`;
  return row?.id ?? requestId;
}
