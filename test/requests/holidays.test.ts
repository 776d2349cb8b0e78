import { describe, expect, test } from 'vitest';
import { holidaysIn } from '../../src/requests/calendars/holidays-in.ts';

describe('odd events of an iCalendar file', () => {
  const holidays = (lines: readonly string[], timeoutMs?: number) =>
    holidaysIn(
      ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'),
      '2026-01-01',
      '2028-12-31',
      timeoutMs,
    ).map(({ date }) => date);

  test.each<[string[], number, string?]>([
    [['DTSTART;VALUE=DATE:20000102', 'RRULE:FREQ=WEEKLY'], 157, '2026-01-04'],
    [['DTSTART;VALUE=DATE:20230101', 'RRULE:FREQ=DAILY'], 1096, '2026-01-01'],
    [['DTSTART;VALUE=DATE:20000101', 'DTEND;VALUE=DATE:99991231'], 1096, '2026-01-01'],
    [['DTSTART;VALUE=DATE:20280101', 'DURATION:P99999999W'], 366, '2028-01-01'],
    [['DTSTART;VALUE=DATE:20270105', 'DTEND;VALUE=DATE:20270101'], 1, '2027-01-05'],
    [['DTSTART;VALUE=DATE:20270101', 'RDATE;VALUE=DATE:20270301,20270401'], 3, '2027-01-01'],
    [['DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=YEARLY', 'EXDATE;VALUE=DATE:20270101'], 1, '2028-01-01'],
    [['DTSTART;VALUE=DATE:20201126', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH'], 3, '2026-11-26'],
    [['DTSTART;VALUE=DATE:20200131', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1'], 36, '2026-01-31'],
    [['DTSTART;TZID=America/New_York;VALUE=DATE:20270704'], 1, '2027-07-04'],
    [['DTSTART;VALUE=DATE:20250101', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'], 0],
    [['DTSTART;VALUE=DATE:20250131', 'RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31'], 0],
    [['SUMMARY:No day'], 0],
  ])('%j are counted to the day', (lines, count, first) => {
    const found = holidays(lines);
    expect([found.length, found[0]]).toEqual([count, first]);
  });

  test.each([
    [['DTSTART;VALUE=DATE:20261340'], 'has an event on 2026-13-40, which is no day'],
    [['DTSTART;VALUE=DATE:20270230'], 'has an event on 2027-02-30, which is no day'],
    [['DTSTART;VALUE=DATE:'], 'has an event whose days cannot be read'],
    [['DTSTART;VALUE=DATE:20270101', 'RRULE:nonsense'], 'has an event whose days cannot be read'],
    [['DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=SECONDLY'], 'has an event whose days cannot be read'],
    [['DTSTART;VALUE=DATE:20270101', 'DURATION:long'], 'has an event whose days cannot be read'],
    [['DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=SOMETIMES'], 'is not an iCalendar file'],
  ])('%j are refused in words, and soon', (lines, words) => {
    expect(() => holidays(lines)).toThrow(`/ics: ${words}`);
  });

  test('a rule that never holds is given up', () => {
    const never = ['DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'];
    expect(() => holidays(never, 200)).toThrow('/ics: repeats an event too often to be counted');
  });
});
