import ICAL from 'ical.js';
import { cleanLine } from '../../mail/text.ts';
import { invalidField } from '../../platform/problems.ts';
import { DAY } from '../../platform/time.ts';
import type { Holiday } from './calendar.ts';

/** A rule such as "every day" would go on for ever. */
const MAX_REPEATS = 1000;
const NAME_LENGTH = 200;

/**
 * The days of an iCalendar file (RFC 5545) that lie between two dates: its all-day events, each of their days, and those that
 * they repeat on. Events with a time of day and cancelled events are not holidays.
 */
export function holidaysIn(ics: string, from: string, to: string): Holiday[] {
  const found = new Map<string, string>();
  for (const component of read(ics).getAllSubcomponents('vevent')) {
    const event = new ICAL.Event(component);
    const isCancelled = String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
    // The changed days of a repeated event are known to the event that they change.
    if (isCancelled || event.isRecurrenceException() || !event.startDate?.isDate) continue;
    for (const { start, days } of occurrences(event, to))
      for (let day = 0; day < days; day += 1) {
        const date = new Date(Date.parse(start) + day * DAY).toISOString().slice(0, 10);
        if (date >= from && date <= to && !found.has(date)) found.set(date, nameOf(event));
      }
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

function occurrences(
  event: ICAL.Event,
  until: string,
): readonly { readonly start: string; readonly days: number }[] {
  const days = Math.max(1, Math.round((event.duration.toSeconds() * 1000) / DAY));
  if (!event.isRecurring()) return [{ start: event.startDate.toString().slice(0, 10), days }];
  const found: { start: string; days: number }[] = [];
  const dates = event.iterator();
  for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
    // The library says null at the end, which its types leave out.
    const next = dates.next() as ICAL.Time | null;
    const start = next?.toString().slice(0, 10);
    if (start === undefined || start > until) break;
    found.push({ start, days });
  }
  return found;
}

function nameOf(event: ICAL.Event): string {
  return Array.from(cleanLine(event.summary ?? ''))
    .slice(0, NAME_LENGTH)
    .join('');
}
