import { realpath } from 'node:fs/promises';
import type postgres from 'postgres';
import { driver } from '../driver/driver.ts';
import { clusterFolder, type Passwords, SUPERUSER } from './cluster.ts';

const NAME = 'mailroom';

/** The role and the database of the application; the role owns the database and is not a superuser. */
export function appUrl(port: number, passwords: Passwords): string {
  return `postgres://${NAME}:${passwords.app}@127.0.0.1:${port}/${NAME}`;
}

/** The superuser's address: making roles and databases, asking who is connected, tests. */
export function adminUrl(port: number, passwords: Passwords): string {
  return `postgres://${SUPERUSER}:${passwords.superuser}@127.0.0.1:${port}/postgres`;
}

/** Runs `work` on one short-lived connection of the superuser. */
async function asSuperuser<T>(
  port: number,
  passwords: Passwords,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = driver(adminUrl(port, passwords), {
    max: 1,
    connect_timeout: 5,
    fetch_types: false,
    connection: { application_name: 'mailroom-admin' },
    onnotice: () => {},
  });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/**
 * Signs in on a port and makes sure that this cluster answers there, with the application's role and database in it.
 * Returns false while it does not take connections yet.
 */
export async function joinServer(dataDir: string, port: number, passwords: Passwords): Promise<boolean> {
  try {
    return await asSuperuser(port, passwords, async (sql) => {
      const [found] = await sql<{ folder: string; hasRole: boolean; hasDatabase: boolean }[]>`
        select current_setting('data_directory') as folder,
          exists (select from pg_roles where rolname = ${NAME}) as "hasRole",
          exists (select from pg_database where datname = ${NAME}) as "hasDatabase"`;
      if (found === undefined || !(await isSameFolder(found.folder, clusterFolder(dataDir)))) return false;
      // The password is of the base64url alphabet, so it cannot end the literal.
      if (!found.hasRole) await sql.unsafe(`create role ${NAME} login password '${passwords.app}'`);
      if (!found.hasDatabase) await sql.unsafe(`create database ${NAME} owner ${NAME}`);
      return true;
    });
  } catch (error) {
    if (isWrongPassword(error)) {
      throw new Error(
        `PostgreSQL on port ${port} runs in ${clusterFolder(dataDir)} but refuses the password kept there: ` +
          'restore mailroom.passwords from a back-up.',
        { cause: error },
      );
    }
    if (isNotReady(error)) return false;
    throw error;
  }
}

/**
 * Who else is connected: `mailroom` when another Mailroom process is, which will not leave soon; `unknown` when the server
 * is on its way up or down and cannot be asked.
 */
export async function findOthers(
  port: number,
  passwords: Passwords,
  keeperPid: number,
): Promise<'none' | 'somebody' | 'mailroom' | 'unknown'> {
  try {
    return await asSuperuser(port, passwords, async (sql) => {
      const rows = await sql<{ name: string }[]>`
        select application_name as name from pg_stat_activity
        where backend_type = 'client backend' and pid not in (pg_backend_pid(), ${keeperPid})`;
      if (rows.length === 0) return 'none';
      return rows.some((row) => row.name === KEEPER) ? 'mailroom' : 'somebody';
    });
  } catch (error) {
    if (isNotReady(error)) return 'unknown';
    throw error;
  }
}

/** The name of the connection that each Mailroom process holds as long as it needs the server. */
export const KEEPER = 'mailroom-keeper';

async function isSameFolder(one: string, other: string): Promise<boolean> {
  return (await realpath(one).catch(() => one)) === (await realpath(other));
}

function isWrongPassword(error: unknown): boolean {
  return (error as { code?: string }).code === '28P01';
}

/** Whether an error says that the server is not up (any more, or yet), rather than that it refuses. */
export function isNotReady(error: unknown): boolean {
  // 57P03: starting up or shutting down; 57P01: the server ended the connection while we asked.
  const codes = [
    '57P03',
    '57P01',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'CONNECT_TIMEOUT',
    'CONNECTION_CLOSED',
    'CONNECTION_DESTROYED',
  ];
  return codes.includes((error as { code?: string }).code ?? '');
}
