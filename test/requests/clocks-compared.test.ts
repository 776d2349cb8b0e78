import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { compareClocks } from '../support/slow-clocks.ts';

const { db } = await testDatabase();

test('the clocks equal a second count minute by minute, to the second', { timeout: 180_000 }, async () => {
  expect(await compareClocks(db, { cases: 500, calendars: 100, zones: 3, seed: 2026 })).toEqual([]);
});
