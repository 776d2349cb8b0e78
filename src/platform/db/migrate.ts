import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ADVISORY_KEYS } from './advisory-keys.ts';
import type { Db, Queryable, Transaction } from './connect.ts';

export type MigrationReport = { readonly version: number; readonly applied: readonly string[] };

const SQL_DIR = fileURLToPath(new URL('../../../sql', import.meta.url));

/** The oldest PostgreSQL that has all the schema uses, as `server_version_num`. */
const OLDEST_SERVER = 150_000;

/**
 * Brings the database up to the newest `sql/NNNN-what.sql`, each file in one transaction with its bookkeeping row.
 * Any number of processes may call it at once: an advisory lock lets one work and the others find it done.
 * Refuses a PostgreSQL older than 15, and a database that a newer version has migrated, because old code on a new schema
 * loses data quietly. A gap in the files' numbers is refused too: a file that fills it later would never be applied.
 */
export async function migrate(db: Db, now: Date, sqlDir: string = SQL_DIR): Promise<MigrationReport> {
  const files = await migrationFiles(sqlDir);
  const newest = files.at(-1)?.version ?? 0;
  const connection = await db.reserve();
  try {
    await ensureServerVersion(connection);
    // Another process may migrate for minutes; waiting for it is right here, unlike anywhere else.
    await connection`set lock_timeout = 0`;
    await connection`select pg_advisory_lock(${ADVISORY_KEYS.migrate})`;
    await connection`
      create table if not exists schema_migrations (
        version integer primary key,
        name text not null,
        applied_at timestamptz not null
      )`;
    const [row] = await connection<{ version: number }[]>`
      select coalesce(max(version), 0)::int as version from schema_migrations`;
    const current = row?.version ?? 0;
    if (current > newest) {
      throw new Error(
        `The database is at schema version ${current}, this Mailroom knows ${newest}: it was migrated by a newer ` +
          'version. Start that version, or restore a back-up from before the upgrade.',
      );
    }
    const applied: string[] = [];
    for (const file of files.filter((each) => each.version > current)) {
      const text = await readFile(file.path, 'utf8');
      await connection`begin`;
      try {
        await connection.unsafe(text).simple();
        await connection`
          insert into schema_migrations (version, name, applied_at) values (${file.version}, ${file.name}, ${now})`;
        await connection`commit`;
      } catch (error) {
        await connection`rollback`;
        throw new Error(`Migration ${file.name} failed: ${String(error)}`, { cause: error });
      }
      applied.push(file.name);
    }
    return { version: newest, applied };
  } finally {
    await connection`select pg_advisory_unlock(${ADVISORY_KEYS.migrate}), set_config('lock_timeout', '15s', false)`.catch(
      () => {
        // A lost connection has released the lock already; the error that lost it is the one to report.
      },
    );
    connection.release();
  }
}

async function ensureServerVersion(connection: Queryable): Promise<void> {
  const [row] = await connection<{ number: number; version: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`;
  const fault = row === undefined ? null : serverFault(row);
  if (fault !== null) throw new Error(fault);
}

/** Why a PostgreSQL cannot be used, or null; `number` is its `server_version_num`. */
export function serverFault(server: { readonly number: number; readonly version: string }): string | null {
  return server.number >= OLDEST_SERVER
    ? null
    : `The database is PostgreSQL ${server.version}; Mailroom needs version 15 or newer.`;
}

/** The schema version the database is at, or 0 for an empty one; for `/readyz`. */
export async function schemaVersion(db: Db | Transaction): Promise<number> {
  const [row] = await db<{ version: number }[]>`
    select coalesce(max(version), 0)::int as version from schema_migrations`;
  return row?.version ?? 0;
}

/** The newest version that this checkout's `sql` folder holds. */
export async function newestVersion(sqlDir: string = SQL_DIR): Promise<number> {
  return (await migrationFiles(sqlDir)).at(-1)?.version ?? 0;
}

type MigrationFile = { readonly version: number; readonly name: string; readonly path: string };

async function migrationFiles(sqlDir: string): Promise<MigrationFile[]> {
  const names = (await readdir(sqlDir)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).toSorted();
  const files = names.map((name) => ({
    version: Number(name.slice(0, 4)),
    name,
    path: `${sqlDir}/${name}`,
  }));
  const misplaced = files.find(({ version }, index) => version !== index + 1);
  if (misplaced !== undefined) {
    throw new Error(
      `${misplaced.name} leaves a gap or repeats a number: sql/ counts 0001, 0002, … without one.`,
    );
  }
  return files;
}
