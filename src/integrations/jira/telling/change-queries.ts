import type { ScanState } from '../../../platform/scanning/scan-file.ts';
import type { Queryable } from '../../../platform/db/connect.ts';
import { LEASE } from './issue-queries.ts';

export type ChangeRow = {
  readonly id: number;
  readonly linkId: number;
  readonly requestId: number;
  readonly kind: 'issue' | 'comment' | 'file' | 'transition' | 'remote_link' | 'watcher';
  readonly messageId: number | null;
  readonly attachmentId: number | null;
  readonly target: string | null;
  readonly state: 'waiting' | 'uncertain';
  readonly attemptedAt: Date | null;
  readonly searches: number;
};

/**
 * The changes an issue has yet to receive, in order: before it is there, its making alone. One that is not due yet holds back
 * later ones of its kind.
 */
export async function listWaitingChanges(db: Queryable, issueId: number, at: Date): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select w.id, w.link_id, l.request_id, w.kind, w.message_id, w.attachment_id, w.target, w.state, w.attempted_at, w.searches
    from jira_changes w
    join jira_links l on l.id = w.link_id
    join jira_issues i on i.id = w.issue_id and (w.kind = 'issue') = (i.jira_id is null)
    where w.issue_id = ${issueId} and w.state in ('waiting', 'uncertain') and w.next_at <= ${at}
      and not exists (
        select from jira_changes before
        where before.issue_id = w.issue_id and before.id < w.id and before.kind = w.kind
          and before.state in ('waiting', 'uncertain') and before.next_at > ${at})
    order by w.id`;
}

/** Notes that a change is about to be made; false when the issue's lease ended and another may have it. */
export async function markChangeAttempt(
  db: Queryable,
  change: { readonly id: number; readonly issueId: number; readonly owner: string; readonly at: Date },
): Promise<boolean> {
  const rows = await db`
    with held as (
      update jira_issues
      set lease_until = ${change.at}::timestamptz + ${LEASE}::interval
      where id = ${change.issueId} and lease_owner = ${change.owner} and lease_until >= ${change.at}
      returning id
    )
    update jira_changes
    set attempted_at = ${change.at}, searches = 0
    where id = ${change.id} and exists (select from held)
    returning id`;
  return rows.length > 0;
}

export async function markChangeDone(db: Queryable, changeId: number, jiraId: string | null): Promise<void> {
  await db`update jira_changes set state = 'done', jira_id = ${jiraId}, fault = null where id = ${changeId}`;
}

export async function markChangeUncertain(
  db: Queryable,
  changeId: number,
  to: { readonly searches: number; readonly nextAt: Date; readonly fault: string },
): Promise<void> {
  await db`
    update jira_changes
    set state = 'uncertain', searches = ${to.searches}, next_at = ${to.nextAt}, fault = ${to.fault}
    where id = ${changeId}`;
}

/** It was surely not done. */
export async function clearChangeAttempt(db: Queryable, changeId: number): Promise<void> {
  await db`update jira_changes set state = 'waiting', attempted_at = null where id = ${changeId}`;
}

export async function markChangeRefused(db: Queryable, changeId: number, fault: string): Promise<void> {
  await db`update jira_changes set state = 'refused', fault = ${fault} where id = ${changeId}`;
}

/** What the desk wrote on an issue and knows the id of, as `comment:…` and `file:…`. */
export async function listOwn(db: Queryable, issueId: number): Promise<ReadonlySet<string>> {
  const rows = await db<{ what: string }[]>`
    select kind || ':' || jira_id as what
    from jira_changes
    where issue_id = ${issueId} and kind in ('comment', 'file') and jira_id is not null`;
  return new Set(rows.map(({ what }) => what));
}

export type ToldMessage = {
  readonly id: number;
  readonly kind: string;
  readonly text: string;
  readonly authorOperatorId: number | null;
  readonly authorName: string | null;
  readonly fromAddress: { readonly name: string; readonly address: string } | null;
  readonly files: readonly string[];
  readonly mailboxId: number;
};

/** A message as it is sent to Jira. */
export async function findToldMessage(db: Queryable, messageId: number): Promise<ToldMessage | null> {
  const [row] = await db<ToldMessage[]>`
    select m.id, m.kind, m.visible_text as text, m.author_operator_id, o.name as author_name, m.from_address, m.mailbox_id,
      array(select a.name from attachments a where a.message_id = m.id and not a.inline order by a.id) as files
    from messages m
    left join operators o on o.id = m.author_operator_id
    where m.id = ${messageId}`;
  return row ?? null;
}

export type ToldFile = {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
};

export async function findToldFile(db: Queryable, attachmentId: number): Promise<ToldFile | null> {
  const [row] = await db<ToldFile[]>`
    select name, content_type, size, scan, scan_reason
    from attachments
    where id = ${attachmentId}`;
  return row ?? null;
}
