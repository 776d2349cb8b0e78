import type { Clock } from './clock.ts';
import type { Db } from './db/connect.ts';
import type { Log } from './log.ts';
import type { Transports } from '../outbox/accounts/transports.ts';
import type { ParsePool } from '../mail/reading/parse-pool.ts';
import type { Keyring } from './keyring.ts';

/** Everything long-lived, built once by a main.ts. A verb takes a `Pick` of what it uses. */
export type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Seals stored credentials and opens them again; built from APP_SECRET. */
  readonly keyring: Keyring;
  /** Reads raw mail in worker threads with a deadline. */
  readonly parsePool: ParsePool;
  /** The SMTP accounts and which mailbox sends by which; one without any waits, paused as `no_transport`. */
  readonly transports: Transports;
  /** Called after a commit that queued a delivery, so that this process sends at once instead of at the next look. */
  readonly wakeDeliveries: () => void;
  /** Where the outside reaches this server, without a slash at the end. */
  readonly publicUrl: string;
};
