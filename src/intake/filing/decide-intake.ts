import type { Address } from '../../mail/parsed-mail.ts';
import type { FailedReading } from '../../mail/reading/read-mail.ts';
import { type IntakeMailbox, isOwnAddress, matchesAny } from '../../mailboxes/mailbox.ts';
import type { RulesOnMail } from '../rules/matching/rules-on-mail.ts';
import { messageSourceOf } from '../sources/sources.ts';
import type { QuarantineReason } from './incoming-mail.ts';
import type { IntakeRow } from './queries.ts';
import type { ReadMail } from './read-mail.ts';
import { DAY } from '../../platform/time.ts';

/** What is decided about a message from the message alone; the rest is decided under the contact's lock. */
export type Decision =
  | { readonly kind: 'quarantine'; readonly reason: QuarantineReason; readonly error: string | null }
  /** Written by a person, or posted to a list by one: joins or opens a request. */
  | {
      readonly kind: 'request';
      /** The receiving server, or an operator, vouches that the person wrote it. */
      readonly believed: boolean;
      /** Notices may answer it: the created notice when it opens a request, and later ones. */
      readonly notices: 'welcome' | 'later' | 'never';
      /** False when an operator releases it: a person has looked at it. */
      readonly heldByCaps: boolean;
    }
  /** Recorded on the request that it answers. */
  | { readonly kind: 'automatic'; readonly unmatched: QuarantineReason }
  /** Written beside the desk, in the mailbox itself: joins the request that it answers, and opens none. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'bounce' }
  /** The sender is our own address: it is ours if its Message-ID is, and otherwise goes to quarantine for this reason. */
  | { readonly kind: 'own'; readonly otherwise: QuarantineReason };

/** What a transaction has claimed: the intake row, and the contact whose lock it holds. */
export type Claimed = IntakeRow & {
  readonly contactId: number | null;
  readonly contact?: { readonly name: string; readonly email: string };
  readonly at: Date;
};

/** A message of a mailbox, and what its transaction has claimed. */
export type ClaimedMail = {
  readonly mailbox: IntakeMailbox;
  readonly mail: ReadMail;
  readonly claimed: Claimed;
  readonly rules: RulesOnMail;
};

/** A message on its way into the desk, with what was decided about it. */
export type Filing<Kind extends Decision['kind'] = Exclude<Decision['kind'], 'quarantine'>> = ClaimedMail & {
  readonly decision: Extract<Decision, { kind: Kind }>;
};

/**
 * A created notice would only confuse a person who wrote days ago (the relay was off, or a reconcile found the
 * message).
 */
const NOTICE_ANSWERS_MAIL_FOR_MS = 3 * DAY;

/** The created notice may answer the email. */
export function mayNotice(
  filing: Pick<Filing<'request'>, 'mailbox' | 'mail' | 'decision'>,
  believed: boolean,
): boolean {
  return filing.mailbox.notices.includes('created') && mayAnswer(filing, believed);
}

/** Something automatic may answer the email. */
export function mayAnswer(
  { mail, decision }: Pick<Filing<'request'>, 'mail' | 'decision'>,
  believed: boolean,
): boolean {
  // A declared form does not prove whom it names, but the person who filled it in expects an answer.
  const vouched = believed || mail.person?.namedBy === 'declared';
  return decision.notices === 'welcome' && vouched;
}

/** The rules before threading, in order: the first that applies decides. */
export function decideIntake(mailbox: IntakeMailbox, read: ReadMail, now: Date): Decision {
  const { handedOver, reading, judged, person } = read;
  if (!reading.ok) return { kind: 'quarantine', reason: 'unparsable', error: failure(reading) };
  if (handedOver.broken !== undefined)
    return { kind: 'quarantine', reason: 'unparsable', error: handedOver.broken };
  const source = messageSourceOf(handedOver.source);
  // Before any verdict: nobody judged what never left the mailbox's own server.
  if (source.handsOverSent && handedOver.labels.includes('SENT')) return { kind: 'sent' };
  if (handedOver.arrivedAt < mailbox.acceptSince) return toQuarantine('before_start');
  // This comes before any class, because an automatic reply, a receipt or a bounce is as easily forged as a letter.
  if (judged.authenticity === 'forged') return toQuarantine('spoof_suspect');
  if (judged.class === 'bounce') return { kind: 'bounce' };

  const from = reading.mail.from?.address;
  if (from === undefined || person === null) return toQuarantine('no_sender');
  if (judged.class === 'own')
    return isOwnAddress(mailbox, from) ? { kind: 'own', otherwise: 'loop' } : toQuarantine('loop');
  const isNoteToSelf = source.isNoteToSelf(handedOver.labels);
  const isForm = person.namedBy === 'declared';
  if (from === mailbox.address && !isNoteToSelf && !isForm) {
    return { kind: 'own', otherwise: handedOver.labels.includes('SENT') ? 'sent_copy' : 'own_address' };
  }
  if (judged.class === 'auto_reply') return { kind: 'automatic', unmatched: 'auto_reply_unmatched' };
  if (judged.class === 'receipt') return { kind: 'automatic', unmatched: 'receipt_unmatched' };

  const { address } = person.address;
  if (matchesAny(address, mailbox.deniedSenders)) return toQuarantine('denied_sender');
  if (mailbox.allowedSenders.length > 0 && !matchesAny(address, mailbox.allowedSenders)) {
    return toQuarantine('not_allowed_sender');
  }
  if (mailbox.copies === 'quarantine' && !isForm && !namesMailbox(mailbox, reading.mail.to))
    return toQuarantine('only_copied');
  return {
    kind: 'request',
    believed: judged.believed && person.namedBy === 'sender',
    notices: noticesFor(read, now),
    heldByCaps: true,
  };
}

/**
 * Whether a notice may answer a message: never one from a list, a machine, or a sender that only the message itself
 * names.
 */
export function noticesFor(
  { reading, handedOver, judged, person }: ReadMail,
  now: Date,
): 'welcome' | 'later' | 'never' {
  if (!reading.ok) return 'later';
  if (judged.class !== 'human' || !reading.classification.answerable) return 'never';
  if (person?.namedBy === 'claimed') return 'never';
  const age = now.getTime() - handedOver.arrivedAt.getTime();
  return person?.forwardedBy === null && age <= NOTICE_ANSWERS_MAIL_FOR_MS ? 'welcome' : 'later';
}

function namesMailbox(mailbox: IntakeMailbox, to: readonly Address[]): boolean {
  return to.some(({ address }) => isOwnAddress(mailbox, address));
}

function failure(reading: FailedReading): string {
  return reading.detail === '' ? reading.reason : `${reading.reason}: ${reading.detail}`;
}

function toQuarantine(reason: QuarantineReason): Decision {
  return { kind: 'quarantine', reason, error: null };
}
