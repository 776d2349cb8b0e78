/** Durations in milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** True for a day of the calendar in the years that everybody writes with four digits: `2026-12-24`. */
export function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  // 30 February would become 2 March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
