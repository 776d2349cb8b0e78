import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { migrate, schemaVersion, serverFault } from '../../src/platform/db/migrate.ts';
import { testDatabase } from '../support/database.ts';
import { schemaDump } from '../support/schema-dump.ts';

const SQL = fileURLToPath(new URL('../../sql', import.meta.url));
const NOW = new Date('2026-03-02T10:00:00Z');

const { db } = await testDatabase();
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function sqlWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-sql-'));
  folders.push(folder);
  await cp(SQL, folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function nextNumber(after = 0): Promise<string> {
  return String((await readdir(SQL)).length + 1 + after).padStart(4, '0');
}

test('the schema is the one under review', async () => {
  // `npx vitest -u` writes the file anew: its difference is what a reviewer reads.
  await expect(await schemaDump(db)).toMatchFileSnapshot('../fixtures/schema.txt');
});

test('a later file is applied once, in a transaction with its record, and what is stored stays', async () => {
  await db`insert into contacts (email, name, created_at) values ('carla@customer.example', 'Carla', ${NOW})`;
  const next = `${await nextNumber()}-nickname.sql`;
  const folder = await sqlWith({
    [next]: "alter table contacts add column nickname text not null default 'C';",
  });
  const before = await schemaVersion(db);
  try {
    expect(await migrate(db, NOW, folder)).toEqual({ version: before + 1, applied: [next] });
    expect(await migrate(db, NOW, folder)).toEqual({ version: before + 1, applied: [] });
    expect(await db`select email, nickname from contacts`).toEqual([
      { email: 'carla@customer.example', nickname: 'C' },
    ]);
  } finally {
    await db`alter table contacts drop column nickname`;
    await db`delete from schema_migrations where name = ${next}`;
  }
});

test('a file that fails leaves neither a record nor half of its changes', async () => {
  const next = `${await nextNumber()}-broken.sql`;
  const folder = await sqlWith({
    [next]: 'alter table contacts add column nickname text; select no_such_function();',
  });
  await expect(migrate(db, NOW, folder)).rejects.toThrow(`Migration ${next} failed`);
  expect(await db`select 1 from schema_migrations where name = ${next}`).toEqual([]);
  expect(
    await db`select 1 from information_schema.columns where table_name = 'contacts' and column_name = 'nickname'`,
  ).toEqual([]);
});

test.each([
  ['a gap', 1, 'leaves a gap'],
  ['a repeated number', -1, 'repeats a number'],
])('%s in the numbers is refused', async (_, offset, message) => {
  const folder = await sqlWith({ [`${await nextNumber(offset)}-zz.sql`]: 'select 1;' });
  await expect(migrate(db, NOW, folder)).rejects.toThrow(message);
});

test('a PostgreSQL older than 15 is refused by its version', () => {
  expect(serverFault({ number: 140_017, version: '14.17' })).toBe(
    'The database is PostgreSQL 14.17; Mailroom needs version 15 or newer.',
  );
  expect(serverFault({ number: 150_000, version: '15.0' })).toBeNull();
});
