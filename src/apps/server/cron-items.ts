import type { CronItem } from 'graphile-worker';

const HOUR_MS = 3_600_000;

/**
 * When the periodic work is due, in UTC. One key a task keeps jobs from piling up while no worker runs, and what is due
 * once a day or an hour is made up for when the servers were off at its time. Only the long one has a queue: a process
 * that is killed leaves its queue locked for hours, which an alarm cannot wait for.
 */
export const CRON_ITEMS = [
  { task: 'watch-relays', match: '* * * * *', options: once('watch-relays') },
  { task: 'watch-microsoft', match: '* * * * *', options: once('watch-microsoft') },
  {
    task: 'close-resolved',
    match: '*/10 * * * *',
    options: { ...once('close-resolved'), backfillPeriod: HOUR_MS },
  },
  {
    task: 'forget-idempotency-keys',
    match: '20 * * * *',
    options: { ...once('forget-idempotency-keys'), backfillPeriod: 2 * HOUR_MS },
  },
  {
    task: 'forget-notices-to-new',
    match: '25 * * * *',
    options: { ...once('forget-notices-to-new'), backfillPeriod: 2 * HOUR_MS },
  },
  {
    task: 'forget-webhook-attempts',
    match: '40 * * * *',
    options: { ...once('forget-webhook-attempts'), backfillPeriod: 2 * HOUR_MS },
  },
  {
    task: 'tidy-jira',
    match: '35 * * * *',
    options: { ...once('tidy-jira'), backfillPeriod: 2 * HOUR_MS },
  },
  {
    task: 'extend-calendars',
    match: '50 2 * * *',
    options: { ...once('extend-calendars'), backfillPeriod: 24 * HOUR_MS },
  },
  { task: 'rebuild-search', match: '*/5 * * * *', options: once('rebuild-search') },
  {
    task: 'reconcile',
    match: '10 3 * * *',
    // One that a stopping server broke off is begun again by another.
    options: { ...once('reconcile'), maxAttempts: 3, queueName: 'reconcile', backfillPeriod: 24 * HOUR_MS },
  },
] as const satisfies readonly CronItem[];

function once(task: string) {
  // A failed run is not repeated at once: the next one is never far.
  return { jobKey: task, jobKeyMode: 'preserve_run_at', maxAttempts: 1 } as const;
}
