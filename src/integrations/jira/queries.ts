import type { Queryable } from '../../platform/db/connect.ts';

export type Trouble = {
  readonly linked: number;
  readonly creating: number;
  readonly uncertain: number;
  readonly refused: number;
  readonly broken: number;
  readonly waitingChanges: number;
  readonly reconnectNeeded: number;
};

/** How many tied issues stand how, and what waits. */
export async function countTrouble(db: Queryable): Promise<Trouble> {
  const [row] = await db<Trouble[]>`
    select count(*) filter (where i.state = 'linked') as linked, count(*) filter (where i.state = 'creating') as creating,
      count(*) filter (where i.state = 'uncertain') as uncertain, count(*) filter (where i.state = 'refused') as refused,
      count(*) filter (where i.state = 'broken') as broken,
      (select count(*) from jira_changes where state in ('waiting', 'uncertain') and kind <> 'issue') as waiting_changes,
      (select count(*) from jira_grants where state = 'reconnect_needed') as reconnect_needed
    from jira_issues i
    where exists (select from jira_links l where l.issue_id = i.id and l.ended_at is null)`;
  if (row === undefined) throw new Error('a count gives a row');
  return row;
}

/** Makes every linked issue due for reading and every uncertain one for a search; returns how many. */
export async function markAllDue(db: Queryable, at: Date): Promise<number> {
  const rows = await db`
    update jira_issues i
    set read_due = i.jira_id is not null, next_at = ${at}, jira_updated = null
    where i.state in ('linked', 'broken', 'creating')
      and exists (select from jira_links l where l.issue_id = i.id and l.ended_at is null)
    returning i.id`;
  return rows.length;
}

/** Looks back for requests that have no issue, though every one should. */
export async function lookBack(db: Queryable, since: Date): Promise<void> {
  await db`update jira_mappings set looked_at = least(looked_at, ${since}) where always`;
  await db`update jira_links set collected_at = least(collected_at, ${since}) where ended_at is null`;
}
