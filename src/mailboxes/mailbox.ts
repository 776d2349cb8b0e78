import { domainOf, withoutPlus } from '../mail/headers/address-parts.ts';
import type { Language } from '../mail/language.ts';

export type ThreadBy = 'sender' | 'conversation';

/** How a mailbox's mail comes in: the name of one of intake's sources, which are no business of this room's. */
export type SourceName = string;

export type NoticeKind = 'created' | 'taken' | 'closed';

/** How much of the contact's last message an answer quotes: with the history in it, what they wrote last, or nothing. */
export type Quoting = 'full' | 'last' | 'none';

/** What the desk sends by itself: a notice, or the answer of a rule. */
export type SentNotice = NoticeKind | 'answer';

export const NOTICE_KINDS = ['created', 'taken', 'closed'] as const satisfies readonly NoticeKind[];

/** A notice in a mailbox's own words; `html` null means that it is made from the text. */
export type MailboxTemplate = {
  readonly kind: NoticeKind;
  readonly language: Language;
  readonly text: string;
  readonly html: string | null;
  readonly enabled: boolean;
};

/** An address that people write to, and how its mail is treated. */
export type Mailbox = {
  readonly id: number;
  readonly address: string;
  readonly name: string;
  readonly source: SourceName;
  readonly language: Language;
  readonly threadBy: ThreadBy;
  readonly reopenDays: number;
  readonly notices: readonly NoticeKind[];
  /** Whether the closing notice asks if it was helpful. */
  readonly askForRating: boolean;
  /** Whether visitors are offered a form. */
  readonly offersForm: boolean;
  readonly quoting: Quoting;
  /** Days after which a resolved request closes by itself; null means never. */
  readonly autoCloseDays: number | null;
  /** The most automatic messages in an hour; null means no cap. */
  readonly noticesPerHour: number | null;
  /** How long the relay may be silent before the admins are alerted. */
  readonly silenceMinutes: number;
  /** Below every answer, after the operator's own; plain text, empty for none. */
  readonly signature: string;
  /** Further addresses whose messages come into this mailbox. */
  readonly aliases: readonly string[];
  readonly groupAddresses: readonly string[];
  /** Addresses or domains of web forms: what they send belongs to the person in Reply-To. */
  readonly formSenders: readonly string[];
  readonly allowedSenders: readonly string[];
  readonly deniedSenders: readonly string[];
  /** `quarantine`: mail that names the mailbox nowhere in To waits for a person. */
  readonly copies: 'file' | 'quarantine';
  /** `none`: the receiving server's results about senders are not believed, because a filter receives the mail before it. */
  readonly authenticity: 'receiver' | 'none';
  /** Domains of the organisation itself, whose people write from inside. */
  readonly tenantDomains: readonly string[];
  readonly acceptSince: Date;
};

/** Tells which addresses lead into a mailbox: its own, aliases and groups, with or without a plus tag. */
export function isOwnAddress(
  mailbox: Pick<Mailbox, 'address' | 'aliases' | 'groupAddresses'>,
  address: string,
): boolean {
  const bare = withoutPlus(address);
  return bare === mailbox.address || mailbox.aliases.includes(bare) || mailbox.groupAddresses.includes(bare);
}

/** Entries are addresses (`eve@example.com`) or domains (`example.com`, its subdomains included). */
export function matchesAny(address: string, entries: readonly string[]): boolean {
  const domain = domainOf(address);
  return entries.some((entry) =>
    entry.includes('@') ? entry === address : domain === entry || domain.endsWith(`.${entry}`),
  );
}

/** A mailbox as intake needs it: its settings and the notices that it words itself. */
export type IntakeMailbox = Mailbox & {
  readonly templates: readonly MailboxTemplate[];
  /** Changes with the rules for its email; null without any. */
  readonly rulesVersion: string | null;
};

/** What the relay says of itself with every post. */
export type RelayState = {
  readonly version: string;
  readonly account: string;
  readonly pending: number;
  readonly failed: number;
  readonly runtimeTodaySeconds: number;
};
