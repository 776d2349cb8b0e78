import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import { violates } from '../../platform/db/errors.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { Problem } from '../../platform/problems.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { Priority } from '../request.ts';
import type { Policy, PolicyTimes } from './policy.ts';
import { POLICY_SORTS, type PolicySort } from './policy-sorts.ts';

const policyColumns = (db: Queryable) => db`
  p.id, p.mailbox_id, m.address as mailbox_address, p.priority, p.first_answer_minutes, p.next_answer_minutes,
  p.resolution_minutes, p.calendar_id, k.name as calendar_name, p.created_at, p.updated_at`;

const policyTables = (db: Queryable) => db`
  policies p
  join mailboxes m on m.id = p.mailbox_id
  left join calendars k on k.id = p.calendar_id`;

export type PolicyFilters = {
  readonly mailboxId?: readonly number[] | undefined;
  readonly calendarId?: number | undefined;
};

function conditions(
  db: Queryable,
  { mailboxIds }: Pick<Viewer, 'mailboxIds'>,
  filters: PolicyFilters,
): Fragment {
  const served = mailboxIds === null ? db`true` : db`p.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
  const { mailboxId, calendarId } = filters;
  const ofMailbox = mailboxId === undefined ? db`` : db`and p.mailbox_id = any(${[...mailboxId]}::bigint[])`;
  const ofCalendar = calendarId === undefined ? db`` : db`and p.calendar_id = ${calendarId}`;
  return db`${served} ${ofMailbox} ${ofCalendar}`;
}

export async function listPolicyRows(
  db: Queryable,
  viewer: Viewer,
  filters: PolicyFilters,
  page: PageRange<PolicySort>,
): Promise<(Policy & { readonly sortValue: string | null })[]> {
  const { sort } = page;
  const after = page.after === null ? db`` : db`and ${POLICY_SORTS.isAfter(db, sort, page.after)}`;
  return db<(Policy & { readonly sortValue: string | null })[]>`
    select ${policyColumns(db)}, ${POLICY_SORTS.value(db, sort)} as sort_value
    from ${policyTables(db)}
    where ${conditions(db, viewer, filters)} ${after}
    ${POLICY_SORTS.orderBy(db, sort)}
    limit ${page.limit}`;
}

export async function countPolicyRows(
  db: Queryable,
  viewer: Viewer,
  filters: PolicyFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from policies p where ${conditions(db, viewer, filters)}`;
  return row?.total ?? 0;
}

export async function findPolicyRow(db: Queryable, viewer: Viewer, id: number): Promise<Policy | null> {
  const [row] = await db<Policy[]>`
    select ${policyColumns(db)}
    from ${policyTables(db)}
    where p.id = ${id} and ${conditions(db, viewer, {})}`;
  return row ?? null;
}

export async function lockPolicy(tx: Transaction, viewer: Viewer, id: number): Promise<Policy | null> {
  const [row] = await tx<Policy[]>`
    select ${policyColumns(tx)}
    from ${policyTables(tx)}
    where p.id = ${id} and ${conditions(tx, viewer, {})}
    for update of p`;
  return row ?? null;
}

export async function insertPolicy(
  tx: Transaction,
  policy: PolicyTimes & { readonly mailboxId: number; readonly priority: Priority; readonly at: Date },
): Promise<number> {
  try {
    const [row] = await tx<{ id: number }[]>`
      insert into policies
        (mailbox_id, priority, first_answer_minutes, next_answer_minutes, resolution_minutes, calendar_id, created_at, updated_at)
      values (${policy.mailboxId}, ${policy.priority}, ${policy.firstAnswerMinutes}, ${policy.nextAnswerMinutes},
        ${policy.resolutionMinutes}, ${policy.calendarId}, ${policy.at}, ${policy.at})
      returning id`;
    if (row === undefined) throw new Error('inserting a policy returned no row');
    return row.id;
  } catch (error) {
    if (violates(error, 'policies_priority_key'))
      throw new Problem('already_exists', 'The mailbox has a policy for this priority.');
    throw error;
  }
}

export async function updatePolicy(tx: Transaction, policy: Policy): Promise<void> {
  await tx`
    update policies
    set first_answer_minutes = ${policy.firstAnswerMinutes}, next_answer_minutes = ${policy.nextAnswerMinutes},
      resolution_minutes = ${policy.resolutionMinutes}, calendar_id = ${policy.calendarId}, updated_at = ${policy.updatedAt}
    where id = ${policy.id}`;
}

export async function deletePolicy(tx: Transaction, id: number): Promise<void> {
  await tx`delete from policies where id = ${id}`;
}

/** Keeps a mailbox and a calendar as they are until the transaction ends; false for one that there is not. */
export async function holdMailbox(tx: Transaction, id: number): Promise<boolean> {
  return (await tx`select id from mailboxes where id = ${id} for key share`).length > 0;
}

export async function holdCalendar(tx: Transaction, id: number): Promise<boolean> {
  return (await tx`select id from calendars where id = ${id} for key share`).length > 0;
}
