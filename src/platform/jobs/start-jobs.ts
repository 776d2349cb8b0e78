import { EventEmitter } from 'node:events';
import type { CronItem, Runner, TaskList, WorkerEvents, WorkerUtils } from 'graphile-worker';
import type { Pool } from 'pg';
import { type Clock, stopwatch, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { connectionUrls } from './connection-urls.ts';
import { jobLog } from './job-log.ts';

/** What is done in the background: by the name of its cron item. `signal` aborts when the server stops. */
export type Job = (signal: AbortSignal) => Promise<void>;

export type JobRunner = {
  /** Takes no further job, ends those at work (aborted after a few seconds) and lets go of the database. */
  readonly stop: () => Promise<void>;
};

export type StartJobsOptions = {
  readonly databaseUrl: string;
  /** When each task is due; every one has its job. */
  readonly cronItems: readonly CronItem[];
  readonly jobs: Readonly<Record<string, Job>>;
  readonly log: Log;
  readonly clock: Clock;
};

/** A long reconcile must not keep an alarm waiting. */
const CONCURRENCY = 3;
const POOL_SIZE = 4;
const POLL_MS = 10_000;
/** What a job at work is given to end by itself when the server stops; all but reconcile take less. */
const ABORT_AFTER_MS = 1000;
/** The slowest to start again after the database went away: of several hosts, each has its turn within a minute. */
const MAX_PAUSE_MS = 15_000;
const CLOCK_LOOK_MS = 10_000;
/** More than a machine's clock is put right by, in one go, while nothing is wrong with it. */
const MAX_CLOCK_ERROR_MS = 30_000;

/**
 * Does the periodic work with graphile-worker, whose tables are in a schema of their own in the same database. Any number
 * of processes may run it: each cron item is done once, by one of them. Returns at once; a database that goes away is
 * tried again until it is back.
 */
export function startJobs(options: StartJobsOptions): JobRunner {
  const stop = new AbortController();
  const working = keepRunning(options, stop.signal);
  return {
    async stop() {
      stop.abort();
      await working;
    },
  };
}

async function keepRunning(options: StartJobsOptions, signal: AbortSignal): Promise<void> {
  const urls = connectionUrls(options.databaseUrl);
  for (let failures = 0; !signal.aborted;) {
    const startedAt = options.clock.now().getTime();
    try {
      await runUntilStopped(options, urls[failures % urls.length] ?? options.databaseUrl, signal);
    } catch (error) {
      if (options.clock.now().getTime() - startedAt > MAX_PAUSE_MS) failures = 0;
      failures += 1;
      options.log.error({ error, failures }, 'background jobs stand still; they are started again');
      await pause(Math.min(1000 * 2 ** failures, MAX_PAUSE_MS), signal);
    }
  }
}

async function runUntilStopped(options: StartJobsOptions, url: string, signal: AbortSignal): Promise<void> {
  // Only where jobs run: a process that takes HTTP alone does without its memory.
  const { Logger, makeWorkerUtils } = await import('graphile-worker');
  const { JobPool } = await import('./job-pool.ts');
  if (signal.aborted) return;
  const logger = new Logger(() => (_level, message) => options.log.debug({}, `background jobs: ${message}`));
  const utils = await makeWorkerUtils({ connectionString: url, maxPoolSize: 1, logger });
  await bringForward(utils, options.clock.now()).finally(() => utils.release());
  const lost = new AbortController();
  const pool = new JobPool({ connectionString: url, max: POOL_SIZE }, (error) => lost.abort(error));
  // Its end is not waited for: a connection that is never given back would keep the next runner from starting.
  await runOn(pool, lost, options, signal).finally(() => void pool.end());
}

async function runOn(
  pgPool: Pool,
  lost: AbortController,
  options: StartJobsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { Logger, parseCronItems, run } = await import('graphile-worker');
  const runner = await run({
    pgPool,
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    // Batched, if only of one: unbatched, a connection lost while a job is marked done would be a rejection that nobody
    // handles, and end the server; so it ends this runner, and the next one starts.
    // By the time that its cron goes by: where this machine is ahead of the database, a job would wait for the difference.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0, useNodeTime: true } },
    gracefulShutdownAbortTimeout: ABORT_AFTER_MS,
    logger: new Logger(jobLog(options.log, lost)),
    events: workerEvents(options.log, lost.signal),
    taskList: tasksOf(options),
    parsedCronItems: parseCronItems([...options.cronItems]),
  });
  await untilEnded(runner, AbortSignal.any([signal, lost.signal]));
  if (lost.signal.aborted && !signal.aborted) throw lost.signal.reason;
}

// One that cannot ask for jobs any more the library would tell of on stderr (console.trace), past every log.
function workerEvents(log: Log, lost: AbortSignal): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:create', ({ worker }) => {
    worker.promise = worker.promise.catch((error: unknown) => {
      if (!lost.aborted) log.error({ error }, 'a worker of the background jobs ended');
    });
  });
  return events;
}

// Its cron waits for the minute after the last one it did, by this machine's clock: set back by an hour, it would stand
// still for an hour, and so would every process that starts then.
async function bringForward(utils: WorkerUtils, now: Date): Promise<void> {
  await utils.migrate();
  const before = `$1::timestamptz + interval '10 minutes'`;
  await utils.withPgClient(async (client) => {
    await client.query(
      `update graphile_worker._private_known_crontabs set last_execution = $1 where last_execution > ${before}`,
      [now],
    );
    await client.query(`update graphile_worker._private_jobs set run_at = $1 where run_at > ${before}`, [
      now,
    ]);
  });
}

/** Ends when the stop is called, or when this machine's clock was set: the caller then starts the runner again. */
async function untilEnded(runner: Runner, stop: AbortSignal): Promise<void> {
  const set = new AbortController();
  const difference = (): number => systemClock.now().getTime() - stopwatch();
  const before = difference();
  const timer = setInterval(() => {
    if (Math.abs(difference() - before) > MAX_CLOCK_ERROR_MS) set.abort();
  }, CLOCK_LOOK_MS);
  try {
    await untilAborted(runner, AbortSignal.any([stop, set.signal]));
  } finally {
    clearInterval(timer);
  }
}

async function untilAborted(runner: Runner, signal: AbortSignal): Promise<void> {
  const onAbort = (): void =>
    void runner.stop().catch(() => {
      // It had stopped by itself; its own promise says why.
    });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await runner.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  if (!signal.aborted) throw new Error('the job runner ended by itself');
}

function tasksOf({ jobs }: StartJobsOptions): TaskList {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => [
      name,
      (_payload: unknown, helpers: { abortSignal?: AbortSignal }) =>
        job(helpers.abortSignal ?? new AbortController().signal),
    ]),
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
