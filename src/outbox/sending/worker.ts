import { createBell } from '../../platform/jobs/bell.ts';
import { keepLooking } from '../../platform/jobs/keep-looking.ts';
import { type Stopwatch, stopwatch } from '../../platform/clock.ts';
import { type DeliverDeps, type DeliverOptions, deliverAccount } from './deliver-account.ts';
import { watchForSteps } from './after-step.ts';
import { watchLeases } from './lease-watch.ts';
import { settleOnPage } from '../on-page/settle-on-page.ts';
import { takeOverLost } from './take-over.ts';
import type { SmtpAccount } from '../accounts/transports.ts';

export type DeliveryWorker = {
  /** Look for due work now: something was queued by this process. */
  readonly wake: () => void;
  /** Claims nothing more, finishes what is being sent (ten seconds at most, then it is broken off) and returns. */
  readonly stop: () => Promise<void>;
};

export type WorkerOptions = Pick<DeliverOptions, 'concurrency' | 'attemptTimeoutMs' | 'leaseMs'> & {
  readonly pollMs?: number;
  readonly stopWithinMs?: number;
  /** Counts by what leases are watched; tests pass one they can move. */
  readonly elapsed?: Stopwatch;
};

type RunningAccount = { readonly done: Promise<void>; readonly wake: () => void };

/**
 * Keeps sending what is due: at once when woken, otherwise looking every second. Each account runs on its own, so that
 * a server that hangs blocks no other. Survives the loss of the database.
 */
export function startDeliveryWorker(deps: DeliverDeps, options: WorkerOptions = {}): DeliveryWorker {
  const { pollMs = 1000, stopWithinMs = 10_000, elapsed = stopwatch, ...sending } = options;
  const stop = new AbortController();
  const abort = new AbortController();
  const running = new Set<RunningAccount>();
  // By account. A run whose account has to rest is let go: a send that hangs may keep it longer than the rest lasts.
  const claiming = new Map<string, RunningAccount>();

  const start = (account: SmtpAccount): void => {
    const own = createBell();
    const letGo = (): void => {
      if (claiming.get(account.key) === run) claiming.delete(account.key);
    };
    const nextLook = (): Promise<void> => own.wait(pollMs);
    const options = {
      ...sending,
      stop: stop.signal,
      abort: abort.signal,
      nextLook,
      onLook: own.answer,
      onPause: letGo,
    };
    const deliver = async (): Promise<void> => {
      try {
        await deliverAccount(deps, account, options);
      } catch (error) {
        deps.log.error({ error, account: account.key }, 'an account could not be looked after');
      }
      running.delete(run);
      letGo();
      // Woken after its last look: the outer loop passed it over as still running, so it rings again.
      if (own.isRung()) looking.wake();
    };
    const run = { done: deliver(), wake: own.ring };
    running.add(run);
    claiming.set(account.key, run);
  };

  const leases = watchLeases(options.leaseMs, elapsed);
  const makeDueAfterStep = watchForSteps(deps, elapsed);
  let lookedAt = Number.NEGATIVE_INFINITY;
  let accounts: readonly SmtpAccount[] = [];
  // Not at every ring: under load there are hundreds a second. An account that has changed since then claims nothing.
  const lookAfterOthers = async (): Promise<void> => {
    if (elapsed() - lookedAt < pollMs) return;
    lookedAt = elapsed();
    await makeDueAfterStep();
    await takeOverLost(deps, leases);
    accounts = await deps.transports.list();
    await settleOnPage(deps);
  };

  const look = async (): Promise<void> => {
    await lookAfterOthers();
    for (const account of accounts) {
      if (!claiming.has(account.key)) start(account);
    }
  };
  const looking = keepLooking(look, {
    everyMs: pollMs,
    log: deps.log,
    failed: 'accounts and leases could not be looked at',
  });
  const wake = (): void => {
    looking.wake();
    for (const run of running) run.wake();
  };

  return {
    wake,
    async stop() {
      stop.abort();
      wake();
      const timer = setTimeout(
        () => abort.abort(new Error('The server stopped while sending')),
        stopWithinMs,
      );
      await looking.stop();
      await Promise.all([...running].map(({ done }) => done));
      clearTimeout(timer);
    },
  };
}
