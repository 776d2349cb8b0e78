import type { Queryable } from '../../../platform/db/connect.ts';

/** Takes the turn to sweep a connection; null when another process had it lately, else since when it was not swept. */
export async function takeSweep(
  db: Queryable,
  connectionId: number,
  at: Date,
): Promise<{ readonly sweptAt: Date | null } | null> {
  const [row] = await db<{ sweptAt: Date | null }[]>`
    update jira_connections c
    set swept_at = ${at}
    from (select id, swept_at from jira_connections where id = ${connectionId} for update) as before
    where c.id = before.id and (before.swept_at is null or before.swept_at <= ${at}::timestamptz - interval '5 minutes')
    returning before.swept_at`;
  return row ?? null;
}

/** It came to nothing: the next look sweeps again, over all the time that was missed. */
export async function putBackSweep(db: Queryable, connectionId: number, sweptAt: Date | null): Promise<void> {
  await db`update jira_connections set swept_at = ${sweptAt} where id = ${connectionId}`;
}

const live = (db: Queryable) => db`exists (
  select from jira_links l where l.issue_id = i.id and l.ended_at is null)`;

/** Keys of the projects that tied issues lie in. */
export async function listLiveProjects(db: Queryable, connectionId: number): Promise<string[]> {
  const rows = await db<{ project: string }[]>`
    select distinct regexp_replace(i.key, '-[0-9]+$', '') as project
    from jira_issues i
    where i.connection_id = ${connectionId} and i.state = 'linked' and ${live(db)}
    order by 1`;
  return rows.map(({ project }) => project);
}

/** Has issues read that are tied and have changed since they were. */
export async function markChangedDue(
  db: Queryable,
  connectionId: number,
  found: readonly { readonly id: string; readonly updated: string | null }[],
  at: Date,
): Promise<number> {
  const rows = await db`
    update jira_issues i
    set read_due = true, next_at = least(coalesce(i.next_at, ${at}), ${at})
    from unnest(${found.map(({ id }) => id)}::text[], ${found.map(({ updated }) => updated ?? '')}::text[])
      as now (jira_id, updated)
    where i.connection_id = ${connectionId} and i.jira_id = now.jira_id and i.state = 'linked' and ${live(db)}
      and i.jira_updated is distinct from now.updated
    returning i.id`;
  return rows.length;
}

/** The tied issues that were looked at longest ago; `broken` ones too, for they may be there again. */
export async function listStalest(
  db: Queryable,
  connectionId: number,
  limit: number,
): Promise<{ readonly id: number; readonly jiraId: string }[]> {
  return db<{ id: number; jiraId: string }[]>`
    select i.id, i.jira_id
    from jira_issues i
    where i.connection_id = ${connectionId} and i.state in ('linked', 'broken') and i.jira_id is not null and ${live(db)}
    order by i.read_at nulls first, i.id
    limit ${limit}`;
}

/** Those that Jira did not give are read one by one: it says then whether they are gone. */
export async function markLookedAt(
  db: Queryable,
  looked: { readonly ids: readonly number[]; readonly missing: readonly number[]; readonly at: Date },
): Promise<void> {
  const { ids, missing, at } = looked;
  await db`
    update jira_issues
    set read_at = ${at},
      read_due = read_due or id = any(${[...missing]}::bigint[]) and state = 'linked'
        or state = 'broken' and id <> all(${[...missing]}::bigint[]),
      next_at = case
        when (id = any(${[...missing]}::bigint[])) = (state = 'linked') then least(coalesce(next_at, ${at}), ${at})
        else next_at end
    where id = any(${[...ids]}::bigint[])`;
}

/** Takes a hint once; false for one that came before. */
export async function insertHook(
  db: Queryable,
  hook: { readonly connectionId: number; readonly identifier: string; readonly at: Date },
): Promise<boolean> {
  const rows = await db`
    insert into jira_hooks (connection_id, identifier, at)
    values (${hook.connectionId}, ${hook.identifier}, ${hook.at})
    on conflict do nothing
    returning identifier`;
  return rows.length > 0;
}

/** Has a tied issue read; false when it is none of ours. */
export async function markHinted(
  db: Queryable,
  hint: { readonly connectionId: number; readonly jiraId: string; readonly at: Date },
): Promise<boolean> {
  const rows = await db`
    update jira_issues
    set read_due = true, next_at = least(coalesce(next_at, ${hint.at}), ${hint.at})
    where connection_id = ${hint.connectionId} and jira_id = ${hint.jiraId} and state in ('linked', 'broken')
    returning id`;
  return rows.length > 0;
}

export async function markWebhooks(
  db: Queryable,
  connectionId: number,
  hooks: {
    readonly ids: readonly number[];
    readonly projects: readonly string[];
    readonly until: Date | null;
    readonly seenAt: Date;
  },
): Promise<void> {
  await db`
    update jira_connections
    set webhook_ids = ${[...hooks.ids]}::bigint[], webhook_projects = ${[...hooks.projects]}::text[],
      webhooks_until = ${hooks.until}, webhooks_seen_at = ${hooks.seenAt}
    where id = ${connectionId}`;
}
