import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeEach, inject } from 'vitest';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { TEMPLATE } from './global-setup.ts';

export type TestDatabase = { readonly db: Db; readonly url: string };

/**
 * A database of the test file's own, migrated, empty at the start of every test and gone after the last. Call it once at
 * the top of the file: `const { db, url } = await testDatabase();`. Its role is the application's, no superuser.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { adminUrl, appUrl } = inject('testServer');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(appUrl);
  url.pathname = name;
  const db = connect(url.href);
  // Before anything is awaited: hooks belong to the file that is being collected now.
  beforeEach(() => emptyTables(db));
  afterAll(async () => {
    await db.end({ timeout: 5 });
    await asAdmin(adminUrl, `drop database if exists ${name} with (force)`);
  });
  await asAdmin(adminUrl, `create database ${name} template ${TEMPLATE} owner mailroom`);
  return { db, url: url.href };
}

/**
 * Empties every table and starts every count at 1 again, all but the record of migrations. Rows are deleted, with foreign
 * keys and triggers asleep: a truncation makes new files for each of thirty tables, ten times as slow for a few rows.
 */
export async function emptyTables(db: Db): Promise<void> {
  const [all] = await db<{ statements: string | null }[]>`
    select string_agg(statement, ';') as statements
    from (
      select format('delete from %I.%I', schemaname, tablename) as statement
      from pg_tables
      where schemaname = 'public' and tablename <> 'schema_migrations'
      union all
      select format('select setval(%L, 1, false)', format('%I.%I', schemaname, sequencename))
      from pg_sequences
      where schemaname = 'public' and last_value is not null) as each`;
  if (all === undefined || all.statements === null) return;
  const { statements } = all;
  await db.begin(async (tx) => {
    // A transaction that an earlier test left open would make this one wait for ever, without a word.
    await tx`set local lock_timeout = '10s'`;
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statements).simple();
  });
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}
