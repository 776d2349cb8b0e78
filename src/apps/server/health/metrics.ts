import {
  type FilesHealth,
  findFilesHealth,
  findScanningHealth,
  type ScanningHealth,
} from './files-health.ts';
import { listPauseReasons } from '../../../outbox/accounts/list-pause-reasons.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import type { SourceGauge } from '../../../intake/sources/source-work.ts';
import { findSourcesHealth } from './sources-health.ts';
import { type LabelCount, MAX_COUNTED, listMailboxIds, readTables } from './queries.ts';

type MetricsDeps = Pick<OutboxDeps, 'db' | 'bucket' | 'scanner' | 'clock' | 'transports'>;

const KEPT_MS = 3000;
const ESTIMATED = `a sample from ${MAX_COUNTED} on is an estimate`;

/** The metrics for anybody who asks: the same text for some seconds, and the database is asked once however many wait. */
export function createMetrics(deps: MetricsDeps): () => Promise<string> {
  let last: { readonly text: string; readonly at: number } | null = null;
  let underWay: Promise<string> | null = null;
  const render = async (): Promise<string> => {
    const at = deps.clock.now().getTime();
    const text = await renderMetrics(deps);
    last = { text, at };
    return text;
  };
  return async () => {
    const age = last === null ? Number.NaN : deps.clock.now().getTime() - last.at;
    // A clock that was set back must not keep a text for as long as it was set back by.
    if (last !== null && age >= 0 && age < KEPT_MS) return last.text;
    underWay ??= render().finally(() => (underWay = null));
    return underWay;
  };
}

/**
 * The desk in the Prometheus text format: counts and ages, no address and no name, so that it needs no credentials. A
 * relay that was never heard has no sample.
 */
async function renderMetrics(deps: MetricsDeps): Promise<string> {
  const [
    { requests, deliveries, intake, oldestWaiting },
    mailboxIds,
    sources,
    reasonOf,
    { files },
    { scanning },
  ] = await Promise.all([
    readTables(deps.db),
    listMailboxIds(deps.db),
    findSourcesHealth(deps),
    listPauseReasons(deps),
    findFilesHealth(deps),
    findScanningHealth(deps),
  ]);
  const now = deps.clock.now();
  const paused = mailboxIds.map((id) => ({
    label: String(id),
    count: reasonOf({ mailboxId: id, state: 'queued' }) === null ? 0 : 1,
  }));
  const waiting = oldestWaiting === null ? 0 : secondsSince(oldestWaiting, now);
  return [
    gauge('mailroom_requests', `Requests by status; ${ESTIMATED}.`, 'status', requests),
    gauge('mailroom_deliveries', `Deliveries by state; ${ESTIMATED}.`, 'state', deliveries),
    gauge(
      'mailroom_intake',
      `Messages handed over by the relay, by outcome; ${ESTIMATED}.`,
      'outcome',
      intake,
    ),
    plain(
      'mailroom_oldest_waiting_delivery_seconds',
      'Age of the oldest delivery that is due and not sent; 0 when none is.',
      waiting,
    ),
    ...sources.flatMap(({ gauges }) =>
      gauges.map(({ name, help, samples }) => gauge(name, help, 'mailbox', samples.map(labelled))),
    ),
    gauge(
      'mailroom_sending_paused',
      "1 while a mailbox's mail waits for its SMTP account, by mailbox id.",
      'mailbox',
      paused,
    ),
    ...(files === undefined ? [] : filesGauges(files)),
    ...(scanning === undefined ? [] : scanningGauges(scanning)),
  ].join('');
}

function filesGauges(files: FilesHealth): string[] {
  return [
    plain(
      'mailroom_bucket_up',
      'Whether the bucket takes files and gives them.',
      files.bucket === 'ok' ? 1 : 0,
    ),
    plain(
      'mailroom_files_waiting',
      'Large files in the database that are still to go to the bucket.',
      files.waiting,
    ),
  ];
}

function scanningGauges({ scanner, waiting }: ScanningHealth): string[] {
  return [
    plain('mailroom_scanner_up', 'Whether the virus scanner answers.', scanner === 'ok' ? 1 : 0),
    plain('mailroom_files_unscanned', 'Files that wait for the virus scanner.', waiting),
  ];
}

function plain(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;
}

function labelled({ mailboxId, value }: SourceGauge['samples'][number]): LabelCount {
  return { label: String(mailboxId), count: value };
}

function gauge(name: string, help: string, label: string, samples: readonly LabelCount[]): string {
  // Labels are words of our own schema or ids: nothing in them needs escaping.
  const lines = samples.map((sample) => `${name}{${label}="${sample.label}"} ${sample.count}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
}
