import { expect, test } from 'vitest';
import { gmailLink } from '../../src/apps/console/mail/gmail-link.ts';
import { countText, formatFor } from '../../src/apps/console/parts/format.ts';
import { givenDay } from '../../src/apps/console/parts/given-day.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each<[milliseconds: number, text: string]>([
  [29 * SECOND, '0 mins'],
  [30 * SECOND, '1 min'],
  [59 * MINUTE + 29 * SECOND, '59 mins'],
  [59 * MINUTE + 30 * SECOND, '1 hr'],
  [8 * HOUR - 20 * SECOND, '8 hrs'],
  [7 * HOUR + 59 * MINUTE, '7 hrs 59 mins'],
  [24 * HOUR - MINUTE, '23 hrs 59 mins'],
  [24 * HOUR - SECOND, '1 day'],
  [36 * HOUR, '1.5 days'],
])('%d ms last %s', (milliseconds, text) => {
  expect(formatFor('en', 'UTC', new Date(0)).duration(milliseconds)).toBe(text);
});

test.each<[at: string, text: string]>([
  ['2026-11-29T17:00:00Z', '17:00'],
  ['2026-11-26T17:00:00Z', 'Thu 17:00'],
  ['2026-12-02T14:00:00Z', 'Wed 14:00'],
  ['2026-12-09T17:00:00Z', '9 Dec 2026, 17:00'],
  ['2026-11-18T17:00:00Z', '18 Nov 2026, 17:00'],
])('%s is told as %s on 29 November', (at, text) => {
  const format = formatFor('en', 'UTC', new Date('2026-11-29T10:00:00Z'));
  expect(JSON.stringify(format.time(new Date(at)))).toContain(`>${text}</time>`);
});

test('a message that did not come from Gmail is not looked for there', () => {
  const internetMessageId = '<a@example.org>';
  expect(gmailLink({ internetMessageId, source: 'gmail' })).toContain('rfc822msgid%3Aa%40example.org');
  expect(gmailLink({ internetMessageId, source: 'microsoft' })).toBeNull();
  expect(gmailLink({ internetMessageId, source: 'form' })).toBeNull();
  expect(gmailLink({ internetMessageId, source: null })).toBeNull();
});

test.each([
  ['2027-03-01', new Date('2027-03-01T00:00:00Z')],
  [null, null],
])('a form that names the day %s gives %s', (line, day) => {
  expect(givenDay({ line: () => line }, 'tokenEnds')).toEqual(day);
});

test.each(['2027-02-30', '2027-13-01', '1 March', 'soon'])('the day %s is refused', (line) => {
  expect(() => givenDay({ line: () => line }, 'tokenEnds')).toThrow('a day such as');
});

test('each zone and language is told in its own way, however many others were asked for meanwhile', () => {
  const at = new Date('2026-11-29T10:00:00Z');
  const told = (language: 'en' | 'ru', zone: string) => formatFor(language, zone, at).exact(at);
  const before = told('ru', 'Asia/Tokyo');
  expect(before).toContain('19:00');
  for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 50)) {
    const exact = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      dateStyle: 'medium',
      timeStyle: 'short',
    });
    expect(told('en', zone)).toBe(exact.format(at));
  }
  expect(told('ru', 'Asia/Tokyo')).toBe(before);
});

test('what was counted no further is told as more', () => {
  expect(countText({ count: 10_000, capped: true })).toBe('10000+');
  expect(countText({ count: 10_000, capped: false })).toBe('10000');
});
