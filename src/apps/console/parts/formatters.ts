import type { Language } from '../../../mail/language.ts';

/** Of dates and numbers in each language. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' };

type Formatters = ReturnType<typeof makeFormatters>;

/** More zones than the operators of a desk live in; each takes 240 KB. */
const MOST_KEPT = 20;
const kept = new Map<string, Formatters>();

/** Of a language and a zone, made once: to make them takes a page as long as much of what it reads. */
export function formattersOf(language: Language, timeZone: string): Formatters {
  const key = `${language} ${timeZone}`;
  const made = kept.get(key) ?? makeFormatters(LOCALES[language], timeZone);
  // The one used last comes last, so that the first is the one to let go of.
  kept.delete(key);
  kept.set(key, made);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return made;
}

function makeFormatters(locale: string, timeZone: string) {
  const unitOf = (unit: 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' });
  return {
    clock: new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' }),
    full: new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' }),
    date: new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' }),
    // A day of the calendar lies in no zone.
    calendarDay: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }),
    calendarDate: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' }),
    calendarMonth: new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'short', year: 'numeric' }),
    weekday: new Intl.DateTimeFormat(locale, { timeZone, weekday: 'short' }),
    narrow: new Intl.RelativeTimeFormat(locale, { style: 'narrow', numeric: 'auto' }),
    number: new Intl.NumberFormat(locale),
    megabytes: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
    minute: unitOf('minute'),
    hour: unitOf('hour'),
    day: unitOf('day'),
  };
}
