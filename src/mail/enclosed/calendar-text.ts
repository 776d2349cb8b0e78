/** What an invitation says, in the order one reads it. */
const shown = ['COMMENT', 'SUMMARY', 'DTSTART', 'DTEND', 'LOCATION', 'DESCRIPTION'];
const MAX_LENGTH = 256 * 1024;

/** The words of an iCalendar file (RFC 5545) for an email without other text; the file itself when it names none of them. */
export function calendarText(file: string): string {
  const start = file.slice(0, MAX_LENGTH).replaceAll(/\n[ \t]/g, '');
  const event = start.slice(Math.max(0, start.search(/^BEGIN:V(?:EVENT|TODO|JOURNAL)\b/im)));
  const lines = shown.flatMap((name) => {
    const value = new RegExp(`^${name}(?:;[^:\\n]{0,500})?:(.+)$`, 'im').exec(event)?.[1];
    return value === undefined ? [] : [unescaped(value)];
  });
  return lines.length === 0 ? file : lines.join('\n');
}

function unescaped(value: string): string {
  const moment = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?$/.exec(value.trim());
  if (moment === null) return value.replaceAll(/\\n/gi, '\n').replaceAll(/\\([\\,;])/g, '$1');
  const [, year, month, day, hour, minute, zone] = moment;
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date} ${hour}:${minute}${zone === 'Z' ? ' UTC' : ''}`;
}
