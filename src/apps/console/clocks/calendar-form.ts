import type { Calendar, CalendarTimes, Holiday, OpenHours } from '../../../requests/calendars/calendar.ts';
import { invalidField } from '../../../platform/problems.ts';
import type { Form } from '../parts/forms.ts';
import { isDay } from '../../../platform/time.ts';

const RANGE = /^\s*((?:[01]\d|2[0-3]):[0-5]\d)\s*[-–]\s*((?:[01]\d|2[0-3]):[0-5]\d|24:00)\s*$/;

/** A day's hours as one types them: `09:00-12:30, 13:00-17:00`. */
export function hoursText({ hours }: Pick<Calendar, 'hours'>, weekday: number): string {
  return hours
    .filter((each) => each.weekday === weekday)
    .map(({ from, to }) => `${from}-${to}`)
    .join(', ');
}

/** Holidays as one types them, one a line. */
export function holidaysText({ holidays }: Pick<Calendar, 'holidays'>): string {
  return holidays.map(({ date, name }) => `${date} ${name}`.trim()).join('\n');
}

/** What the form of a calendar says; a fault names the field. */
export function calendarIn(form: Form): CalendarTimes & { readonly name: string } {
  const hours = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => hoursIn(form.text(`day${weekday}`), weekday));
  if (hours.length === 0) throw invalidField('/hours', 'must name at least one day');
  return {
    name: form.text('name').trim(),
    timeZone: form.text('timeZone').trim(),
    hours,
    holidays: holidaysIn(form.text('holidays')),
  };
}

function hoursIn(text: string, weekday: number): OpenHours[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [, from, to] = RANGE.exec(part) ?? [];
      if (from === undefined || to === undefined)
        throw invalidField('/hours', `${part.trim()} is not a time such as 09:00-17:00`);
      return { weekday, from, to };
    });
}

function holidaysIn(text: string): Holiday[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, date, name] = /^\s*(\d{4}-\d\d-\d\d)(?:\s+(.*))?$/.exec(line) ?? [];
      if (date === undefined || !isDay(date))
        throw invalidField('/holidays', `${line.trim()} does not begin with a date such as 2026-12-25`);
      return { date, name: (name ?? '').trim().slice(0, 200) };
    });
}
