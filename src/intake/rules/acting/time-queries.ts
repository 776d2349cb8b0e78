import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { DeskRule } from '../rule.ts';
import { ruleColumns } from '../rule-queries.ts';

type Waited = { readonly mailboxId: number; readonly afterDays: number; readonly at: Date };

export type WaitingRequest = {
  readonly requestId: number;
  readonly subject: string;
  readonly from: string;
  readonly at: Date;
};

/** The pending requests of a mailbox, and those whose contact has not answered for so many days, the longest first. */
export async function listWaiting(
  db: Queryable,
  { mailboxId, afterDays, at }: Waited,
  limit: number,
): Promise<{ readonly looked: number; readonly waiting: readonly WaitingRequest[] }> {
  const [row] = await db<{ looked: number }[]>`
    select count(*) as looked
    from requests
    where mailbox_id = ${mailboxId} and pending_since is not null`;
  const waiting = await db<WaitingRequest[]>`
    select r.id as request_id, r.subject, c.email as from, r.pending_since as at
    from requests r
    join contacts c on c.id = r.contact_id
    where r.mailbox_id = ${mailboxId} and r.pending_since <= ${at}::timestamptz - ${afterDays} * interval '24 hours'
    order by r.pending_since, r.id
    limit ${limit}`;
  return { looked: row?.looked ?? 0, waiting };
}

/** What rules by time have to do: each rule with each request that waits for as long, and on which it has not acted in this wait. */
export async function listDue(
  db: Queryable,
  at: Date,
  page: { readonly after: readonly [number, number]; readonly limit: number },
): Promise<readonly { readonly ruleId: number; readonly requestId: number }[]> {
  const [afterRule, afterRequest] = page.after;
  return db<{ ruleId: number; requestId: number }[]>`
    select k.id as rule_id, r.id as request_id
    from rules k
    join requests r on r.mailbox_id = k.mailbox_id
    where k.enabled and k.trigger = 'time' and r.pending_since <= ${at}::timestamptz - k.after_days * interval '24 hours'
      and not exists (
        select from rule_runs
        where rule_id = k.id and request_id = r.id and rule_runs.pending_since = r.pending_since)
      and (k.id, r.id) > (${afterRule}::bigint, ${afterRequest}::bigint)
    order by k.id, r.id
    limit ${page.limit}`;
}

/**
 * Takes the wait of a request, which the caller has locked, for a rule; null when it is over, or has been taken, or the rule was
 * changed meanwhile.
 */
export async function takeWait(
  tx: Transaction,
  { ruleId, requestId, at }: { readonly ruleId: number; readonly requestId: number; readonly at: Date },
): Promise<DeskRule | null> {
  const [row] = await tx<DeskRule[]>`
    with taken as (
      insert into rule_runs (rule_id, request_id, pending_since)
      select k.id, r.id, r.pending_since
      from rules k
      join requests r on r.mailbox_id = k.mailbox_id
      where k.id = ${ruleId} and r.id = ${requestId} and k.enabled and k.trigger = 'time'
        and r.pending_since <= ${at}::timestamptz - k.after_days * interval '24 hours'
      on conflict (rule_id, request_id) do update
      set pending_since = excluded.pending_since
      where rule_runs.pending_since <> excluded.pending_since
      returning rule_id
    )
    select ${ruleColumns(tx)}
    from rules
    where id in (select rule_id from taken)`;
  return row ?? null;
}
