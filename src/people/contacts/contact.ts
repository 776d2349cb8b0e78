import type { Language } from '../../mail/language.ts';

/** A person who writes in, known by address on the whole desk; what differs from mailbox to mailbox stands apart. */
export type Contact = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  /**
   * A message to them bounced: until then nothing is sent. Null if none did, if it was lifted, or if it bounced to a
   * mailbox that the operator does not serve.
   */
  readonly suppression: {
    readonly source: 'bounce' | 'refusal';
    readonly reason: string;
    readonly since: string;
    readonly until: string;
  } | null;
  /** The mailboxes they have requests or settings in, as far as the operator serves them. */
  readonly mailboxes: readonly ContactInMailbox[];
};

export type ContactInMailbox = ContactSettings & {
  readonly mailboxId: number;
  readonly requestCount: number;
  readonly openRequestCount: number;
};

export type ContactSettings = {
  /** Their messages go to quarantine. */
  readonly blocked: boolean;
  /** Their messages count as verified even if nothing proves where they are from. */
  readonly trusted: boolean;
  /** The language of notices. Null means that of their message, or the mailbox's. */
  readonly language: Language | null;
};
