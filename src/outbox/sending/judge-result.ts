import { domainOf, localPartOf } from '../../mail/headers/address-parts.ts';
import { domainToASCII } from 'node:url';
import { classifyReply } from './classify-reply.ts';
import {
  type AttemptOutcome,
  type DeliveryState,
  type PauseReason,
  type RecipientRole,
  type RecipientState,
  pauseUntil,
} from '../delivery.ts';
import { refusesAsDead } from '../../mail/bounce/refusal.ts';
import type { RecipientRefusal, SendResult, SmtpReply } from '../smtp/smtp.ts';
import { DAY } from '../../platform/time.ts';

/** What became of one attempt: the delivery's next state, each recipient's, and whether the account must rest. */
export type Verdict = {
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date | null;
  readonly attemptCount: number;
  readonly outcome: AttemptOutcome;
  readonly reply: SmtpReply;
  readonly recipients: readonly RecipientVerdict[];
  /** A To recipient, and so the contact, has the message now. */
  readonly contactAccepted: boolean;
  /** A To recipient will never get it, so that the message has failed, whatever becomes of its copies. */
  readonly contactRefused: boolean;
  /** Somebody will never get it. */
  readonly refused: readonly string[];
  readonly pause: { readonly reason: PauseReason; readonly until: Date } | null;
  /** The server accepted no further connection; those it has may go on. */
  readonly turnedAway: boolean;
};

export type RecipientVerdict = {
  readonly position: number;
  readonly address: string;
  readonly role: RecipientRole;
  readonly state: RecipientState;
  readonly reply: SmtpReply;
  /** The server says that nobody has this address. */
  readonly dead: boolean;
};

export type AttemptFacts = {
  readonly result: SendResult | { readonly kind: 'unsendable'; readonly reply: SmtpReply };
  readonly waiting: readonly {
    readonly position: number;
    readonly address: string;
    readonly role: RecipientRole;
  }[];
  readonly settledStates: readonly { readonly role: RecipientRole; readonly state: RecipientState }[];
  /** Temporary failures so far. */
  readonly attemptCount: number;
  /** How many times in a row the account has rested, and since when. */
  readonly pauseFailures: number;
  readonly pausedSince: Date | null;
  /** Other connections may be open: a 421 or a hang-up instead of the greeting then turns away this connection, not the account. */
  readonly othersConnected: boolean;
  /** It is tried again within a minute even while the account rests. */
  readonly urgent: boolean;
  /** When to try again after so many temporary failures; null when it has been long enough. */
  readonly nextAttempt: (failures: number) => Date | null;
  readonly now: Date;
};

const URGENT_RETRY_MS = 60_000;
/** A server that has too many connections takes a message the next time; one that takes none by then serves nobody. */
const TRIES_TURNED_AWAY = 2;
const MAX_OUTAGE_MS = 5 * DAY;
/** Rests of an outage of a day: a clock that was set forward by a week, or a desk that was off, has seen no such outage. */
const MIN_OUTAGE_RESTS = 96;

/**
 * Decides what an attempt's result means. Trouble of the account does not count against a message (until it has lasted
 * five days); a temporary refusal moves the message one rung up the ladder; a permanent one, or the ladder's end, is
 * final.
 */
export function judgeResult(judged: AttemptFacts): Verdict {
  const { result, now } = judged;
  const limited = repliesOf(result).some((reply) => classifyReply(reply) === 'account_limit');
  const turnedAway =
    result.kind === 'account_failed' &&
    result.turnsAway === true &&
    judged.othersConnected &&
    judged.attemptCount < TRIES_TURNED_AWAY;
  const reason: PauseReason | null = limited
    ? 'provider_limit'
    : result.kind === 'account_failed' && !turnedAway
      ? 'unreachable'
      : null;
  const pause = reason === null ? null : { reason, until: pauseUntil(reason, judged.pauseFailures, now) };
  const outageTooLong =
    reason === 'unreachable' &&
    judged.pausedSince !== null &&
    judged.pauseFailures >= MIN_OUTAGE_RESTS &&
    now.getTime() - judged.pausedSince.getTime() > MAX_OUTAGE_MS;

  const first = judged.waiting.map((recipient) => judgeRecipient(result, recipient, outageTooLong));
  const mailsFault = pause === null && first.some(({ state }) => state === 'waiting');
  const attemptCount = judged.attemptCount + (mailsFault ? 1 : 0);
  const retryAt = pause === null ? judged.nextAttempt(attemptCount) : afterPause(pause.until, judged);
  const recipients = first.map((each) =>
    each.state === 'waiting' && mailsFault && retryAt === null
      ? { ...each, state: 'refused' as const }
      : each,
  );
  const state = stateOf([...judged.settledStates, ...recipients]);
  return {
    state,
    nextAttemptAt: state === 'deferred' ? retryAt : null,
    attemptCount,
    outcome: outcomeOf(recipients),
    reply: (recipients.find((each) => each.state !== 'accepted') ?? result).reply,
    recipients,
    // One who reads it on their page had it before this attempt.
    contactAccepted: [...judged.settledStates, ...recipients].some(
      ({ role, state: each }) => role === 'to' && each === 'accepted',
    ),
    contactRefused: recipients.some(({ role, state: each }) => role === 'to' && each === 'refused'),
    refused: recipients.filter((each) => each.state === 'refused').map(({ address }) => address),
    pause,
    turnedAway: turnedAway && pause === null,
  };
}

function afterPause(until: Date, { urgent, now }: AttemptFacts): Date {
  return urgent ? new Date(Math.min(until.getTime(), now.getTime() + URGENT_RETRY_MS)) : until;
}

function repliesOf(result: AttemptFacts['result']): readonly SmtpReply[] {
  return result.kind === 'answered' ? result.refused : [result.reply];
}

function judgeRecipient(
  result: AttemptFacts['result'],
  recipient: AttemptFacts['waiting'][number],
  outageTooLong: boolean,
): RecipientVerdict {
  const is = (state: RecipientState, reply: SmtpReply, dead = false): RecipientVerdict => ({
    ...recipient,
    state,
    reply,
    dead,
  });
  if (result.kind === 'unsendable') return is('refused', result.reply);
  if (result.kind === 'account_failed') return is(outageTooLong ? 'refused' : 'waiting', result.reply);
  const own = result.kind === 'answered' ? refusalOf(result.refused, recipient.address) : null;
  const refusal = own ?? (result.kind === 'mail_failed' ? result.reply : refusalOfAll(result));
  if (refusal === null) return is('accepted', result.reply);
  if (classifyReply(refusal) !== 'permanent') return is('waiting', refusal);
  return is('refused', refusal, own !== null && refusesAsDead(own));
}

function refusalOf(refused: readonly RecipientRefusal[], address: string): SmtpReply | null {
  return refused.find((each) => sameAddress(each.address, address)) ?? null;
}

function refusalOfAll(result: Extract<SendResult, { kind: 'answered' }>): SmtpReply | null {
  return result.accepted.length === 0 ? (result.refused[0] ?? null) : null;
}

// Under SMTPUTF8 nodemailer returns the domain of an address in Unicode; ours are ASCII.
function sameAddress(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

function comparable(address: string): string {
  return `${localPartOf(address)}@${domainToASCII(domainOf(address))}`.toLowerCase();
}

function stateOf(
  recipients: readonly { readonly role: RecipientRole; readonly state: RecipientState }[],
): DeliveryState {
  const has = (state: RecipientState, role?: RecipientRole): boolean =>
    recipients.some((each) => each.state === state && (role === undefined || each.role === role));
  if (has('waiting')) return 'deferred';
  if (has('bounced', 'to')) return 'bounced';
  if (has('refused', 'to') || (!has('accepted') && !has('bounced'))) return 'failed';
  return 'sent';
}

function outcomeOf(recipients: readonly RecipientVerdict[]): AttemptOutcome {
  const accepted = recipients.filter(({ state }) => state === 'accepted').length;
  if (accepted === recipients.length) return 'sent';
  if (accepted > 0) return 'partial';
  return recipients.some(({ state }) => state === 'waiting') ? 'deferred' : 'failed';
}
