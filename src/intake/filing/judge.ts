import type { MailReading } from '../../mail/reading/read-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { Authenticity, HandedOver, MailClass } from './incoming-mail.ts';

/** What a mail is and whether its sender is who it says, each with the header or rule that decided it. */
export type Judged = {
  readonly class: MailClass;
  readonly classReason: string;
  readonly authenticity: Authenticity;
  readonly authenticityReason: string;
};

/** Puts together what the mail says of itself and what Gmail's labels say of it. */
export function judge(reading: MailReading, handedOver: HandedOver, mailbox: IntakeMailbox): Judged {
  if (!reading.ok) {
    return {
      class: 'human',
      classReason: 'not read',
      authenticity: 'unverified',
      authenticityReason: 'not read',
    };
  }
  const { classification, authentication, mail } = reading;
  // Such a mail never crossed the internet, so no server checked it; the label is the proof that the owner wrote it.
  const byOwner = mail.from?.address === mailbox.address && isNoteToSelf(handedOver);
  return {
    class: classification.class,
    classReason: classification.decidedBy,
    authenticity: byOwner ? 'verified' : authentication.verdict,
    authenticityReason: byOwner ? 'label SENT' : authentication.reason,
  };
}

/** Mail sent to oneself is one message with SENT and INBOX; nobody else can set SENT. */
export function isNoteToSelf(handedOver: HandedOver): boolean {
  return handedOver.labels.includes('SENT') && handedOver.labels.includes('INBOX');
}
