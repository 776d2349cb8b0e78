import { listPauseReasons } from '../../../outbox/accounts/list-pause-reasons.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { isSilent } from '../../../intake/gmail/relay/relay-silence.ts';
import { type LabelCount, MAX_COUNTED, listMicrosoftLooks, listRelaysHeard, readTables } from './queries.ts';

type MetricsDeps = Pick<OutboxDeps, 'db' | 'clock' | 'transports'>;

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
  const [{ requests, deliveries, intake, oldestWaiting }, relays, looks, reasonOf] = await Promise.all([
    readTables(deps.db),
    listRelaysHeard(deps.db),
    listMicrosoftLooks(deps.db),
    listPauseReasons(deps),
  ]);
  const now = deps.clock.now();
  const heard = relays.flatMap(({ id, relayHeardAt }) =>
    relayHeardAt === null ? [] : [{ label: String(id), count: secondsSince(relayHeardAt, now) }],
  );
  const silent = relays
    .filter(({ source }) => source === 'gmail')
    .map((relay) => ({ label: String(relay.id), count: isSilent(relay, now) ? 1 : 0 }));
  const paused = relays.map(({ id }) => ({
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
    '# HELP mailroom_oldest_waiting_delivery_seconds Age of the oldest delivery that is due and not sent; 0 when none is.\n' +
      '# TYPE mailroom_oldest_waiting_delivery_seconds gauge\n' +
      `mailroom_oldest_waiting_delivery_seconds ${waiting}\n`,
    gauge(
      'mailroom_relay_silent_seconds',
      'Seconds since the relay was last heard, by mailbox id.',
      'mailbox',
      heard,
    ),
    gauge(
      'mailroom_microsoft_lag_seconds',
      'Seconds since a mailbox of Microsoft 365 was last read to its end, by mailbox id.',
      'mailbox',
      looks.flatMap(({ id, lookedAt }) =>
        lookedAt === null ? [] : [{ label: String(id), count: secondsSince(lookedAt, now) }],
      ),
    ),
    gauge(
      'mailroom_sending_paused',
      "1 while a mailbox's mail waits for its SMTP account, by mailbox id.",
      'mailbox',
      paused,
    ),
    gauge(
      'mailroom_relay_silent',
      'Whether the relay has been silent for longer than its mailbox allows, or was never heard, by mailbox id.',
      'mailbox',
      silent,
    ),
  ].join('');
}

function gauge(name: string, help: string, label: string, samples: readonly LabelCount[]): string {
  // Labels are words of our own schema or ids: nothing in them needs escaping.
  const lines = samples.map((sample) => `${name}{${label}="${sample.label}"} ${sample.count}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
}
