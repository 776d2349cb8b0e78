import { randomUUID } from 'node:crypto';
import type { OutboxDeps } from '../deps.ts';
import type { Deps } from '../../platform/deps.ts';
import { countDayRecipients, lockDailyLimit } from '../accounts/account-queries.ts';
import type { Verdict } from './judge-result.ts';
import { extendLeases, markLeasesLost } from './lease-queries.ts';
import { type ClaimedDelivery, claimDeliveries, findDueWork } from './queries.ts';
import { recordAccountWorks } from './record-attempt.ts';
import { type SendRun, sendDelivery } from './send-delivery.ts';
import { MOST_CONNECTIONS } from '../smtp/transport.ts';
import type { SmtpAccount } from '../accounts/transports.ts';

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

const LEASE_MS = 2 * 60_000;
const ATTEMPT_TIMEOUT_MS = 5 * 60_000;
// A mail that takes longer than this gives its lane away, so that five that hang hold nobody else up for five minutes.
const SLOW_MS = 10_000;
// A large mail may take longer (as at 1 Mbit/s): were 25 of them on one line at once, none would get through in time.
const BYTES_PER_MS = 125;

/** Sends what is due for one account's mailboxes; the part of `deliverDue` that a worker runs account by account. */
export async function deliverAccount(
  deps: DeliverDeps,
  account: SmtpAccount,
  options: DeliverOptions = {},
): Promise<DeliverReport> {
  const { db, clock } = deps;
  const report: Counts = { attempted: 0, sent: 0, deferred: 0, failed: 0, takenOver: 0 };
  const { serves, transport } = account;
  const work = await findDueWork(db, { account: transport.account, serves }, clock.now());
  if (work.expired) report.takenOver = await takeOver(deps);
  if (work.pausedUntil !== null && work.pausedUntil > clock.now()) return { ...report, paused: 'account' };
  if (!work.due && report.takenOver === 0) return { ...report, paused: null };

  const leaseMs = options.leaseMs ?? LEASE_MS;
  const leaseUntil = (): Date => new Date(clock.now().getTime() + leaseMs);
  const run: DrainRun = {
    accountKey: account.key,
    owner: randomUUID(),
    leaseUntil,
    takeOverAt: leaseUntil(),
    attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    random: options.random ?? Math.random,
    pauseFailures: work.pauseFailures,
    pausedSince: work.pausedSince,
    abort: options.abort ?? new AbortController().signal,
    lanes: options.concurrency ?? 5,
    slowMs: options.slowMs ?? SLOW_MS,
    running: new Set(),
    ended: 0,
    othersConnected: () => run.lanes > 1 && !run.probing,
    probing: work.pausedUntil !== null,
    paused: false,
    onPause: options.onPause ?? (() => {}),
  };
  const renewal = setInterval(() => {
    const sending = [...run.running].map(({ deliveryId }) => deliveryId);
    extendLeases(db, run.owner, sending, run.leaseUntil()).catch((error: unknown) => {
      deps.log.error({ error }, 'leases not renewed');
    });
  }, leaseMs / 4);
  try {
    await drain(deps, run, report, options);
  } finally {
    clearInterval(renewal);
  }
  return { ...report, paused: run.paused ? 'account' : null };
}

type DrainRun = SendRun & {
  readonly accountKey: string;
  readonly leaseUntil: () => Date;
  /** When to look again for what a dead process has left. */
  takeOverAt: Date;
  /** One less each time the server turns a further connection away. */
  lanes: number;
  readonly slowMs: number;
  readonly running: Set<Sending>;
  /** How many sends have ended. */
  ended: number;
  /** The account has been resting: one mail at a time finds out whether it works again. */
  probing: boolean;
  paused: boolean;
  readonly onPause: () => void;
};

type Counts = { attempted: number; sent: number; deferred: number; failed: number; takenOver: number };

type AccountDeps = DeliverDeps & SmtpAccount;

type Sending = {
  readonly deliveryId: number;
  readonly done: Promise<void>;
  readonly doneOrSlow: Promise<void>;
  readonly isSlow: () => boolean;
};

// Claims no more than there are lanes: a mail that waits in this process would wait for the others too.
async function drain(
  deps: DeliverDeps,
  run: DrainRun,
  report: Counts,
  options: Pick<DeliverOptions, 'stop' | 'nextLook'>,
): Promise<void> {
  const { running } = run;
  try {
    for (;;) {
      const free = freeLanes(run, [...running]);
      const endedBefore = run.ended;
      const mayClaim = free > 0 && !run.paused && options.stop?.aborted !== true;
      try {
        if (mayClaim) await sendDue(deps, run, report, free);
      } catch (error) {
        // Nobody shall wait for a mail that hangs because the database was away for a moment.
        if (running.size === 0 || options.nextLook === undefined) throw error;
        deps.log.error({ error }, 'the outbox could not be read');
      }
      // What ended while the claim was looking may be what another mail waited for: the claim cannot have seen it.
      if (run.ended !== endedBefore) continue;
      if (running.size === 0) return;
      const look = mayClaim && options.nextLook !== undefined ? [options.nextLook()] : [];
      const changes = [...running].map((each) => (each.isSlow() ? each.done : each.doneOrSlow));
      await Promise.race([...changes, ...look]);
    }
  } finally {
    await Promise.allSettled([...running].map(({ done }) => done));
  }
}

async function sendDue(deps: DeliverDeps, run: DrainRun, report: Counts, free: number): Promise<void> {
  if (deps.clock.now() > run.takeOverAt) {
    report.takenOver += await takeOver(deps);
    run.takeOverAt = run.leaseUntil();
  }
  // Read anew: since the last claim it may have got other mailboxes or another password, or be gone.
  const account = (await deps.transports.list()).find(({ key }) => key === run.accountKey);
  if (account === undefined) return;
  const accountDeps = { ...deps, ...account };
  for (const delivery of await claimWithinDay(accountDeps, run, free)) {
    report.attempted++;
    const done = sendOne(accountDeps, run, report, delivery).finally(() => {
      run.running.delete(sending);
      run.ended++;
    });
    const sending = watch(delivery, done, run.slowMs);
    run.running.add(sending);
  }
}

function freeLanes(run: DrainRun, running: readonly Sending[]): number {
  const lanes = run.probing ? 1 : run.lanes;
  const quick = running.filter((each) => !each.isSlow()).length;
  return Math.min(lanes - quick, MOST_CONNECTIONS - running.length);
}

function watch(delivery: ClaimedDelivery, done: Promise<void>, slowMs: number): Sending {
  let slow = false;
  const seen = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => {
      slow = true;
      seen.resolve();
    },
    slowMs + (delivery.attachedBytes ?? 0) / BYTES_PER_MS,
  );
  const ended = done.finally(() => clearTimeout(timer));
  return {
    deliveryId: delivery.id,
    done,
    doneOrSlow: Promise.race([ended, seen.promise]),
    isSlow: () => slow,
  };
}

async function sendOne(
  deps: AccountDeps,
  run: DrainRun,
  report: Counts,
  delivery: ClaimedDelivery,
): Promise<void> {
  try {
    const verdict = await sendDelivery(deps, run, delivery);
    if (verdict === null) return;
    count(report, verdict);
    if (verdict.pause !== null) {
      run.paused = true;
      run.onPause();
    } else if (verdict.turnedAway) {
      run.lanes = Math.max(1, run.lanes - 1);
    } else if (run.probing) {
      await recordAccountWorks(deps);
      run.probing = false;
    }
  } catch (error) {
    // Its lease runs out and somebody takes it over.
    deps.log.error({ deliveryId: delivery.id, error }, 'result of a delivery not written');
  }
}

// A dead process leaves its deliveries under a lease; once that is over they go again, with the same Message-ID.
async function takeOver(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<number> {
  const lost = await markLeasesLost(deps.db, deps.clock.now());
  if (lost.length > 0)
    deps.log.warn({ deliveryIds: lost.map(({ id }) => id) }, 'taken over from a dead process');
  return lost.length;
}

function count(report: Counts, verdict: Verdict): void {
  if (verdict.state === 'sent') report.sent++;
  else if (verdict.state === 'deferred') report.deferred++;
  else report.failed++;
}

// Under a limit of our own claims are made one after the other, over all processes: two could both take the last place.
async function claimWithinDay(
  deps: AccountDeps,
  run: DrainRun,
  limit: number,
): Promise<readonly ClaimedDelivery[]> {
  const now = deps.clock.now();
  const claim = {
    owner: run.owner,
    account: deps.transport.account,
    serves: deps.serves,
    now,
    leaseUntil: run.leaseUntil(),
    limit,
  };
  const day = deps.dailyLimit;
  if (day === null) return await claimDeliveries(deps.db, { ...claim, budget: null, unused: false });
  return await deps.db.begin(async (tx) => {
    await lockDailyLimit(tx);
    const used = await countDayRecipients(tx, claim.account, now);
    return used >= day ? [] : await claimDeliveries(tx, { ...claim, budget: day - used, unused: used === 0 });
  });
}
