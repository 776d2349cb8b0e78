import {
  type DeliverDeps,
  type DeliverOptions,
  type DeliverReport,
  deliverAccount,
} from './deliver-account.ts';

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
