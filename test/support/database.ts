import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeEach, inject } from 'vitest';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { TEMPLATE } from './global-setup.ts';
import { keepRows } from './kept-rows.ts';

export type TestDatabase = {
  readonly db: Db;
  readonly url: string;
  /** Empties it within a test. */
  readonly empty: () => Promise<void>;
  /** Keeps the rows of now and answers what puts them back into empty tables; `place` names them, where there are several. */
  readonly keep: (place?: string) => Promise<() => Promise<void>>;
};

type Made = {
  readonly db: Db;
  readonly url: string;
  readonly name: string;
  /** One connection whose triggers and foreign keys are off, for emptying tables and filling them again. */
  readonly asleep: postgres.Sql;
  shape?: unknown;
};

/**
 * Of files that are over, for the next ones of this process: a connection that knows its tables and statements saves each
 * file a second of processor time.
 */
const free: Made[] = [];

/**
 * A database of the test file's own, migrated, empty at the start of every test. Call it once at the top of the file:
 * `const { db, url } = await testDatabase();`. Its role is the application's, no superuser.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { adminUrl, appUrl } = inject('testServer');
  const found = free.pop();
  const made = found ?? unmade(appUrl);
  const { db, close } = untilClosed(made.db);
  // Before anything is awaited: hooks belong to the file that is being collected now.
  beforeEach(() => emptyTables(made));
  afterAll(async () => {
    close();
    // What was kept, and what empties tables: its function would count as one that the file has left.
    await made.asleep.unsafe('discard temporary').simple();
    if (await isAsMade(made)) free.push(made);
    else await drop(adminUrl, made);
  });
  if (found === undefined) {
    await asAdmin(adminUrl, `create database ${made.name} template ${TEMPLATE} owner mailroom`);
    made.shape = await shapeOf(made.db);
  } else await emptyTables(made);
  return {
    db,
    url: made.url,
    empty: () => emptyTables(made),
    keep: (place = 'kept') => keepRows(made.asleep, place),
  };
}

function unmade(appUrl: string): Made {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(appUrl);
  url.pathname = name;
  const asleep = postgres(url.href, {
    max: 1,
    fetch_types: false,
    connection: { application_name: 'mailroom' },
  });
  return { db: connect(url.href), url: url.href, name, asleep };
}

/** The pool to one file's eyes: what a file leaves running fails once the file is over, and does not meet the next one's rows. */
function untilClosed(pool: Db): { readonly db: Db; readonly close: () => void } {
  let over = false;
  const refuse = () => {
    if (over) throw new Error('the test file that this database was made for is over');
  };
  const db = new Proxy(pool, {
    apply(target, self, input) {
      refuse();
      return Reflect.apply(target, self, input) as unknown;
    },
    get(target, name) {
      if (name === 'begin' || name === 'unsafe' || name === 'listen' || name === 'reserve') refuse();
      return Reflect.get(target, name) as unknown;
    },
  });
  return { db, close: () => void (over = true) };
}

/** Whether a file has left everything but the rows as it was: nobody at work, no other tables, no statistics that sway plans. */
async function isAsMade({ db, shape }: Made): Promise<boolean> {
  const isQuiet = async () => {
    const [row] = await db<{ quiet: boolean }[]>`
      select count(*) = 0 as quiet from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
    return row?.quiet === true;
  };
  const deadline = Date.now() + 5000;
  while (!(await isQuiet())) {
    if (Date.now() > deadline) return false;
    await setTimeout(20);
  }
  return isDeepStrictEqual(await shapeOf(db), shape);
}

async function shapeOf(db: Db): Promise<unknown> {
  const [row] = await db`
    select (select count(*) from pg_attribute) as columns, (select count(*) from pg_constraint) as constraints,
      (select count(*) from pg_trigger where tgenabled = 'O') as triggers, (select count(*) from pg_proc) as functions,
      (select count(*) from pg_class where relnamespace = 'public'::regnamespace and reltuples > 0) as counted,
      (select count(*) from pg_class where relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 4000000) as large,
      (select count(*) from schema_migrations) as migrations`;
  return row;
}

async function drop(adminUrl: string, { db, name, asleep }: Made): Promise<void> {
  await Promise.all([db.end({ timeout: 5 }), asleep.end({ timeout: 5 })]);
  await asAdmin(adminUrl, `drop database if exists ${name} with (force)`);
}

/**
 * Empties every table and starts every count at 1 again, all but the record of migrations. Rows are deleted, with foreign
 * keys and triggers asleep: a truncation makes new files for each of seventy tables, ten times as slow for a few rows. On a
 * connection of its own: changing `session_replication_role` throws away every plan that a connection keeps, and the pool
 * would plan each test's statements anew. Tables that a test makes after the first emptying are not known to it.
 */
async function emptyTables({ asleep }: Made): Promise<void> {
  const empty = () => asleep.unsafe('select pg_temp.empty_tables()').simple();
  await empty().catch(async (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === UNDEFINED_SCHEMA || code === UNDEFINED_FUNCTION)
      await asleep.unsafe(MAKE_EMPTY_TABLES).simple();
    // A page that was closed may have left a call under way, which locks a few of the same rows in its own order, and ends soon.
    else if (code !== DEADLOCK) throw error;
    await empty();
  });
}

const UNDEFINED_SCHEMA = '3F000';
const UNDEFINED_FUNCTION = '42883';
const DEADLOCK = '40P01';

// A table whose file has no page was never written to. A transaction that an earlier test left open would make this one wait
// for ever, without a word, but for the timeout.
const MAKE_EMPTY_TABLES = `
  set lock_timeout = '10s';
  set session_replication_role = replica;
  do $make$ begin
    execute (
      select format('create function pg_temp.empty_tables() returns void language plpgsql as $$ begin %s end $$',
        string_agg(
          case relkind
            when 'S' then format('if pg_sequence_last_value(%1$s) is not null then perform setval(%1$s, 1, false); end if;', oid)
            else format('if pg_relation_size(%s) > 0 then delete from public.%I; end if;', oid, relname)
          end, ' '))
      from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') and relname <> 'schema_migrations');
  end $make$`;

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}
