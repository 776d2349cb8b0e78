import type { Queryable } from '../../../platform/db/connect.ts';

export type ChangeRow = {
  readonly id: number;
  readonly linkId: number;
  readonly requestId: number;
  readonly kind: 'comment' | 'file' | 'transition' | 'remote_link' | 'watcher';
  readonly messageId: number | null;
  readonly attachmentId: number | null;
  readonly target: string | null;
  readonly state: 'waiting' | 'uncertain';
  readonly attemptedAt: Date | null;
  readonly searches: number;
};

/** The changes an issue has yet to receive, in order; one that is not due yet holds back later ones of its kind. */
export async function listWaitingChanges(db: Queryable, issueId: number, at: Date): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select w.id, w.link_id, l.request_id, w.kind, w.message_id, w.attachment_id, w.target, w.state, w.attempted_at, w.searches
    from jira_changes w
    join jira_links l on l.id = w.link_id
    where w.issue_id = ${issueId} and w.state in ('waiting', 'uncertain') and w.next_at <= ${at}
      and not exists (
        select from jira_changes before
        where before.issue_id = w.issue_id and before.id < w.id and before.kind = w.kind
          and before.state in ('waiting', 'uncertain') and before.next_at > ${at})
    order by w.id`;
}

export async function markChangeAttempt(db: Queryable, changeId: number, at: Date): Promise<void> {
  await db`update jira_changes set attempted_at = ${at}, searches = 0 where id = ${changeId}`;
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

/** Ids that Jira gave to what the desk wrote. */
export async function listOwnIds(
  db: Queryable,
  issueId: number,
  kind: 'comment' | 'file',
): Promise<ReadonlySet<string>> {
  const rows = await db<{ jiraId: string }[]>`
    select jira_id
    from jira_changes
    where issue_id = ${issueId} and kind = ${kind} and jira_id is not null`;
  return new Set(rows.map(({ jiraId }) => jiraId));
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
};

export async function findToldFile(db: Queryable, attachmentId: number): Promise<ToldFile | null> {
  const [row] = await db<ToldFile[]>`
    select name, content_type, size
    from attachments
    where id = ${attachmentId}`;
  return row ?? null;
}
