import { expect, test } from 'vitest';
import { formatFor } from '../../src/apps/console/parts/format.ts';

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
