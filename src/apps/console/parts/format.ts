import type { Language } from '../../../mail/language.ts';
import { DAY, HOUR, MINUTE } from '../../../platform/time.ts';
import { html } from 'hono/html';
import { formattersOf } from './formatters.ts';
import type { Html } from './html.ts';

export type Format = ReturnType<typeof formatFor>;

/** Times, numbers and sizes as the operator reads them; exact ones in their zone, ages by the clock given. */
export function formatFor(language: Language, timeZone: string, now: Date) {
  const made = formattersOf(language, timeZone);
  const { clock, full, date, calendarDay, calendarDate, calendarMonth, weekday, narrow, number, megabytes } =
    made;
  const unit = (value: number, name: 'minute' | 'hour' | 'day'): string => made[name].format(value);
  const isToday = (at: Date): boolean => date.format(at) === date.format(now);
  const shown = (at: Date): string => (isToday(at) ? clock.format(at) : full.format(at));

  return {
    number: (value: number): string => number.format(value),
    exact: (at: Date): string => full.format(at),
    date: (at: Date): string => date.format(at),
    /** Of days as a calendar names them, `2026-11-29`. */
    calendarDay: (day: string): string => calendarDay.format(new Date(day)),
    calendarDate: (day: string): string => calendarDate.format(new Date(day)),
    calendarMonth: (day: string): string => calendarMonth.format(new Date(day)),
    /** `14:02` today, `Tue 14:02` within a week of it, with the date beyond that. */
    time(at: Date): Html {
      const isNear = Math.abs(now.getTime() - at.getTime()) < 6 * DAY && !isToday(at);
      const text = isNear ? `${weekday.format(at)} ${clock.format(at)}` : shown(at);
      return html`<time datetime="${at.toISOString()}" title="${full.format(at)}">${text}</time>`;
    },
    /** How long ago, at a glance; a script keeps it true while the page stands open. */
    age(at: Date): Html {
      return html`<time datetime="${at.toISOString()}" title="${full.format(at)}" data-age
        >${ageText(narrow, at, now)}</time
      >`;
    },
    size(bytes: number): string {
      if (bytes < 1000) return `${bytes} B`;
      return bytes < 1_000_000
        ? `${Math.round(bytes / 1000)} KB`
        : `${megabytes.format(bytes / 1_000_000)} MB`;
    },
    /** In hours alone, for time that does not go by days: `24 h`. */
    hours: (milliseconds: number): string => unit(Math.round((milliseconds / HOUR) * 10) / 10, 'hour'),
    /** `3 h 12 min`, as a response time is read. */
    duration(milliseconds: number): string {
      // Rounded before it is parted: 7 h 59 min 40 s is 8 hours, not 7 hours and 60 minutes.
      const rounded = Math.round(milliseconds / MINUTE) * MINUTE;
      if (rounded < HOUR) return unit(rounded / MINUTE, 'minute');
      if (rounded < DAY) {
        const rest = (rounded % HOUR) / MINUTE;
        return `${unit(Math.floor(rounded / HOUR), 'hour')}${rest === 0 ? '' : ` ${unit(rest, 'minute')}`}`;
      }
      return unit(Math.round((milliseconds / DAY) * 10) / 10, 'day');
    },
  };
}

function ageText(format: Intl.RelativeTimeFormat, at: Date, now: Date): string {
  // In Russian the narrow style says -3.
  return ageAsFormatted(format, at, now).replace(/^-/, '');
}

function ageAsFormatted(format: Intl.RelativeTimeFormat, at: Date, now: Date): string {
  const ago = Math.max(now.getTime() - at.getTime(), 0);
  if (ago < MINUTE) return format.format(0, 'second');
  if (ago < HOUR) return format.format(-Math.floor(ago / MINUTE), 'minute');
  if (ago < DAY) return format.format(-Math.floor(ago / HOUR), 'hour');
  if (ago < 60 * DAY) return format.format(-Math.floor(ago / DAY), 'day');
  return format.format(-Math.floor(ago / (30 * DAY)), 'month');
}

/** How many there are, or, where they were counted no further, that there are more: `10000+`. */
export type UpToCount = { readonly count: number; readonly capped: boolean };

export function countText({ count, capped }: UpToCount): string {
  return capped ? `${count}+` : String(count);
}

/** The form of a Russian word that a number takes; for catalogues. */
export function russian(count: number, one: string, few: string, many: string): string {
  const rule = RUSSIAN_PLURALS.select(count);
  return `${count} ${rule === 'one' ? one : rule === 'few' ? few : many}`;
}

const RUSSIAN_PLURALS = new Intl.PluralRules('ru');

/** The form of an English word that a number takes; for catalogues. */
export function english(count: number, one: string, other: string): string {
  return `${count} ${count === 1 ? one : other}`;
}
