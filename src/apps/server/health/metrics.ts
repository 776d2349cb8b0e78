import { listPauseReasons } from '../../../outbox/accounts/list-pause-reasons.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { isSilent } from '../../../intake/gmail/relay/relay-silence.ts';
import {
  type Counted,
  countDeliveriesByState,
  countIntakeByOutcome,
  countRequestsByStatus,
  findOldestWaitingDelivery,
  listRelaysHeard,
} from './queries.ts';

/**
 * The desk in the Prometheus text format: counts and ages, no address and no name, so that it needs no credentials. A
 * relay that was never heard has no sample.
 */
export async function renderMetrics(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): Promise<string> {
  const [requests, deliveries, intake, oldest, relays, reasonOf] = await Promise.all([
    countRequestsByStatus(deps.db),
    countDeliveriesByState(deps.db),
    countIntakeByOutcome(deps.db),
    findOldestWaitingDelivery(deps.db),
    listRelaysHeard(deps.db),
    listPauseReasons(deps),
  ]);
  const now = deps.clock.now();
  const heard = relays.flatMap(({ id, relayHeardAt }) =>
    relayHeardAt === null ? [] : [{ label: String(id), count: secondsSince(relayHeardAt, now) }],
  );
  const silent = relays.map((relay) => ({ label: String(relay.id), count: isSilent(relay, now) ? 1 : 0 }));
  const paused = relays.map(({ id }) => ({
    label: String(id),
    count: reasonOf({ mailboxId: id, state: 'queued' }) === null ? 0 : 1,
  }));
  const waiting = oldest === null ? 0 : secondsSince(oldest, now);
  return [
    gauge('mailroom_requests', 'Requests by status.', 'status', requests),
    gauge('mailroom_deliveries', 'Deliveries by state.', 'state', deliveries),
    gauge('mailroom_intake', 'Messages handed over by the relay, by outcome.', 'outcome', intake),
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

function gauge(name: string, help: string, label: string, samples: readonly Counted[]): string {
  // Labels are words of our own schema or ids: nothing in them needs escaping.
  const lines = samples.map((sample) => `${name}{${label}="${sample.label}"} ${sample.count}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
}
