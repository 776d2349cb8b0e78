import type { Step } from '../../../requests/reports/report.ts';
import { DAY, isDay } from '../../../platform/time.ts';
import type { Visit } from '../shell/visit.ts';

export const LENGTHS = [7, 14, 30, 90, 365] as const;
const LENGTH = 14;
const DAYS_SHOWN = 62;
const WEEKS_SHOWN = 370;

export type ShownPeriod = { readonly from: string; readonly to: string; readonly by: Step };

/** The period that the URL names, by its days or by its length until today in the operator's zone; else two weeks. */
export function periodIn(visit: Visit): ShownPeriod {
  const query = (name: string) => visit.c.req.query(name) ?? '';
  const today = dayIn(visit);
  const to = isDay(query('to')) ? query('to') : today;
  const length = LENGTHS.find((each) => String(each) === query('days')) ?? LENGTH;
  const from = isDay(query('from')) ? query('from') : daysBefore(to, length - 1);
  const days = (Date.parse(to) - Date.parse(from)) / DAY + 1;
  return { from, to, by: days <= DAYS_SHOWN ? 'day' : days <= WEEKS_SHOWN ? 'week' : 'month' };
}

/** A period of so many days until today. */
export function lastDays(visit: Visit, length: number): { readonly from: string; readonly to: string } {
  const to = dayIn(visit);
  return { from: daysBefore(to, length - 1), to };
}

// Swedish writes a date as a browser's field does.
function dayIn({ now, settings }: Visit): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: settings.timeZone, dateStyle: 'short' }).format(now);
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(day) - count * DAY).toISOString().slice(0, 10);
}
