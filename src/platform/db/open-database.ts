import type { Log } from '../log.ts';
import { connect, type Db } from './connect.ts';

export type OpenDatabase = {
  readonly db: Db;
  /** Where it is, with the password, for another driver; of the embedded one, too. */
  readonly url: string;
  /** Ends the pool, and the embedded server when nobody else is connected to it. */
  readonly close: () => Promise<void>;
};

export type DatabasePlace = { readonly databaseUrl: string | null; readonly dataDir: string };

/**
 * Connects to the database of a URL or, without one, to the embedded PostgreSQL under `dataDir`, which it starts or
 * adopts. Fails in words that tell where it looked, never with the password.
 */
export async function openDatabase(place: DatabasePlace, log: Log, max?: number): Promise<OpenDatabase> {
  const server = place.databaseUrl === null ? await startEmbedded(place.dataDir, log) : null;
  const url = server?.url ?? place.databaseUrl ?? '';
  const db = connect(url, max === undefined ? {} : { max });
  const close = async () => {
    await db.end({ timeout: 5 });
    await server?.stop();
  };
  try {
    await refusePooler(db);
    return { db, url, close };
  } catch (error) {
    await close();
    throw new Error(`Cannot use the database at ${withoutPassword(url)}: ${reason(error)}`, { cause: error });
  }
}

/** What a pooler that hands connections out by transaction (PgBouncer) cannot give, in one sentence. */
const POOLER =
  'a pooler such as PgBouncer stands before it, and Mailroom, which keeps its own pool, needs sessions of its own ' +
  "(settings, prepared statements, LISTEN): give DATABASE_URL the PostgreSQL server's own address.";

// A pooler refuses the settings of a session, or takes them and does nothing.
async function refusePooler(db: Db): Promise<void> {
  const asked = db<{ kept: boolean }[]>`
    select current_setting('lock_timeout') <> '0' and current_setting('TimeZone') = 'UTC' as kept`;
  const [row] = await asked.catch((error: unknown) => {
    throw /unsupported startup parameter/i.test(reason(error)) ? new Error(POOLER, { cause: error }) : error;
  });
  if (row?.kept !== true) throw new Error(POOLER);
}

// Loaded only where it is needed: a desk on a server of its own never reads the embedded one's code.
async function startEmbedded(dataDir: string, log: Log) {
  const { startEmbeddedPostgres } = await import('./embedded/start-embedded.ts');
  return startEmbeddedPostgres({ dataDir, log });
}

function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/)(?:[^@/]*@)?([^?#]*).*$/i, '$1$2');
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error instanceof Error ? error.message : String(error);
}
