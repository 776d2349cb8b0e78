import { aboutDelivery } from '../delivery.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OutboxDeps } from '../deps.ts';
import { findOwnAddresses } from '../../mailboxes/settings/find-own-addresses.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { invalidField } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockVisibleDelivery, wrongDeliveryState } from './lock-visible-delivery.ts';
import { endOutage } from '../accounts/account-queries.ts';
import { ensureReachable } from '../../people/suppressions/ensure-reachable.ts';
import { type DeliveryRow, markAddressCorrected, markRetried } from './queries.ts';

export type RetryDelivery = {
  readonly deliveryId: number;
  /** Sends to another address instead of one that did not get the message; the history has both. */
  readonly recipient?: { readonly from: string; readonly to: string };
};

const RETRIED_STATES = ['deferred', 'failed', 'bounced', 'sent'] as const;

/** Sends again now to the recipients who did not get the message, with the same Message-ID, so that nobody sees two. */
export async function retryDelivery(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: RetryDelivery,
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const delivery = await lockVisibleDelivery(tx, actor, input.deliveryId);
    if (!RETRIED_STATES.some((state) => state === delivery.state)) {
      throw wrongDeliveryState(delivery, 'retry', RETRIED_STATES);
    }
    const { recipient } = input;
    if (recipient !== undefined) await correctAddress(tx, delivery, recipient, at);
    const recipients = await markRetried(tx, delivery.id, at);
    if (recipients === 0)
      throw wrongDeliveryState(delivery, 'retry', ['a delivery that somebody did not get']);
    await ensureReachable(tx, delivery, at);
    await endOutage(tx, delivery.id, at);
    await recordEvent(tx, {
      type: 'delivery.retried',
      actor,
      at,
      ...aboutDelivery(delivery),
      old: { state: delivery.state, ...(recipient === undefined ? {} : { address: recipient.from }) },
      new: { state: 'queued', ...(recipient === undefined ? {} : { address: recipient.to }) },
    });
  });
  deps.wakeDeliveries();
}

async function correctAddress(
  tx: Transaction,
  delivery: DeliveryRow,
  { from, to }: NonNullable<RetryDelivery['recipient']>,
  at: Date,
): Promise<void> {
  const isOurs = await findOwnAddresses(tx);
  if (isOurs(to)) throw invalidField('/recipient/to', 'is an address of this desk');
  const corrected = await markAddressCorrected(tx, delivery, { from: from.trim(), to }, at);
  if (corrected === 'not_there') {
    throw invalidField('/recipient/from', 'is not a recipient this delivery failed for');
  }
  if (corrected === 'twice') throw invalidField('/recipient/to', 'is a recipient of this delivery already');
}
