/** A time of day on a weekday, as a clock on a wall shows it; 1 is Monday, `24:00` the end of the day. */
export type OpenHours = { readonly weekday: number; readonly from: string; readonly to: string };

/** A day on which nothing is open, by its date in the calendar's zone. */
export type Holiday = { readonly date: string; readonly name: string };

export const MAX_HOLIDAYS = 1000;

/** When time counts. */
export type CalendarTimes = {
  /** An IANA name. */
  readonly timeZone: string;
  readonly hours: readonly OpenHours[];
  readonly holidays: readonly Holiday[];
};

export type Calendar = CalendarTimes & {
  readonly id: number;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** `09:30` in minutes from midnight. */
export function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** The index of the first hours that end before they begin or overlap others, with the reason; null if there are none. */
export function faultInHours(
  hours: readonly OpenHours[],
): { readonly index: number; readonly detail: string } | null {
  for (const [index, { weekday, from, to }] of hours.entries()) {
    if (minuteOf(from) >= minuteOf(to)) return { index, detail: 'must end after it begins' };
    const overlaps = hours.some(
      (other, place) =>
        place < index &&
        other.weekday === weekday &&
        minuteOf(from) < minuteOf(other.to) &&
        minuteOf(other.from) < minuteOf(to),
    );
    if (overlaps) return { index, detail: 'overlaps other hours of the day' };
  }
  return null;
}
