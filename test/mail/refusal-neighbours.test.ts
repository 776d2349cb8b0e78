import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgeRefusal } from '../../src/mail/bounce/refusal.ts';

test('139 refusals of 90 servers tell a dead address from a living one', () => {
  const table = readFileSync(new URL('../fixtures/clients/refusals.tsv', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(rows.length).toBeGreaterThan(130);
  const wrong = rows.filter((row) => {
    const [, status = '', words = '', wanted] = row.split('\t');
    return judgeRefusal(status, words).dead !== (wanted === 'dead');
  });
  expect(wrong).toEqual([]);
});
