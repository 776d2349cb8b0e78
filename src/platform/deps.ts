import type { Bucket } from './bucket/bucket.ts';
import type { Clock } from './clock.ts';
import type { Db } from './db/connect.ts';
import type { Keyring } from './keyring.ts';
import type { Log } from './log.ts';
import type { Scanner } from './scanning/scanner.ts';

/** What every room may use; built once by a main.ts. A verb takes a `Pick` of what it uses. */
export type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Seals stored credentials and opens them again; built from APP_SECRET. */
  readonly keyring: Keyring;
  /** Where the outside reaches this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Where large files lie outside the database; absent without S3_BUCKET. */
  readonly bucket?: Bucket | undefined;
  /** Looks for viruses in what came in; absent without CLAMD_URL. */
  readonly scanner?: Scanner | undefined;
};
