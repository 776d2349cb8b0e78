import { invalidField } from '../../platform/problems.ts';
import { DAY } from '../../platform/time.ts';
import { type ReportGroup, type Step, STEPS } from './report.ts';

const MAX_DAYS = 3660;
const MAX_PARTS = 400;
const DAYS_OF: Readonly<Record<Step, number>> = { day: 1, week: 7, month: 28 };

/** Refuses a period that ends before it begins, or is too long for what it is parted by. */
export function ensurePeriod({ from, to, by }: { from: string; to: string; by: ReportGroup }): void {
  const days = (Date.parse(to) - Date.parse(from)) / DAY + 1;
  if (days < 1) throw invalidField('to', 'must not be before `from`');
  if (days > MAX_DAYS) throw invalidField('to', 'must be earlier: a period has at most ten years');
  if (isStep(by) && days / DAYS_OF[by] > MAX_PARTS)
    throw invalidField('to', `must be earlier: a period by ${by} has at most ${MAX_PARTS} parts`);
}

/** The first day of each part of a period: of weeks the Monday, of months the first; none if it is parted by no time. */
export function partsOf({
  from,
  to,
  by,
}: {
  from: string;
  to: string;
  by: ReportGroup | null;
}): readonly string[] {
  if (!isStep(by)) return [];
  const parts: string[] = [];
  const day = new Date(Date.parse(from));
  if (by === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  if (by === 'month') day.setUTCDate(1);
  while (day.getTime() <= Date.parse(to)) {
    parts.push(day.toISOString().slice(0, 10));
    if (by === 'month') day.setUTCMonth(day.getUTCMonth() + 1);
    else day.setUTCDate(day.getUTCDate() + DAYS_OF[by]);
  }
  return parts;
}

export function isStep(by: ReportGroup | null): by is Step {
  return STEPS.some((step) => step === by);
}
