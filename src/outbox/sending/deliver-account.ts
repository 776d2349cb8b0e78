import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { OutboxDeps } from '../deps.ts';
import { countDayRecipients, countMinuteAttempts, lockDailyLimit } from '../accounts/account-queries.ts';
import { type AccountRest, accountRest } from './account-rest.ts';
import type { Verdict } from './judge-result.ts';
import { type Lanes, openLanes } from './lanes.ts';
import { type Lease, takeLease } from './lease.ts';
import { extendLeases } from './lease-queries.ts';
import { type ClaimedDelivery, claimDeliveries, findDueWork } from './claim-queries.ts';
import { type AttemptWriter, attemptWriter, recordAccountWorks } from './record-attempt.ts';
import { type SendRun, sendDelivery } from './send-delivery.ts';
import { MAX_CONNECTIONS } from '../smtp/transport.ts';
import type { SmtpAccount } from '../accounts/transports.ts';

export type DeliverDeps = Pick<
  OutboxDeps,
  'db' | 'clock' | 'log' | 'publicUrl' | 'transports' | 'deskComposers'
>;

export type DeliverOptions = {
  /** Deliveries sent at the same time, slow ones not counted. Defaults to 5. */
  readonly concurrency?: number;
  /** Defaults to 5 minutes. */
  readonly attemptTimeoutMs?: number;
  /** After this long a send stops counting against the concurrency, and goes on. Defaults to 10 s. */
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
  /** Called as it begins to look: what was queued before is seen. */
  readonly onLook?: () => void;
  /** Called when the account has to rest: the run claims nothing more, though a send that hangs may keep it alive. */
  readonly onPause?: () => void;
};

export type DeliverReport = {
  readonly attempted: number;
  readonly sent: number;
  readonly deferred: number;
  readonly failed: number;
  readonly paused: 'no_transport' | 'account' | null;
};

const ATTEMPT_TIMEOUT_MS = 5 * 60_000;
// After this a send stops counting against the concurrency, so that five hung connections do not block the queue.
const SLOW_MS = 10_000;
// A result that waits for a lock keeps the other lanes empty no longer than this.
const GATHER_MS = 50;
// A large message gets more time (as at 1 Mbit/s): with 25 of them on one line at once none would finish in time.
const BYTES_PER_MS = 125;

/** Sends what is due for one account's mailboxes; a worker runs it account by account. */
export async function deliverAccount(
  deps: DeliverDeps,
  account: SmtpAccount,
  options: DeliverOptions = {},
): Promise<DeliverReport> {
  const report: Counts = { attempted: 0, sent: 0, deferred: 0, failed: 0 };
  const now = deps.clock.now();
  const work = await findDueWork(
    deps.db,
    { account: account.transport.account, serves: account.serves },
    now,
  );
  const resting = work.pausedUntil !== null && work.pausedUntil > now;
  if (resting && !work.urgent) return { ...report, paused: 'account' };
  if (!resting && !work.due) return { ...report, paused: null };

  const run: Run = {
    account,
    results: attemptWriter(deps.db),
    lanes: openLanes(options.concurrency ?? 5, MAX_CONNECTIONS),
    lease: takeLease(deps.clock, options.leaseMs),
    rest: accountRest(work, options.onPause ?? (() => {})),
    report,
    options,
  };
  const stopRenewing = run.lease.keep(
    () => extendLeases(deps.db, run.lease.owner, run.lanes.running(), run.lease.until()),
    (error) => deps.log.error({ error }, 'leases not renewed'),
  );
  try {
    await drain(deps, run);
  } finally {
    stopRenewing();
  }
  return { ...report, paused: run.rest.hasBegun() || (resting && run.rest.isProbing()) ? 'account' : null };
}

type Run = {
  account: SmtpAccount;
  readonly results: AttemptWriter;
  readonly lanes: Lanes;
  readonly lease: Lease;
  readonly rest: AccountRest;
  readonly report: Counts;
  readonly options: DeliverOptions;
};

type Counts = { attempted: number; sent: number; deferred: number; failed: number };

type AccountDeps = DeliverDeps & SmtpAccount & { readonly results: AttemptWriter };

// Claims no more than there are lanes: a message that waits in this process would be kept from the others.
async function drain(deps: DeliverDeps, run: Run): Promise<void> {
  const { lanes, rest, options } = run;
  const nobody = (): boolean => lanes.running().length === 0;
  try {
    for (;;) {
      // Sends end in swarms, and their results are written together: one claim then fills all their lanes.
      await Promise.race([run.results.idle(), pause(GATHER_MS)]);
      await nextTurn();
      const free = rest.isProbing() ? lanes.free(1) : lanes.free();
      const endedBefore = lanes.ended();
      const mayClaim = free > 0 && !rest.hasBegun() && options.stop?.aborted !== true;
      if (mayClaim) options.onLook?.();
      try {
        if (mayClaim) await sendDue(deps, run, free);
      } catch (error) {
        // A moment without the database must not make everybody wait for a send that hangs.
        if (nobody() || options.nextLook === undefined) throw error;
        deps.log.error({ error, account: run.account.key }, 'due deliveries could not be claimed');
      }
      // A send that ended while the claim was looking may be what another message waited for: the claim cannot have
      // seen it.
      if (lanes.ended() !== endedBefore) continue;
      if (nobody()) return;
      const look = mayClaim && options.nextLook !== undefined ? [options.nextLook()] : [];
      await Promise.race([lanes.changed(), ...look]);
    }
  } finally {
    await lanes.settled();
  }
}

async function sendDue(deps: DeliverDeps, run: Run, free: number): Promise<void> {
  const claimed = await claimAsOf(deps, run, free);
  if (claimed === null) return;
  const accountDeps = { ...deps, ...claimed.account, results: run.results };
  const slowMs = run.options.slowMs ?? SLOW_MS;
  for (const delivery of claimed.deliveries) {
    run.report.attempted++;
    const send = sendOne(accountDeps, run, delivery);
    run.lanes.start(delivery.id, send, slowMs + (delivery.attachedBytes ?? 0) / BYTES_PER_MS);
  }
}

/**
 * Claims by the account's current row. It may have got other mailboxes or another password since it was read, or be gone: a claim
 * finds nothing then, and it is read again. Null: it no longer exists.
 */
async function claimAsOf(deps: DeliverDeps, run: Run, free: number) {
  if (run.account.asOf !== undefined) {
    const deliveries = await claimWithinLimits({ ...deps, ...run.account }, run, free);
    if (deliveries.length > 0) return { account: run.account, deliveries };
  }
  const account = (await deps.transports.list()).find(({ key }) => key === run.account.key);
  if (account === undefined) return null;
  const isAsKnown = account.asOf !== undefined && account.asOf === run.account.asOf;
  run.account = account;
  return {
    account,
    deliveries: isAsKnown ? [] : await claimWithinLimits({ ...deps, ...account }, run, free),
  };
}

async function sendOne(deps: AccountDeps, run: Run, delivery: ClaimedDelivery): Promise<void> {
  const { rest, lanes, report } = run;
  try {
    const verdict = await sendDelivery(deps, sendRunOf(run), delivery);
    if (verdict === null) return;
    count(report, verdict);
    if (verdict.pause !== null) rest.begin();
    else if (verdict.turnedAway) lanes.narrow();
    else if (rest.endProbing()) await recordAccountWorks(deps);
  } catch (error) {
    // Its lease runs out and somebody takes it over.
    deps.log.error({ deliveryId: delivery.id, error }, 'result of a delivery not written');
  }
}

function sendRunOf({ lanes, lease, rest, options }: Run): SendRun {
  return {
    owner: lease.owner,
    attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    random: options.random ?? Math.random,
    pauseFailures: rest.failures,
    pausedSince: rest.since,
    othersConnected: () => lanes.width() > 1 && !rest.isProbing(),
    abort: options.abort ?? new AbortController().signal,
  };
}

function count(report: Counts, verdict: Verdict): void {
  if (verdict.state === 'sent') report.sent++;
  else if (verdict.state === 'deferred') report.deferred++;
  else report.failed++;
}

// Under limits of our own, all processes claim one after the other: two at once could both take the last place.
async function claimWithinLimits(
  deps: DeliverDeps & SmtpAccount,
  { lease }: Run,
  limit: number,
): Promise<readonly ClaimedDelivery[]> {
  const now = deps.clock.now();
  const claim = {
    owner: lease.owner,
    account: deps.transport.account,
    serves: deps.serves,
    asOf: deps.asOf,
    now,
    leaseUntil: lease.until(),
    limit,
    urgentOnly: false,
  };
  const [day, minute] = [deps.dailyLimit, deps.minuteLimit ?? null];
  if (day === null && minute === null)
    return await claimDeliveries(deps.db, { ...claim, budget: null, unused: false });
  return await deps.db.begin(async (tx) => {
    await lockDailyLimit(tx);
    const room = minute === null ? limit : minute - (await countMinuteAttempts(tx, claim.account, now));
    if (room <= 0) return [];
    const within = { ...claim, limit: Math.min(limit, room) };
    if (day === null) return await claimDeliveries(tx, { ...within, budget: null, unused: false });
    const used = await countDayRecipients(tx, claim.account, now);
    const left = Math.max(0, day - used);
    return await claimDeliveries(tx, { ...within, urgentOnly: left === 0, budget: left, unused: used === 0 });
  });
}
