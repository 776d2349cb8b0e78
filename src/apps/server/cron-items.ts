import type { CronItem } from 'graphile-worker';
import { DAY, HOUR } from '../../platform/time.ts';

/**
 * When the periodic work is due, in UTC. One key a task keeps jobs from piling up while no worker runs, and what is due
 * once a day or an hour is made up for when the servers were off at its time. Only the long ones have a queue: a process
 * that is killed leaves its queue locked for hours, which an alarm cannot wait for.
 */
export const CRON_ITEMS = [
  { task: 'watch-sources', match: '* * * * *', options: once('watch-sources') },
  { task: 'watch-services', match: '* * * * *', options: once('watch-services') },
  {
    task: 'close-resolved',
    match: '*/10 * * * *',
    options: { ...once('close-resolved'), backfillPeriod: HOUR },
  },
  { task: 'apply-time-rules', match: '*/5 * * * *', options: once('apply-time-rules') },
  { task: 'send-digests', match: '*/5 * * * *', options: once('send-digests') },
  {
    task: 'forget-idempotency-keys',
    match: '20 * * * *',
    options: { ...once('forget-idempotency-keys'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'forget-notices-to-new',
    match: '25 * * * *',
    options: { ...once('forget-notices-to-new'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'forget-form-posts',
    match: '30 * * * *',
    options: { ...once('forget-form-posts'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'forget-sign-ins',
    match: '45 * * * *',
    options: { ...once('forget-sign-ins'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'forget-webhook-attempts',
    match: '40 * * * *',
    options: { ...once('forget-webhook-attempts'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'tidy-jira',
    match: '35 * * * *',
    options: { ...once('tidy-jira'), backfillPeriod: 2 * HOUR },
  },
  {
    task: 'extend-calendars',
    match: '50 2 * * *',
    options: { ...once('extend-calendars'), backfillPeriod: DAY },
  },
  {
    task: 'apply-retention',
    match: '30 1 * * *',
    // One that a stopping server broke off is begun again by another, and one process alone is at it.
    options: {
      ...once('apply-retention'),
      maxAttempts: 3,
      queueName: 'apply-retention',
      backfillPeriod: DAY,
    },
  },
  { task: 'rebuild-search', match: '*/5 * * * *', options: once('rebuild-search') },
  {
    task: 'reconcile',
    match: '10 3 * * *',
    // One that a stopping server broke off is begun again by another.
    options: { ...once('reconcile'), maxAttempts: 3, queueName: 'reconcile', backfillPeriod: DAY },
  },
] as const satisfies readonly CronItem[];

function once(task: string) {
  // A failed run is not repeated at once: the next one is never far.
  return { jobKey: task, jobKeyMode: 'preserve_run_at', maxAttempts: 1 } as const;
}
