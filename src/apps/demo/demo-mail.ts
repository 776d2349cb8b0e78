import type { ParsedMail } from '../../mail/parsed-mail.ts';

/** An email on the contact's side of the demo: one that a contact wrote, or one that came back. */
export type DemoMail = {
  readonly id: string;
  readonly at: Date;
  readonly raw: Buffer;
  readonly mail: ParsedMail;
  /** Whose mailbox it lies in: the writer's, or the recipients of its envelope. */
  readonly owners: readonly string[];
  /** What Gmail knows of an email that was written here; null for one that came back. */
  readonly written: {
    readonly gmailId: string;
    /** Sent by somebody else under the contact's name. */
    readonly forged: boolean;
  } | null;
};
