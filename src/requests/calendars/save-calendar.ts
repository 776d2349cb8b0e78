import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { isTimeZone } from '../../people/own-settings/own-settings.ts';
import { givenFields } from '../../platform/given-fields.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import { DAY } from '../../platform/time.ts';
import { keepClocks, lockPromisesOf, reachesTargets } from '../clocks/clock-queries.ts';
import { type Calendar, type CalendarTimes, faultInHours, type Holiday, MAX_HOLIDAYS } from './calendar.ts';
import { openSpans } from './open-spans.ts';
import {
  deleteCalendar,
  findCalendarRow,
  insertCalendar,
  lockCalendar,
  replaceSpans,
  updateCalendar,
} from './queries.ts';

type CalendarFields = CalendarTimes & { readonly name: string };

export type CalendarChanges = { readonly [Name in keyof CalendarFields]?: CalendarFields[Name] | undefined };

/** So far ahead are the open times known; a job adds to them every day. */
export const KNOWN_YEARS = 10;

/** Stores when time counts. Takes a lead who serves the whole desk. */
export async function addCalendar(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: CalendarFields & { readonly idempotency?: Idempotency | null },
): Promise<Calendar> {
  requireCalendars(actor);
  const { name, timeZone, hours, holidays } = input;
  const fields = cleaned({ name, timeZone, hours, holidays });
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      const madeId = await insertCalendar(tx, fields, at);
      await replaceSpans(tx, madeId, openSpans(fields, dayBefore(at), yearsAfter(at, KNOWN_YEARS)));
      await recordEvent(tx, { type: 'calendar.added', actor, at, new: { calendarId: madeId, ...fields } });
      return madeId;
    });
    return present(await findCalendarRow(tx, id), id);
  });
}

/** Changes a calendar; the clocks that go by it follow from this moment on, what they have counted stays. */
export async function editCalendar(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly calendarId: number; readonly changes: CalendarChanges },
): Promise<Calendar> {
  requireCalendars(actor);
  const given = givenFields(input.changes);
  return change(deps, actor, input.calendarId, (before) => ({ ...before, ...given }));
}

/** The all-day events of an iCalendar file, of a year ago to those ten years ahead. */
export async function readHolidays({ clock }: Pick<Deps, 'clock'>, ics: string): Promise<readonly Holiday[]> {
  const at = clock.now();
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  // Only now: its library takes more memory than an idle server has to spare.
  const { holidaysIn } = await import('./holidays-in.ts');
  const found = holidaysIn(ics, day(yearsAfter(at, -1)), day(yearsAfter(at, KNOWN_YEARS)));
  if (found.length === 0) throw invalidField('/ics', 'has no all-day event in the years to come');
  return found;
}

/** Adds the all-day events of an iCalendar file to a calendar's holidays. */
export async function importHolidays(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly calendarId: number; readonly ics: string },
): Promise<Calendar> {
  requireCalendars(actor);
  const found = await readHolidays(deps, input.ics);
  return change(deps, actor, input.calendarId, (before) => ({
    ...before,
    holidays: [...found, ...before.holidays],
  }));
}

/** Removes a calendar that no policy goes by. */
export async function removeCalendar(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly calendarId: number },
): Promise<void> {
  requireCalendars(actor);
  await deps.db.begin(async (tx) => {
    const { id, name } = present(await lockCalendar(tx, input.calendarId), input.calendarId);
    if ((await lockPromisesOf(tx, id)).length > 0)
      throw new Problem('wrong_state', 'A policy goes by this calendar.');
    await deleteCalendar(tx, id);
    await recordEvent(tx, {
      type: 'calendar.removed',
      actor,
      at: deps.clock.now(),
      old: { calendarId: id, name },
    });
  });
}

async function change(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  calendarId: number,
  changed: (before: Calendar) => Calendar,
): Promise<Calendar> {
  return deps.db.begin(async (tx) => {
    const before = present(await lockCalendar(tx, calendarId), calendarId);
    const at = deps.clock.now();
    const after: Calendar = { ...before, ...cleaned(changed(before)), updatedAt: at };
    const told = changedFields(fieldsOf(before), fieldsOf(after));
    if (told === null) return before;
    await updateCalendar(tx, after);
    if (['timeZone', 'hours', 'holidays'].some((name) => name in told.new)) await changeTimes(tx, after, at);
    await recordEvent(tx, {
      type: 'calendar.edited',
      actor,
      at,
      old: { calendarId, ...told.old },
      new: { calendarId, ...told.new },
    });
    return after;
  });
}

async function changeTimes(tx: Transaction, calendar: Calendar, at: Date): Promise<void> {
  const promised = await lockPromisesOf(tx, calendar.id);
  await keepClocks(tx, promised, { at, halted: true });
  await replaceSpans(tx, calendar.id, openSpans(calendar, dayBefore(at), yearsAfter(at, KNOWN_YEARS)));
  if (!(await reachesTargets(tx, calendar.id, at)))
    throw invalidField('/hours', 'are too few for the times that a policy promises');
  await keepClocks(tx, promised, { at, halted: false });
}

function requireCalendars(actor: OperatorActor): void {
  requirePermission(actor, 'calendars.edit');
  requireWholeDesk(actor);
}

function present(calendar: Calendar | null, id: number): Calendar {
  if (calendar === null) throw notFound('calendar', id);
  return calendar;
}

function fieldsOf({ name, timeZone, hours, holidays }: Calendar): CalendarFields {
  return { name, timeZone, hours, holidays };
}

function cleaned({ name, timeZone, hours, holidays }: CalendarFields): CalendarFields {
  const line = cleanLine(name);
  if (line === '') throw invalidField('/name', 'must not be blank');
  if (!isTimeZone(timeZone)) throw invalidField('/timeZone', 'is not a time zone');
  const fault = faultInHours(hours);
  if (fault !== null) throw invalidField(`/hours/${fault.index}`, fault.detail);
  const days = eachDayOnce(holidays);
  if (days.length > MAX_HOLIDAYS) throw invalidField('/holidays', `are more than ${MAX_HOLIDAYS} days`);
  return { name: line, timeZone, hours, holidays: days };
}

function eachDayOnce(holidays: readonly Holiday[]): Holiday[] {
  const byDate = new Map(holidays.map(({ date, name }) => [date, cleanLine(name)]));
  return [...byDate].map(([date, name]) => ({ date, name })).toSorted((a, b) => a.date.localeCompare(b.date));
}

function dayBefore(at: Date): Date {
  return new Date(at.getTime() - DAY);
}

/** The same day of another year. */
export function yearsAfter(at: Date, years: number): Date {
  const then = new Date(at);
  then.setUTCFullYear(at.getUTCFullYear() + years);
  return then;
}
