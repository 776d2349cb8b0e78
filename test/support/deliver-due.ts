import {
  type DeliverDeps,
  type DeliverOptions,
  type DeliverReport,
  deliverAccount,
} from '../../src/outbox/sending/deliver-account.ts';
import type { LeaseWatch } from '../../src/outbox/sending/lease-watch.ts';
import { takeOverLost } from '../../src/outbox/sending/take-over.ts';

export type DueOptions = DeliverOptions & {
  /** What this process has seen of all leases; a call without it takes nothing over. */
  readonly leases?: LeaseWatch;
};

export type DueReport = DeliverReport & {
  /** Deliveries of dead processes that were taken over. */
  readonly takenOver: number;
};

/**
 * Sends everything that is due, by all accounts side by side, and returns when nothing is due any more or the accounts
 * have to rest. Safe to run in any number of processes at once. Rejects only when the database fails.
 */
export async function deliverDue(deps: DeliverDeps, options: DueOptions = {}): Promise<DueReport> {
  const accounts = await deps.transports.list();
  const takenOver = options.leases === undefined ? 0 : await takeOverLost(deps, options.leases);
  if (accounts.length === 0) return { ...NOTHING, takenOver, paused: 'no_transport' };
  const reports = await Promise.all(accounts.map((account) => deliverAccount(deps, account, options)));
  const all = reports.reduce((sum, each) => ({
    attempted: sum.attempted + each.attempted,
    sent: sum.sent + each.sent,
    deferred: sum.deferred + each.deferred,
    failed: sum.failed + each.failed,
    paused: sum.paused ?? each.paused,
  }));
  return { ...all, takenOver };
}

const NOTHING = { attempted: 0, sent: 0, deferred: 0, failed: 0 };
