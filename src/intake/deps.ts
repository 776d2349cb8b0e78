import type { ParsePool } from '../mail/reading/parse-pool.ts';
import type { Microsoft } from './microsoft/access/open-microsoft.ts';
import type { OutboxDeps } from '../outbox/deps.ts';

/** What intake and the rooms above it may use: everything long-lived. */
export type IntakeDeps = OutboxDeps & {
  /** Reads raw messages in worker threads with a deadline. */
  readonly parsePool: ParsePool;
  /** Mailboxes of Microsoft 365; Microsoft's own unless given. */
  readonly microsoft?: Microsoft | undefined;
};
