import { originalSize } from '../../platform/bucket/original-size.ts';
import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { INTAKE_SORTS, type IntakeSort } from './intake-sorts.ts';
import type { IntakeOutcome, IntakeView } from './intake.ts';

export type IntakeFilters = {
  readonly outcome?: readonly IntakeOutcome[] | undefined;
  readonly reason?: readonly string[] | undefined;
  readonly mailboxId?: readonly number[] | undefined;
  readonly requestId?: readonly number[] | undefined;
  readonly from?: string | undefined;
};

/** A page of intake in the given mailboxes (null: all), without the originals. */
export async function listIntakeRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: IntakeFilters,
  page: PageRange<IntakeSort['field']>,
): Promise<(IntakeView & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${INTAKE_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(IntakeView & { readonly sortValue: string | null })[]>`
    select ${columns(db)}, ${INTAKE_SORTS.value(db, page.sort)} as sort_value
    from intake i
    join mailboxes m on m.id = i.mailbox_id
    left join operators o on o.id = i.decided_by
    where ${conditions(db, mailboxIds, filters)} ${after}
    ${INTAKE_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countIntakeRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: IntakeFilters,
): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*) as count
    from intake i
    where ${conditions(db, mailboxIds, filters)}`;
  return row?.count ?? 0;
}

export async function findIntakeRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  intakeId: number,
): Promise<IntakeView | null> {
  const [row] = await db<IntakeView[]>`
    select ${columns(db)}
    from intake i
    join mailboxes m on m.id = i.mailbox_id
    left join operators o on o.id = i.decided_by
    where i.id = ${intakeId} and ${isVisible(db, mailboxIds)}`;
  return row ?? null;
}

function columns(db: Queryable): Fragment {
  return db`i.id, i.mailbox_id, m.address as mailbox_address, i.source, i.source_id, i.internet_message_id, i.from_address,
    i.from_name, i.subject, i.class, i.class_reason, i.authenticity, i.authenticity_reason, i.outcome, i.reason, i.error,
    i.request_id, i.message_id, i.oversize, ${originalSize(db)} as size, i.scan, i.scan_reason, i.received_at, i.decided_at,
    i.decided_by as decided_by_id, o.name as decided_by_name`;
}

function conditions(db: Queryable, mailboxIds: readonly number[] | null, filters: IntakeFilters): Fragment {
  const found = [isVisible(db, mailboxIds)];
  if (filters.outcome !== undefined) found.push(db`i.outcome = any(${filters.outcome as string[]}::text[])`);
  if (filters.reason !== undefined) found.push(db`i.reason = any(${filters.reason as string[]}::text[])`);
  if (filters.mailboxId !== undefined)
    found.push(db`i.mailbox_id = any(${filters.mailboxId as number[]}::bigint[])`);
  if (filters.requestId !== undefined)
    found.push(db`i.request_id = any(${filters.requestId as number[]}::bigint[])`);
  if (filters.from !== undefined) found.push(db`i.from_address = ${filters.from}`);
  return found.reduce((all, condition) => db`${all} and ${condition}`);
}

function isVisible(db: Queryable, mailboxIds: readonly number[] | null): Fragment {
  return mailboxIds === null ? db`true` : db`i.mailbox_id = any(${mailboxIds as number[]}::bigint[])`;
}
