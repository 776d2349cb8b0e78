import type { Clock } from './clock.ts';
import type { Db } from './db/connect.ts';
import type { Log } from './log.ts';
import type { MailTransport } from './deliveries/transport.ts';
import type { ParsePool } from './mail/parse-pool.ts';
import type { Keyring } from './mailboxes/keyring.ts';

/** Everything long-lived, built once by a main.ts. A verb takes a `Pick` of what it uses. */
export type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Seals stored credentials and opens them again; built from APP_SECRET. */
  readonly keyring: Keyring;
  /** Reads raw mail in worker threads with a deadline. */
  readonly parsePool: ParsePool;
  /** The SMTP account, or null when SMTP_URL is unset: deliveries then wait, paused as `no_transport`. */
  readonly transport: MailTransport | null;
  /** Recipients the SMTP account may address in a rolling 24 h, or null for no limit of our own. */
  readonly smtpDailyLimit: number | null;
  /** Called after a commit that queued a delivery, so that this process sends at once instead of at the next look. */
  readonly wakeDeliveries: () => void;
  /** Where the outside reaches this server, without a slash at the end. */
  readonly publicUrl: string;
};
