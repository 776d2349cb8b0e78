import type { FailedReading } from '../../mail/reading/read-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { ReadMail } from './read-mail.ts';
import type { QuarantineReason } from './incoming-mail.ts';
import { isNoteToSelf } from './judge.ts';

/** What becomes of a mail as far as the mail alone can tell; the rest is decided under the contact's lock. */
export type Decision =
  | { readonly kind: 'quarantine'; readonly reason: QuarantineReason; readonly error: string | null }
  /** Written by a person, or posted to a list by one: joins or opens a request. */
  | {
      readonly kind: 'request';
      readonly believed: boolean;
      readonly noticeWelcome: boolean;
      /** False for what an operator releases: somebody has looked at it. */
      readonly heldByCaps: boolean;
    }
  /** Recorded on the request that it answers. */
  | { readonly kind: 'automatic'; readonly unmatched: QuarantineReason }
  | { readonly kind: 'bounce' }
  /** Carries our address as sender or our loop header: ours if its Message-ID is, else in quarantine for this reason. */
  | { readonly kind: 'own'; readonly otherwise: QuarantineReason };

/** A created notice to somebody who wrote days ago (a relay that was off, a reconcile) would only confuse. */
const NOTICE_ANSWERS_MAIL_FOR_MS = 3 * 86_400_000;

/** The rules of design section 5 before threading, in their order; the first that holds decides. */
export function decideIntake(mailbox: IntakeMailbox, read: ReadMail, now: Date): Decision {
  const { handedOver, reading, judged, sender } = read;
  if (!reading.ok) return { kind: 'quarantine', reason: 'unparsable', error: failure(reading) };
  if (handedOver.arrivedAt < mailbox.acceptSince) return quarantine('before_start');
  if (judged.class === 'bounce') return { kind: 'bounce' };

  const from = reading.mail.from?.address;
  if (from === undefined || sender === null) return quarantine('no_sender');
  if (judged.class === 'own') return { kind: 'own', otherwise: 'loop' };
  if (from === mailbox.address && !isNoteToSelf(handedOver)) {
    return { kind: 'own', otherwise: handedOver.labels.includes('SENT') ? 'sent_copy' : 'own_address' };
  }
  if (judged.authenticity === 'forged') return quarantine('spoof_suspect');
  if (judged.class === 'auto_reply') return { kind: 'automatic', unmatched: 'auto_reply_unmatched' };
  if (judged.class === 'receipt') return { kind: 'automatic', unmatched: 'receipt_unmatched' };

  if (matchesAny(sender.address.address, mailbox.deniedSenders)) return quarantine('denied_sender');
  if (mailbox.allowedSenders.length > 0 && !matchesAny(sender.address.address, mailbox.allowedSenders)) {
    return quarantine('not_allowed_sender');
  }
  const age = now.getTime() - handedOver.arrivedAt.getTime();
  const wroteHere = sender.forwardedBy === null && judged.class === 'human';
  return {
    kind: 'request',
    believed: judged.authenticity === 'verified' || judged.authenticity === 'unchecked',
    noticeWelcome: wroteHere && age <= NOTICE_ANSWERS_MAIL_FOR_MS,
    heldByCaps: true,
  };
}

function failure(reading: FailedReading): string {
  return reading.detail === '' ? reading.reason : `${reading.reason}: ${reading.detail}`;
}

/** Entries are addresses (`eve@example.com`) or domains (`example.com`, its subdomains included). */
export function matchesAny(address: string, entries: readonly string[]): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return entries.some((entry) =>
    entry.includes('@') ? entry === address : domain === entry || domain.endsWith(`.${entry}`),
  );
}

function quarantine(reason: QuarantineReason): Decision {
  return { kind: 'quarantine', reason, error: null };
}
