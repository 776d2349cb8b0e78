const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const zones: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  cet: 1,
  cest: 2,
  msk: 3,
  jst: 9,
};

/** The time a Date field states, read as RFC 5322 with its obsolete and its common wrong forms; null when it makes no sense. */
export function readDate(value: string | null): Date | null {
  if (value === null) return null;
  const text = value.slice(0, 200).replaceAll(/\([^()]*\)/g, ' ');
  const match =
    /(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4})(?:[\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?\s*(am|pm)?\s*([+-]\d{1,2}:?\d{2}|[a-z]{1,5})?/i.exec(
      text,
    );
  const time = match === null ? Date.parse(text) : fromParts(match);
  // Years in which nobody wrote email overflow column types and break sort orders.
  return Number.isNaN(time) || time < 0 || time > 4102444800000 ? null : new Date(time);
}

function fromParts(match: RegExpExecArray): number {
  const [, day, monthName, yearText, hour = '0', minute = '0', second = '0', half, zone] = match;
  const month = months.indexOf(monthName!.toLowerCase());
  const year =
    Number(yearText) +
    (yearText!.length === 2 ? (Number(yearText) < 50 ? 2000 : 1900) : yearText!.length === 3 ? 1900 : 0);
  const halfDay =
    half === undefined ? 0 : (half.toLowerCase() === 'pm' ? 12 : 0) - (Number(hour) === 12 ? 12 : 0);
  if (month < 0 || Number(day) < 1 || Number(day) > 31 || Number(hour) > 24 || Number(minute) > 59)
    return Number.NaN;
  return (
    Date.UTC(year, month, Number(day), Number(hour) + halfDay, Number(minute), Math.min(Number(second), 59)) -
    offset(zone)
  );
}

function offset(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const numeric = /^([+-])(\d{1,2}):?(\d{2})$/.exec(zone);
  if (numeric === null) return (zones[zone.toLowerCase()] ?? 0) * 3_600_000;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
  return minutes > 24 * 60 ? 0 : (numeric[1] === '-' ? -1 : 1) * minutes * 60_000;
}
