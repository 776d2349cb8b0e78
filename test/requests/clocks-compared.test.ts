import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { compareClocks } from '../support/slow-clocks.ts';

const { db } = await testDatabase();

test('the clocks equal a second count minute by minute, to the second', { timeout: 180_000 }, async () => {
  expect(await compareClocks(db, { cases: 150, calendars: 40, zones: 3, seed: 2026 })).toEqual([]);
});
