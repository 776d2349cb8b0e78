import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { DeliveryKind } from '../delivery.ts';
import { returnRequest } from '../request-row.ts';
import { suppressAddresses } from '../../people/suppressions/suppress-addresses.ts';
import {
  findDeliveryIdByMessageId,
  type RecipientToMark,
  listRecipientAddresses,
  markBouncedState,
  markRecipientsBounced,
} from './queries.ts';
import { lockDelivery } from '../deliveries/lock-delivery.ts';

export type MarkBouncedInput = {
  /** What the bounce cites: our Message-ID, or the delivery when the caller knows it. */
  readonly delivery: { readonly internetMessageId: string } | { readonly deliveryId: number };
  /** The recipients it names; if we wrote to none of them, or it names none, it is about the contact. */
  readonly recipients: readonly {
    readonly address: string;
    readonly enhancedCode?: string | null;
    /** The diagnostic line. */
    readonly reply?: string | null;
    /** The address is dead: it is suppressed for 90 days, or until somebody lifts that. */
    readonly suppress?: boolean;
  }[];
  readonly intakeId?: number;
  readonly actor: Actor;
  readonly at: Date;
};

export type BouncedDelivery = {
  readonly deliveryId: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly kind: DeliveryKind;
  /** Empty when the bounce says nothing new, because it came a second time. */
  readonly recipients: readonly string[];
};

/**
 * Marks the delivery that a bounce cites, and nothing else; null when we sent no such message. A bounced reply is
 * flagged and goes back to its operator (a closed request stays closed); a bounced notice only shows on its message.
 */
export async function markBounced(
  tx: Transaction,
  bounce: MarkBouncedInput,
): Promise<BouncedDelivery | null> {
  const { at, actor } = bounce;
  const deliveryId =
    'deliveryId' in bounce.delivery
      ? bounce.delivery.deliveryId
      : await findDeliveryIdByMessageId(tx, bounce.delivery.internetMessageId);
  const delivery = deliveryId === null ? null : await lockDelivery(tx, deliveryId);
  if (deliveryId === null || delivery === null) return null;

  const recipients = await markRecipientsBounced(
    tx,
    deliveryId,
    await recipientsMeant(tx, deliveryId, bounce),
    at,
  );
  const marked = {
    deliveryId,
    messageId: delivery.messageId,
    requestId: delivery.requestId,
    kind: delivery.kind,
    recipients,
  };
  if (recipients.length === 0) return marked;

  await markBouncedState(tx, deliveryId, at);
  await suppressDead(tx, deliveryId, bounce, recipients);
  const returned =
    delivery.kind === 'reply'
      ? await returnRequest(tx, { requestId: delivery.requestId, reopen: true, at })
      : null;
  await recordEvent(tx, {
    type: 'delivery.bounced',
    actor,
    at,
    mailboxId: delivery.mailboxId,
    requestId: delivery.requestId,
    messageId: delivery.messageId,
    deliveryId,
    ...(bounce.intakeId === undefined ? {} : { intakeId: bounce.intakeId }),
    old: { state: delivery.state, ...(returned === null ? {} : { status: returned.oldStatus }) },
    new: {
      state: 'bounced',
      recipients,
      ...(returned === null ? {} : { status: returned.newStatus, needsAttention: true }),
    },
  });
  return marked;
}

// Behind a forwarding address the bounce names an address we never wrote to. Then, as when it names none, the contact
// is the one who did not get the message.
async function recipientsMeant(
  tx: Transaction,
  deliveryId: number,
  { recipients }: MarkBouncedInput,
): Promise<RecipientToMark[]> {
  const ours = await listRecipientAddresses(tx, deliveryId);
  const named = recipients.map(({ address, enhancedCode, reply }) => ({
    address: address.toLowerCase(),
    enhancedCode: enhancedCode ?? null,
    reply: reply ?? null,
  }));
  const meant = named.filter(({ address }) => ours.includes(address));
  if (meant.length > 0) return meant;
  return [{ address: null, enhancedCode: named[0]?.enhancedCode ?? null, reply: named[0]?.reply ?? null }];
}

// Suppresses only an address that we wrote to and the bounce itself names: where a forwarding address leads is not ours
// to judge.
async function suppressDead(
  tx: Transaction,
  deliveryId: number,
  { recipients, at }: MarkBouncedInput,
  marked: readonly string[],
): Promise<void> {
  const bounced = new Set(marked.map((address) => address.toLowerCase()));
  const dead = recipients.filter((each) => each.suppress === true && bounced.has(each.address.toLowerCase()));
  const rows = dead.map(({ address, enhancedCode, reply }) => ({
    address: address.toLowerCase(),
    reason: reply ?? 'The address does not exist',
    enhancedCode: enhancedCode ?? null,
    deliveryId,
  }));
  await suppressAddresses(tx, rows, 'bounce', at);
}
