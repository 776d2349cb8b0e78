import type { Queryable, Transaction } from '../../../platform/db/connect.ts';

/** Who holds what a tied request says: what it was merged into, once it was. */
const holder = (db: Queryable) => db`
  jira_links l
  join jira_issues i on i.id = l.issue_id and i.state in ('creating', 'uncertain', 'linked')
  join jira_connections c on c.id = i.connection_id and c.removed_at is null
  join requests tied on tied.id = l.request_id
  join requests r on r.id = coalesce(tied.merged_into, tied.id)
  left join jira_mappings p on p.mailbox_id = r.mailbox_id`;

const isLong = (db: Queryable, at: Date) => db`l.collected_at <= ${at}::timestamptz - interval '5 minutes'`;
const changed = (db: Queryable, at: Date) => db`
  r.updated_at > l.collected_at - case when ${isLong(db, at)} then interval '2 hours' else interval '10 minutes' end`;

/**
 * Queues every message that Jira lacks: the contact's, and answers that were sent. What came from Jira does
 * not go back. Looks at requests that changed within ten minutes before the last look, and every five minutes within two
 * hours: a message that is committed late, or an answer that was held, is not skipped. Returns the issues.
 */
export async function insertMessageChanges(db: Queryable, at: Date): Promise<number[]> {
  const rows = await db<{ issueId: number }[]>`
    with told as (
      insert into jira_changes (issue_id, link_id, kind, message_id, next_at, created_at)
      select l.issue_id, min(l.id), 'comment', m.id, ${at}::timestamptz, ${at}::timestamptz
      from ${holder(db)}
      join messages m on m.request_id = r.id and m.id > l.after_message_id
      where l.ended_at is null and ${changed(db, at)}
        and (m.kind = 'inbound' and coalesce(p.tells, 'public') <> 'none'
          or m.kind = 'outbound' and coalesce(p.tells, 'public') = 'public' and exists (
            select from deliveries d
            where d.message_id = m.id and (d.attempt_count > 0 or d.state in ('sent', 'bounced'))))
        and not exists (select from jira_heard h where h.message_id = m.id)
        and not exists (select from jira_changes w where w.issue_id = l.issue_id and w.message_id = m.id)
      group by l.issue_id, m.id
      order by m.id
      on conflict do nothing
      returning issue_id, link_id, message_id
    ), files as (
      insert into jira_changes (issue_id, link_id, kind, attachment_id, next_at, created_at)
      select told.issue_id, told.link_id, 'file', a.id, ${at}::timestamptz, ${at}::timestamptz
      from told
      join messages m on m.id = told.message_id
      left join jira_mappings p on p.mailbox_id = m.mailbox_id
      join attachments a on a.message_id = told.message_id
      where coalesce(p.attachments, true)
      on conflict do nothing
    )
    select distinct issue_id from told`;
  await db`
    update jira_links l
    set collected_at = ${at}
    from requests r
    where r.id = l.request_id and l.ended_at is null and ${changed(db, at)} and ${isLong(db, at)}`;
  return rows.map(({ issueId }) => issueId);
}

/** Notes the move of issues whose requests have all closed; one that is reopened may close again. */
export async function insertCloseChanges(db: Queryable, at: Date): Promise<number[]> {
  await db`
    update jira_links l
    set close_told = false
    from requests r
    where r.id = l.request_id and l.close_told and r.status <> 'closed' and l.ended_at is null`;
  const rows = await db<{ issueId: number }[]>`
    with closed as (
      update jira_links l
      set close_told = true
      from requests r
      where r.id = l.request_id and not l.close_told and l.ended_at is null and r.status = 'closed' and r.merged_into is null
      returning l.id, l.issue_id, r.mailbox_id, r.id as request_id
    )
    insert into jira_changes (issue_id, link_id, kind, target, next_at, created_at)
    select closed.issue_id, min(closed.id), 'transition', min(p.close_to), ${at}::timestamptz, ${at}::timestamptz
    from closed
    join jira_mappings p on p.mailbox_id = closed.mailbox_id and p.close_to is not null
    where not exists (
      select
      from jira_links other
      join requests open on open.id = other.request_id and open.status <> 'closed'
      where other.issue_id = closed.issue_id and other.ended_at is null)
    group by closed.issue_id
    returning issue_id`;
  return rows.map(({ issueId }) => issueId);
}

export async function wakeIssues(db: Queryable, issueIds: readonly number[], at: Date): Promise<void> {
  await db`
    update jira_issues
    set next_at = least(coalesce(next_at, ${at}), ${at})
    where id = any(${[...issueIds]}::bigint[]) and state in ('creating', 'linked')`;
}

/** New requests of mailboxes whose every request becomes an issue, and that have none yet. */
export async function listUnlinked(db: Queryable, at: Date): Promise<{ id: number; mailboxId: number }[]> {
  const rows = await db<{ id: number; mailboxId: number }[]>`
    select r.id, r.mailbox_id
    from jira_mappings p
    join jira_connections c on c.id = p.connection_id and c.removed_at is null
    join requests r on r.mailbox_id = p.mailbox_id and r.created_at >= greatest(p.since, p.looked_at - interval '1 hour')
    where p.always and r.merged_into is null
      and not exists (select from jira_links l where l.request_id = r.id)
      and not exists (${followed(db)})
    order by r.id
    limit 200`;
  if (rows.length < 200) await db`update jira_mappings set looked_at = ${at} where always`;
  return rows;
}

/** Requests that a rule makes issues of, in mailboxes that have a mapping, and that have had none. */
export async function listAsked(db: Queryable, at: Date): Promise<{ id: number }[]> {
  return db<{ id: number }[]>`
    select distinct r.id
    from events e
    join requests r on r.id = e.request_id and r.merged_into is null
    join jira_mappings p on p.mailbox_id = r.mailbox_id
    join jira_connections c on c.id = p.connection_id and c.removed_at is null
    where e.type = 'rule.applied' and e.new ? 'jira' and e.at > ${at}::timestamptz - interval '7 days'
      and not exists (select from jira_links l where l.request_id = r.id)
    order by r.id
    limit 200`;
}

/** Requests that follow up a closed one whose issue they are not tied to yet. */
export async function listFollowUps(
  db: Queryable,
  at: Date,
): Promise<{ id: number; mailboxId: number; issueId: number; key: string | null; connectionId: number }[]> {
  return db`
    select r.id, r.mailbox_id, l.issue_id, i.key, i.connection_id
    from requests r
    join jira_links l on l.request_id = r.follow_up_of and l.ended_at is null and l.created_at <= r.created_at
    join jira_issues i on i.id = l.issue_id and i.state = 'linked'
    where r.follow_up_of is not null and r.created_at > ${at}::timestamptz - interval '7 days'
      and not exists (select from jira_links other where other.request_id = r.id)
    order by r.id
    limit 200`;
}

const followed = (db: Queryable) => db`
  select
  from jira_links l
  join jira_issues i on i.id = l.issue_id and i.state = 'linked'
  where l.request_id = r.follow_up_of and l.ended_at is null`;

/** Makes sure that one process ties a request: the others find the row taken, and leave it. */
export async function lockUnlinked(
  tx: Transaction,
  requestId: number,
): Promise<{ readonly id: number; readonly mailboxId: number } | null> {
  const [row] = await tx<{ id: number; mailboxId: number }[]>`
    select r.id, r.mailbox_id
    from requests r
    where r.id = ${requestId} and not exists (select from jira_links l where l.request_id = r.id)
    for update skip locked`;
  if (row === undefined) return null;
  // Asked once more under the lock: the row may have been tied while the statement above began.
  const tied = await tx`select from jira_links where request_id = ${requestId}`;
  return tied.length > 0 ? null : row;
}
