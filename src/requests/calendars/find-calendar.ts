import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { Calendar } from './calendar.ts';
import type { CalendarSort } from './calendar-sorts.ts';
import { countCalendarRows, findCalendarRow, listCalendarRows } from './queries.ts';

export async function findCalendar(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  calendarId: number,
): Promise<Calendar> {
  requirePermission(actor, 'calendars.read');
  const calendar = await findCalendarRow(deps.db, calendarId);
  if (calendar === null) throw notFound('calendar', calendarId);
  return calendar;
}

/** A page of the desk's calendars. */
export async function listCalendars(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<CalendarSort>,
): Promise<Page<Calendar> & Counted> {
  requirePermission(actor, 'calendars.read');
  return readPage(['calendars'], input, {
    rows: (range) => listCalendarRows(deps.db, range),
    count: () => countCalendarRows(deps.db),
  });
}
