import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { invalidField, Problem } from '../problems.ts';
import { recordEvent } from '../events/record-event.ts';
import { lockVisibleDelivery, wrongDeliveryState } from './lock-visible-delivery.ts';
import { listSuppressedRecipients } from './suppression-queries.ts';
import { markAddressCorrected, markRetried } from './verb-queries.ts';

export type RetryDelivery = {
  readonly deliveryId: number;
  /** Sends to another address in place of one that did not get the mail; both are in the history. */
  readonly recipient?: { readonly from: string; readonly to: string };
};

const RETRIED_STATES = ['deferred', 'failed', 'bounced', 'sent'] as const;

/** Sends again, now, to whoever did not get the mail; with the same Message-ID, so that nobody sees two. */
export async function retryDelivery(
  deps: Pick<Deps, 'db' | 'clock' | 'wakeDeliveries'>,
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
    if (recipient !== undefined) {
      const corrected = await markAddressCorrected(tx, delivery, recipient.from.trim(), recipient.to);
      if (corrected === 0) {
        throw invalidField('/recipient/from', 'is no recipient of this delivery that did not get the mail');
      }
    }
    const recipients = await markRetried(tx, delivery.id, at);
    if (recipients === 0)
      throw wrongDeliveryState(delivery, 'retry', ['a delivery that somebody did not get']);
    const [suppressed] = await listSuppressedRecipients(tx, delivery.id, at);
    if (suppressed !== undefined) {
      throw new Problem(
        'wrong_state',
        `${suppressed.address} bounced as dead and gets nothing until ${suppressed.until.toISOString()}: correct the ` +
          'address, or lift the suppression on its contact',
        { members: { state: delivery.state, suppressed: suppressed.address } },
      );
    }
    await recordEvent(tx, {
      type: 'delivery.retried',
      actor,
      at,
      mailboxId: delivery.mailboxId,
      requestId: delivery.requestId,
      messageId: delivery.messageId,
      deliveryId: delivery.id,
      old: { state: delivery.state, ...(recipient === undefined ? {} : { address: recipient.from }) },
      new: { state: 'queued', ...(recipient === undefined ? {} : { address: recipient.to }) },
    });
  });
  deps.wakeDeliveries();
}
