import { json, type Queryable, type Transaction } from '../../../platform/db/connect.ts';
import type { Creation, LinkView } from './link.ts';

/** A request's ties, the newest first. */
export async function listLinkRows(db: Queryable, requestId: number): Promise<LinkView[]> {
  return db<LinkView[]>`
    select l.id, l.request_id, i.connection_id, i.state, i.key, c.site_url, i.summary, i.status, i.status_category,
      i.assignee, i.fault, i.read_at, l.created_at,
      (select count(*) from jira_changes w where w.link_id = l.id and w.state in ('waiting', 'uncertain') and w.kind <> 'issue') as waiting_changes
    from jira_links l
    join jira_issues i on i.id = l.issue_id
    join jira_connections c on c.id = i.connection_id
    where l.request_id = ${requestId} and l.ended_at is null
    order by l.id desc`;
}

export type RequestFacts = {
  readonly subject: string;
  readonly priority: string;
  readonly category: string | null;
  readonly mailboxId: number;
  readonly status: string;
  readonly contactEmail: string;
  readonly contactName: string;
  readonly firstMessageId: number;
  readonly lastMessageId: number;
  readonly text: string;
  /** Addresses that got a copy of the first message. */
  readonly copies: readonly string[];
};

/** What an issue is made of. */
export async function findRequestFacts(db: Queryable, requestId: number): Promise<RequestFacts | null> {
  const [row] = await db<RequestFacts[]>`
    select r.subject, r.priority, r.category, r.mailbox_id, r.status, c.email as contact_email, c.name as contact_name,
      coalesce(first.id, 0) as first_message_id, coalesce(first.text, '') as text,
      array(select lower(copy ->> 'address') from jsonb_array_elements(first.cc_addresses) copy limit 20) as copies,
      coalesce((select max(id) from messages where request_id = r.id), 0) as last_message_id
    from requests r
    join contacts c on c.id = r.contact_id
    left join lateral (
      select id, text, cc_addresses
      from messages
      where request_id = r.id and kind in ('inbound', 'outbound')
      order by id
      limit 1) as first on true
    where r.id = ${requestId}`;
  return row ?? null;
}

export async function insertNewIssue(
  tx: Transaction,
  issue: { readonly connectionId: number; readonly creation: Creation; readonly at: Date },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into jira_issues (connection_id, state, creation, summary, next_at, created_at)
    values (${issue.connectionId}, 'creating', ${json(tx, issue.creation)}, ${issue.creation.summary}, ${issue.at}, ${issue.at})
    returning id`;
  if (row === undefined) throw new Error('inserting an issue returned no row');
  return row.id;
}

/** The row of an issue that is there already, read again soon. */
export async function upsertKnownIssue(
  tx: Transaction,
  issue: { readonly connectionId: number; readonly jiraId: string; readonly key: string; readonly at: Date },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into jira_issues (connection_id, state, jira_id, key, read_due, next_at, created_at)
    values (${issue.connectionId}, 'linked', ${issue.jiraId}, ${issue.key}, true, ${issue.at}, ${issue.at})
    on conflict (connection_id, jira_id) where jira_id is not null do update
    set state = 'linked', fault = null, key = excluded.key, read_due = true, next_at = excluded.next_at
    returning id`;
  if (row === undefined) throw new Error('inserting an issue returned no row');
  return row.id;
}

/** Ties a request to an issue; null when it is tied to it already. */
export async function insertLink(
  tx: Transaction,
  link: {
    readonly requestId: number;
    readonly issueId: number;
    readonly afterMessageId: number;
    readonly closeTold: boolean;
    readonly at: Date;
  },
): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`
    insert into jira_links (request_id, issue_id, after_message_id, collected_at, close_told, created_at)
    values (${link.requestId}, ${link.issueId}, ${link.afterMessageId}, ${link.at}, ${link.closeTold}, ${link.at})
    on conflict (request_id, issue_id) where ended_at is null do nothing
    returning id`;
  return row?.id ?? null;
}

/** What Jira gets for a link besides comments: the issue, where the request is, the files of its first message, who watches. */
export async function insertFirstChanges(
  tx: Transaction,
  link: {
    readonly linkId: number;
    readonly issueId: number;
    /** The issue is made of the request. */
    readonly isNew: boolean;
    /** Whose files go along; null for none. */
    readonly filesOf: number | null;
    readonly watchers: readonly string[];
    readonly at: Date;
  },
): Promise<void> {
  const { linkId, issueId, at } = link;
  await tx`
    insert into jira_changes (issue_id, link_id, kind, next_at, created_at)
    select ${issueId}::bigint, ${linkId}::bigint, kind, ${at}::timestamptz, ${at}::timestamptz
    from unnest(${link.isNew ? ['issue', 'remote_link'] : ['remote_link']}::text[]) as kind`;
  if (link.filesOf !== null)
    await tx`
      insert into jira_changes (issue_id, link_id, kind, attachment_id, next_at, created_at)
      select ${issueId}::bigint, ${linkId}::bigint, 'file', id, ${at}::timestamptz, ${at}::timestamptz
      from attachments
      where message_id = ${link.filesOf}
      order by id
      on conflict do nothing`;
  for (const watcher of new Set(link.watchers))
    await tx`
      insert into jira_changes (issue_id, link_id, kind, target, next_at, created_at)
      values (${issueId}, ${linkId}, 'watcher', ${watcher}, ${at}, ${at})`;
}

/** Removes a link with what was still waiting to be sent for it. Returns the issue's key, or null if there is no such link. */
export async function endLink(
  tx: Transaction,
  link: { readonly linkId: number; readonly requestId: number; readonly at: Date },
): Promise<{ readonly issueId: number; readonly key: string | null } | null> {
  const [row] = await tx<{ issueId: number; key: string | null }[]>`
    update jira_links l
    set ended_at = ${link.at}
    from jira_issues i
    where l.id = ${link.linkId} and l.request_id = ${link.requestId} and l.ended_at is null and i.id = l.issue_id
    returning l.issue_id, i.key`;
  if (row === undefined) return null;
  await tx`delete from jira_changes where link_id = ${link.linkId} and state = 'waiting' and attempted_at is null`;
  return row;
}

/** Has an issue that failed tried again. */
export async function markRetried(
  tx: Transaction,
  linkId: number,
  requestId: number,
  at: Date,
): Promise<boolean> {
  const rows = await tx<{ id: number }[]>`
    update jira_issues i
    set state = case when i.jira_id is not null then 'linked' else 'creating' end, read_due = i.jira_id is not null,
      fault = null, failures = 0, next_at = ${at}
    from jira_links l
    where l.id = ${linkId} and l.request_id = ${requestId} and l.ended_at is null and i.id = l.issue_id
      and i.state in ('refused', 'broken')
    returning i.id`;
  await tx`
    update jira_changes
    set state = 'waiting', attempted_at = null, next_at = ${at}
    where issue_id = any(${rows.map(({ id }) => id)}::bigint[]) and kind = 'issue' and state = 'refused'`;
  return rows.length > 0;
}
