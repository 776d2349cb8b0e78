import { runInNewContext } from 'node:vm';
import ICAL from 'ical.js';
import { cleanLine, shorten } from '../../mail/text.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { DAY, isDay } from '../../platform/time.ts';
import type { Holiday } from './calendar.ts';

/** Of the whole file. A rule that never holds would be looked at for ever, and the server does nothing else meanwhile. */
const TIMEOUT_MS = 2000;
const NAME_LENGTH = 200;

/**
 * The days of an iCalendar file (RFC 5545) that lie between two dates: its all-day events, each of their days, and those that
 * they repeat on. Events with a time of day and cancelled events are not holidays. Refuses what is no such file, what takes too
 * long to count, and a day that there is not.
 */
export function holidaysIn(ics: string, from: string, to: string, timeoutMs = TIMEOUT_MS): Holiday[] {
  try {
    return runInNewContext('daysOf()', { daysOf: () => daysOf(ics, from, to) }, { timeout: timeoutMs });
  } catch (error) {
    if (error instanceof Problem) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw invalidField('/ics', 'repeats an event too often to be counted');
    // The library says in many ways that it was given nonsense.
    throw invalidField('/ics', 'has an event whose days cannot be read');
  }
}

function daysOf(ics: string, from: string, to: string): Holiday[] {
  const found = new Map<string, string>();
  for (const component of read(ics).getAllSubcomponents('vevent')) {
    const event = new ICAL.Event(component);
    const isCancelled = String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
    // The changed days of a repeated event are known to the event that they change.
    if (isCancelled || event.isRecurrenceException() || !event.startDate?.isDate) continue;
    ensureDay(component);
    const name = shorten(cleanLine(event.summary ?? ''), NAME_LENGTH);
    const days = Math.max(1, Math.round((event.duration.toSeconds() * 1000) / DAY));
    for (const start of starts(event, to))
      for (const date of datesFrom(start, days, { from, to })) if (!found.has(date)) found.set(date, name);
  }
  return [...found].map(([date, name]) => ({ date, name })).toSorted((a, b) => a.date.localeCompare(b.date));
}

function read(ics: string): ICAL.Component {
  try {
    const component = new ICAL.Component(ICAL.parse(ics) as unknown[]);
    if (component.name === 'vcalendar') return component;
  } catch {
    // Told below, with what a person can do about it.
  }
  throw invalidField('/ics', 'is not an iCalendar file');
}

// The library takes the 30th of February for the 2nd of March.
function ensureDay(component: ICAL.Component): void {
  const written = String(component.getFirstProperty('dtstart')?.toJSON()[3] ?? '');
  if (!isDay(written))
    throw invalidField('/ics', `has an event on ${written}, which is no day that is known here`);
}

/** The first days of an event and of its repeats, until a day. */
function* starts(event: ICAL.Event, until: string): Generator<string> {
  const first = event.startDate.toString().slice(0, 10);
  const rule = event.component.getFirstPropertyValue('rrule') as ICAL.Recur | null;
  // Further days alone, without a rule, do not take the place of its own.
  if (rule === null) yield first;
  if (!event.isRecurring()) return;
  const dates = event.iterator();
  for (;;) {
    // The library says null at the end, which its types leave out.
    const next = dates.next() as ICAL.Time | null;
    const start = next?.toString().slice(0, 10);
    if (start === undefined || start > until) return;
    if (rule === null || start === first || keepsTo(rule, start)) yield start;
  }
}

// Of a day that a month has not the library makes one of the next month, and it forgets the months of a monthly rule.
function keepsTo(rule: ICAL.Recur, date: string): boolean {
  const { BYMONTH: months, BYMONTHDAY: days } = rule.parts as Readonly<Record<string, number[] | undefined>>;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const fromTheEnd = day - new Date(Date.UTC(year, month, 0)).getUTCDate() - 1;
  return (
    months?.includes(month) !== false && days?.some((each) => each === day || each === fromTheEnd) !== false
  );
}

function* datesFrom(
  start: string,
  days: number,
  { from, to }: { readonly from: string; readonly to: string },
): Generator<string> {
  const end = Math.min(Date.parse(start) + days * DAY, Date.parse(to) + DAY);
  for (let at = Math.max(Date.parse(start), Date.parse(from)); at < end; at += DAY)
    yield new Date(at).toISOString().slice(0, 10);
}
