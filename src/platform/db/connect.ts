import type postgres from 'postgres';
import { driver } from './driver/driver.ts';

type Types = { bigint: number };

const bigint: postgres.PostgresType<number> = { to: 20, from: [20], serialize: String, parse: Number };

/** A pool that can open transactions. */
export type Db = postgres.Sql<Types>;

/** A running transaction. It has no `begin`, so a verb that opens one cannot be nested in another by mistake. */
export type Transaction = postgres.TransactionSql<Types>;

/** Whatever can run a query inside the caller's transaction, or outside of any. */
export type Queryable = Db | Transaction;

/** A piece of a statement, to be put into another one. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

export type ConnectOptions = {
  /** The most connections. Defaults to 10. */
  readonly max?: number;
  readonly onNotice?: (notice: postgres.Notice) => void;
  /** Called with every statement as it is sent; for counting round trips and asking for plans. */
  readonly onStatement?: (text: string, parameters: readonly unknown[]) => void;
};

const RECONNECT_AFTER_SECONDS = 0.1;

/**
 * Opens a lazy pool on a PostgreSQL URL. Columns become camelCase; keys inside jsonb stay as they are (`postgres.camel`
 * would rename those too, and events hold other people's names). `bigint` becomes a number: ids stay far below 2^53.
 */
export function connect(url: string, options: ConnectOptions = {}): Db {
  const { onStatement } = options;
  return driver(url, {
    max: options.max ?? 10,
    types: { bigint },
    transform: { column: { from: driver.toCamel } },
    onnotice: options.onNotice ?? (() => {}),
    ...(onStatement === undefined
      ? {}
      : { debug: (_connection, text, parameters) => onStatement(text, parameters) }),
    connect_timeout: 10,
    // The driver's own pause doubles with each connection lost, to 20 s for a pool of ten: longer than a relay waits.
    backoff: () => RECONNECT_AFTER_SECONDS,
    ...leaderOnly(url),
    // A wait for a lock ends before the relay stops waiting for its answer; a frozen process does not keep its locks.
    connection: {
      application_name: 'mailroom',
      TimeZone: 'UTC',
      lock_timeout: 15_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

// Of several hosts one takes writes, whichever that is after a failover: the driver asks each in turn. Its `read-write` would
// take a standby, too.
function leaderOnly(url: string): { readonly target_session_attrs?: 'primary' } {
  return /^[a-z]+:\/\/(?:[^@/]*@)?[^/?#]*,/i.test(url) ? { target_session_attrs: 'primary' } : {};
}

/** A value for a jsonb column; readonly shapes are JSON as much as mutable ones, which the driver's type does not know. */
export function json(db: Queryable, value: unknown): postgres.Parameter {
  return db.json(value as postgres.JSONValue);
}
