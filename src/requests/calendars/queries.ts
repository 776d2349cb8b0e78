import { json, type Queryable, type Transaction } from '../../platform/db/connect.ts';
import { violates } from '../../platform/db/errors.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { Problem } from '../../platform/problems.ts';
import type { Calendar } from './calendar.ts';
import { CALENDAR_SORTS, type CalendarSort } from './calendar-sorts.ts';
import type { Span } from './open-spans.ts';

const calendarColumns = (db: Queryable) => db`
  k.id, k.name, k.time_zone, k.hours, k.holidays, k.created_at, k.updated_at`;

export async function listCalendarRows(
  db: Queryable,
  page: PageRange<CalendarSort>,
): Promise<(Calendar & { readonly sortValue: string | null })[]> {
  const { sort } = page;
  return db<(Calendar & { readonly sortValue: string | null })[]>`
    select ${calendarColumns(db)}, ${CALENDAR_SORTS.value(db, sort)} as sort_value
    from calendars k
    where ${page.after === null ? db`true` : CALENDAR_SORTS.isAfter(db, sort, page.after)}
    ${CALENDAR_SORTS.orderBy(db, sort)}
    limit ${page.limit}`;
}

export async function countCalendarRows(db: Queryable): Promise<number> {
  const [row] = await db<{ total: number }[]>`select count(*) as total from calendars`;
  return row?.total ?? 0;
}

export async function findCalendarRow(db: Queryable, id: number): Promise<Calendar | null> {
  const [row] = await db<Calendar[]>`select ${calendarColumns(db)} from calendars k where k.id = ${id}`;
  return row ?? null;
}

export async function lockCalendar(tx: Transaction, id: number): Promise<Calendar | null> {
  const [row] = await tx<Calendar[]>`
    select ${calendarColumns(tx)} from calendars k where k.id = ${id} for update`;
  return row ?? null;
}

type Fields = Omit<Calendar, 'id' | 'createdAt' | 'updatedAt'>;

export async function insertCalendar(tx: Transaction, calendar: Fields, at: Date): Promise<number> {
  const [row] = await named(
    tx<{ id: number }[]>`
      insert into calendars (name, time_zone, hours, holidays, created_at, updated_at)
      values (${calendar.name}, ${calendar.timeZone}, ${json(tx, calendar.hours)}, ${json(tx, calendar.holidays)}, ${at}, ${at})
      returning id`,
  );
  if (row === undefined) throw new Error('inserting a calendar returned no row');
  return row.id;
}

export async function updateCalendar(tx: Transaction, calendar: Calendar): Promise<void> {
  await named(tx`
    update calendars
    set name = ${calendar.name}, time_zone = ${calendar.timeZone}, hours = ${json(tx, calendar.hours)},
      holidays = ${json(tx, calendar.holidays)}, updated_at = ${calendar.updatedAt}
    where id = ${calendar.id}`);
}

async function named<Rows>(query: PromiseLike<Rows>): Promise<Rows> {
  try {
    return await query;
  } catch (error) {
    if (violates(error, 'calendars_name_key'))
      throw new Problem('already_exists', 'There is a calendar of this name.');
    throw error;
  }
}

export async function deleteCalendar(tx: Transaction, id: number): Promise<void> {
  await tx`delete from calendars where id = ${id}`;
}

/** Puts a calendar's open times in the place of those it had. */
export async function replaceSpans(tx: Transaction, id: number, spans: readonly Span[]): Promise<void> {
  await tx`delete from calendar_spans where calendar_id = ${id}`;
  await appendSpans(tx, id, spans);
}

/** Adds open times after those that a calendar has. */
export async function appendSpans(tx: Transaction, id: number, spans: readonly Span[]): Promise<void> {
  await tx`
    insert into calendar_spans (calendar_id, opens_at, closes_at, before_ms)
    select ${id}::bigint, opens_at, closes_at,
      coalesce((
        select before_ms + ms_between(opens_at, closes_at)
        from calendar_spans
        where calendar_id = ${id}
        order by opens_at desc
        limit 1), 0)
        + coalesce(sum(ms_between(opens_at, closes_at)) over (order by opens_at rows between unbounded preceding and 1 preceding), 0)
    from unnest(${spans.map((span) => span.opensAt.toISOString())}::timestamptz[],
      ${spans.map((span) => span.closesAt.toISOString())}::timestamptz[]) as span (opens_at, closes_at)`;
}

/** The calendars whose open times do not reach a moment, with the end of those they have. */
export async function listEndingBefore(
  tx: Transaction,
  at: Date,
): Promise<readonly (Calendar & { readonly reaches: Date })[]> {
  return tx<(Calendar & { readonly reaches: Date })[]>`
    select ${calendarColumns(tx)},
      (select max(closes_at) from calendar_spans where calendar_id = k.id) as reaches
    from calendars k
    where not exists (select from calendar_spans where calendar_id = k.id and closes_at >= ${at})
    order by k.id
    for update of k`;
}
