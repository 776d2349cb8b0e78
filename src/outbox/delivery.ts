import type { Address } from '../mail/parsed-mail.ts';
import { HOUR, MINUTE } from '../platform/time.ts';

export type DeliveryKind = 'reply' | 'notice';

/** What is due is sent in this order, whatever became due first; a reply takes its request's untried notices along. */
export const PRIORITIES = { signIn: 0, reply: 1, notice: 2, desk: 3 } as const;

export type DeliveryState =
  'queued' | 'held' | 'sending' | 'sent' | 'deferred' | 'failed' | 'bounced' | 'cancelled';

export const DELIVERY_STATES = [
  'queued',
  'held',
  'sending',
  'sent',
  'deferred',
  'failed',
  'bounced',
  'cancelled',
] as const satisfies readonly DeliveryState[];

/** States in which a delivery has yet to be sent, and may still be cancelled. */
export const WAITING_STATES = ['queued', 'held', 'deferred'] as const satisfies readonly DeliveryState[];

export type RecipientState = 'waiting' | 'accepted' | 'refused' | 'bounced' | 'cancelled';

export type AttemptOutcome = 'sent' | 'partial' | 'deferred' | 'failed' | 'lost';

export type RecipientRole = 'to' | 'cc';

export type DeliveryRecipient = {
  readonly address: string;
  readonly name: string;
  readonly role: RecipientRole;
  readonly state: RecipientState;
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly reply: string | null;
};

/**
 * `outcome` is null while the attempt goes on. `lost`: its process died, so the message may have left; a second copy
 * has the same Message-ID.
 */
export type DeliveryAttempt = {
  readonly at: Date;
  readonly endedAt: Date | null;
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly reply: string | null;
  readonly outcome: AttemptOutcome | null;
};

export type Delivery = {
  readonly id: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly kind: DeliveryKind;
  readonly state: DeliveryState;
  readonly recipients: readonly DeliveryRecipient[];
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
};

/** What an event says of the delivery it is about. */
export function aboutDelivery(delivery: Pick<Delivery, 'id' | 'mailboxId' | 'requestId' | 'messageId'>) {
  const { id: deliveryId, mailboxId, requestId, messageId } = delivery;
  return { mailboxId, requestId, messageId, deliveryId };
}

// Together 77 h 51 min: a server that is away for three days is still tried after its return.
const LADDER = [1, 5, 15, 30, 60, 120, 240, 480, 480, 720, 720, 720, 720, 360].map(
  (minutes) => minutes * MINUTE,
);

/**
 * When to try again after `failures` temporary failures (1 or more), or null when it has been long enough. The jitter
 * (`random` in [0, 1) adds up to a tenth) spreads messages that failed together.
 */
export function nextAttemptAfter(failures: number, now: Date, random: () => number): Date | null {
  const delay = LADDER[failures - 1];
  return delay === undefined ? null : new Date(now.getTime() + Math.round(delay * (1 + 0.1 * random())));
}

/**
 * The same for a message of the desk's own: a sign-in link each minute, others less and less often, while they are of
 * use.
 */
export function nextDeskAttempt(
  failures: number,
  now: Date,
  { urgent, worthUntil }: { readonly urgent: boolean; readonly worthUntil: Date },
): Date | null {
  const next = new Date(now.getTime() + (urgent ? MINUTE : MINUTE * Math.min(2 ** failures, 60)));
  return next < worthUntil ? next : null;
}

/** How long an account rests: an hour after each provider's limit, otherwise from one minute doubling to 15. */
export function pauseUntil(reason: PauseReason, failures: number, now: Date): Date {
  const rest =
    reason === 'provider_limit' ? HOUR : Math.min(15 * MINUTE, MINUTE * 2 ** Math.min(failures, 10));
  return new Date(now.getTime() + rest);
}

export type PauseReason = 'provider_limit' | 'unreachable';

/** Why a waiting delivery is not being sent now; `daily_limit` is our own count against the account's limit. */
export type PausedReason = 'no_transport' | 'daily_limit' | PauseReason;

/** A delivery in the interface. */
export type DeliveryView = Delivery & { readonly pausedReason: PausedReason | null };

/** The distinct recipients of a message in the order of its headers; an address in To is not repeated in Cc. */
export function recipientsOf(
  to: readonly Address[],
  cc: readonly Address[],
): { position: number; address: string; name: string; role: RecipientRole }[] {
  const seen = new Set<string>();
  const all = [
    ...to.map((each) => ({ ...each, role: 'to' as const })),
    ...cc.map((each) => ({ ...each, role: 'cc' as const })),
  ];
  return all
    .filter(({ address }) => !seen.has(address.toLowerCase()) && seen.add(address.toLowerCase()))
    .map(({ address, name, role }, position) => ({ position, address, name, role }));
}
