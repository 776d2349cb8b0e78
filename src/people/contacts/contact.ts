import type { Language } from '../../mail/language.ts';

/** A person who writes in, known by address on the whole desk; what differs from mailbox to mailbox stands apart. */
export type Contact = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  /**
   * Mail to them came back as undeliverable: until then nothing is sent. Null when it never did, or was lifted, or it came
   * back to a mailbox that the operator does not serve.
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
  /** Their mail goes to quarantine. */
  readonly blocked: boolean;
  /** Their mail is believed even when nothing proves where it is from. */
  readonly trusted: boolean;
  /** Of notices; null: as the mail says, else the mailbox's. */
  readonly language: Language | null;
};
