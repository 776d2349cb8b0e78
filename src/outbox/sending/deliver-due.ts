import type { OutboxDeps } from '../deps.ts';
import { deliverAccount } from './deliver-account.ts';

export type DeliverDeps = Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'transports'>;

export type DeliverOptions = {
  /** Deliveries sent at the same time, those that are slow apart; 5 unless told. */
  readonly concurrency?: number;
  readonly attemptTimeoutMs?: number;
  /** After this long a mail gives its place to others, and goes on beside them; 10 s unless told. */
  readonly slowMs?: number;
  readonly leaseMs?: number;
  /** In [0, 1): the jitter of retries. */
  readonly random?: () => number;
  /** Claim nothing more; what is being sent is finished. */
  readonly stop?: AbortSignal;
  /** Break off what is being sent. */
  readonly abort?: AbortSignal;
  /** Resolves when it is time to look for new work although something is still being sent. */
  readonly nextLook?: () => Promise<void>;
  /** Called when the account has to rest: the run claims nothing more, though it may go on for as long as a mail hangs. */
  readonly onPause?: () => void;
};

export type DeliverReport = {
  readonly attempted: number;
  readonly sent: number;
  readonly deferred: number;
  readonly failed: number;
  /** Deliveries of a dead process that were taken over. */
  readonly takenOver: number;
  readonly paused: 'no_transport' | 'account' | null;
};

/**
 * Sends everything that is due, by every account side by side, replies before notices, and returns when nothing is due
 * any more or the accounts have to rest. Safe to run in any number of processes at once. Rejects only when the database does.
 */
export async function deliverDue(deps: DeliverDeps, options: DeliverOptions = {}): Promise<DeliverReport> {
  const accounts = await deps.transports.list();
  if (accounts.length === 0) return { ...NOTHING, paused: 'no_transport' };
  const reports = await Promise.all(accounts.map((account) => deliverAccount(deps, account, options)));
  return reports.reduce((all, each) => ({
    attempted: all.attempted + each.attempted,
    sent: all.sent + each.sent,
    deferred: all.deferred + each.deferred,
    failed: all.failed + each.failed,
    takenOver: all.takenOver + each.takenOver,
    paused: all.paused ?? each.paused,
  }));
}

const NOTHING = { attempted: 0, sent: 0, deferred: 0, failed: 0, takenOver: 0 };
