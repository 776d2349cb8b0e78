import { DAY, MINUTE } from '../../platform/time.ts';
import { type CalendarTimes, minuteOf } from './calendar.ts';

/** From when to when a calendar is open. */
export type Span = { readonly opensAt: Date; readonly closesAt: Date };

/**
 * When a calendar is open between two moments, in order. It is open at a moment when the clock on the wall there shows its
 * hours: an hour that the end of summer time repeats counts twice, one that its beginning leaves out does not count.
 */
export function openSpans(calendar: CalendarTimes, from: Date, to: Date): Span[] {
  const holidays = new Set(calendar.holidays.map(({ date }) => date));
  const hours = calendar.hours.toSorted((a, b) => minuteOf(a.from) - minuteOf(b.from));
  const spans: { opensAt: Date; closesAt: Date }[] = [];
  for (const { begin, end, offset } of stretches(calendar.timeZone, from.getTime(), to.getTime())) {
    for (let day = Math.floor((begin + offset) / DAY) * DAY; day < end + offset; day += DAY) {
      const date = new Date(day);
      if (holidays.has(date.toISOString().slice(0, 10))) continue;
      // Sunday is 0 to JavaScript and 7 to ISO 8601.
      const weekday = date.getUTCDay() || 7;
      for (const open of hours.filter((each) => each.weekday === weekday)) {
        const opensAt = Math.max(day + minuteOf(open.from) * MINUTE - offset, begin);
        const closesAt = Math.min(day + minuteOf(open.to) * MINUTE - offset, end);
        if (opensAt >= closesAt) continue;
        const last = spans.at(-1);
        if (last?.closesAt.getTime() === opensAt) last.closesAt = new Date(closesAt);
        else spans.push({ opensAt: new Date(opensAt), closesAt: new Date(closesAt) });
      }
    }
  }
  return spans;
}

type Stretch = { readonly begin: number; readonly end: number; readonly offset: number };

/** The time between two moments cut where the zone's offset changes. */
function stretches(timeZone: string, from: number, to: number): Stretch[] {
  const offsetAt = offsetsOf(timeZone);
  const found: Stretch[] = [];
  let begin = from;
  let offset = offsetAt(from);
  for (let at = from; at < to;) {
    const next = Math.min(at + DAY, to);
    const changed = offsetAt(next);
    if (changed !== offset) {
      const change = firstWith(offsetAt, changed, at, next);
      found.push({ begin, end: change, offset });
      begin = change;
      offset = changed;
    }
    at = next;
  }
  return [...found, { begin, end: to, offset }];
}

// Offsets change on whole minutes.
function firstWith(offsetAt: (at: number) => number, offset: number, before: number, within: number): number {
  let low = Math.floor(before / MINUTE);
  let high = Math.ceil(within / MINUTE);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE) === offset) high = middle;
    else low = middle;
  }
  return high * MINUTE;
}

function offsetsOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hour = '0', minute = '0', second = '0'] =
      /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
    const offset = (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * 1000;
    return sign === '-' ? -offset : offset;
  };
}
