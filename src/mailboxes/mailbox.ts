import { recipientAddress } from '../mail/headers/recipient-address.ts';

export type Language = 'en' | 'ru';

export type ThreadBy = 'sender' | 'conversation';

export type NoticeKind = 'created' | 'taken' | 'closed';

/** How much of the contact's last mail an answer quotes: with the history in it, what they wrote last, or nothing. */
export type Quoting = 'full' | 'last' | 'none';

export const LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[];

export const NOTICE_KINDS = ['created', 'taken', 'closed'] as const satisfies readonly NoticeKind[];

/** A notice in a mailbox's own words; `html` null means that it is made from the text. */
export type MailboxTemplate = {
  readonly kind: NoticeKind;
  readonly language: Language;
  readonly text: string;
  readonly html: string | null;
  readonly enabled: boolean;
};

/** A Gmail address that people write to, and how its mail is treated. */
export type Mailbox = {
  readonly id: number;
  readonly address: string;
  readonly name: string;
  readonly language: Language;
  readonly threadBy: ThreadBy;
  readonly reopenDays: number;
  readonly notices: readonly NoticeKind[];
  readonly quoting: Quoting;
  /** Days after which a resolved request closes by itself; null: never. */
  readonly autoCloseDays: number | null;
  /** Automatic mails within an hour, after which no more leave; null: no cap. */
  readonly noticesPerHour: number | null;
  /** How long the relay may be silent before somebody is told. */
  readonly silenceMinutes: number;
  /** Below every answer, after the operator's own; plain text, empty for none. */
  readonly signature: string;
  readonly groupAddresses: readonly string[];
  readonly allowedSenders: readonly string[];
  readonly deniedSenders: readonly string[];
  readonly acceptSince: Date;
};

/** What the relay says of itself with every post. */
export type RelayState = {
  readonly version: string;
  readonly account: string;
  readonly pending: number;
  readonly failed: number;
  readonly runtimeTodaySeconds: number;
};

/**
 * A bare e-mail address in the one form the desk stores (lower case, IDNA domain, no plus or dot folding), or null for
 * anything else, quoted local parts and address literals included: Gmail gives out neither, nor letters beyond ASCII.
 */
export function mailboxAddress(text: string): string | null {
  const address = recipientAddress(text);
  return address !== null && /^\p{ASCII}+$/u.test(address) ? address : null;
}
