import { json, type Queryable, type Transaction } from '../../platform/db/connect.ts';
import type { Failure, DeskRule, RuleText } from './rule.ts';

export const ruleColumns = (db: Queryable) => db`
  id, mailbox_id, position, name, enabled, trigger, after_days, match, conditions, actions, stop, failures, last_error,
  failed_at, created_at, updated_at`;

/** What filing tries, in its order. */
export async function listMailRules(db: Queryable, mailboxId: number): Promise<DeskRule[]> {
  return db<DeskRule[]>`
    select ${ruleColumns(db)}
    from rules
    where mailbox_id = ${mailboxId} and enabled and trigger = 'mail'
    order by position`;
}

export async function listRuleRows(db: Queryable, mailboxId: number): Promise<DeskRule[]> {
  return db<DeskRule[]>`
    select ${ruleColumns(db)}
    from rules
    where mailbox_id = ${mailboxId}
    order by position`;
}

export async function findRuleRow(db: Queryable, mailboxId: number, id: number): Promise<DeskRule | null> {
  const [row] = await db<DeskRule[]>`
    select ${ruleColumns(db)}
    from rules
    where id = ${id} and mailbox_id = ${mailboxId}`;
  return row ?? null;
}

export async function insertRule(
  tx: Transaction,
  rule: RuleText & { readonly mailboxId: number; readonly position: number; readonly at: Date },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into rules
      (mailbox_id, position, name, enabled, trigger, after_days, match, conditions, actions, stop, created_at, updated_at)
    values (${rule.mailboxId}, ${rule.position}, ${rule.name}, ${rule.enabled}, ${rule.trigger}, ${rule.afterDays}, ${rule.match},
      ${json(tx, rule.conditions)}, ${json(tx, rule.actions)}, ${rule.stop}, ${rule.at}, ${rule.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a rule returned no row');
  return row.id;
}

/** A rule that was changed has not failed yet. */
export async function updateRule(tx: Transaction, rule: RuleText & { id: number }, at: Date): Promise<void> {
  await tx`
    update rules
    set name = ${rule.name}, enabled = ${rule.enabled}, trigger = ${rule.trigger}, after_days = ${rule.afterDays},
      match = ${rule.match}, conditions = ${json(tx, rule.conditions)}, actions = ${json(tx, rule.actions)}, stop = ${rule.stop},
      failures = 0, last_error = null, failed_at = null, updated_at = ${at}
    where id = ${rule.id}`;
}

/** Gives the rules of a mailbox the places in which their ids stand. */
export async function orderRules(tx: Transaction, ids: readonly number[]): Promise<void> {
  await tx`
    update rules
    set position = ordered.position
    from unnest(${[...ids]}::bigint[]) with ordinality as ordered (id, position)
    where rules.id = ordered.id and rules.position <> ordered.position`;
}

export async function deleteRule(tx: Transaction, id: number): Promise<void> {
  await tx`delete from rules where id = ${id}`;
}

/** Counts failures, by the smallest id first, as every transaction does that counts several. */
export async function countFailures(tx: Transaction, failures: readonly Failure[], at: Date): Promise<void> {
  for (const { ruleId, error } of failures.toSorted((a, b) => a.ruleId - b.ruleId)) {
    await tx`
      update rules
      set failures = failures + 1, last_error = ${error.slice(0, 500)}, failed_at = ${at}
      where id = ${ruleId}`;
  }
}

/** Whether a rule has answered on a request. */
export async function hasAnswered(tx: Transaction, requestId: number, ruleId: number): Promise<boolean> {
  const rows = await tx`
    select id
    from events
    where request_id = ${requestId} and type = 'notice.queued' and (new ->> 'ruleId')::bigint = ${ruleId}
    limit 1`;
  return rows.length > 0;
}
