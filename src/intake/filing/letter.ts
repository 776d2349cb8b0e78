import { cleanText } from '../../mail/text.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { Sender } from './actual-sender.ts';
import type { ReadMail } from './read-mail.ts';
import { inboundMessage } from './inbound-message.ts';
import type { InboundMessage } from './incoming-mail.ts';
import type { Judged } from './judge.ts';
import { type ThreadQuestion, threadQuestion } from './thread-question.ts';

/** A mail as it goes into a request: its message, and what to ask about where it belongs. */
export type Letter = {
  readonly message: InboundMessage;
  readonly question: Omit<ThreadQuestion, 'contactId' | 'at'>;
  readonly judged: Judged;
  readonly forwardedBy: string | null;
};

/** How much of a mail that no parser could read is shown; the original is kept whole. */
const SHOWN_OF_UNREADABLE = 100_000;

/** The letter of a mail and the person behind it; one that could not be read shows its raw text. */
export function letterOf(mailbox: IntakeMailbox, mail: ReadMail, sender: Sender): Letter {
  const { reading, handedOver, judged } = mail;
  const { forwardedBy } = sender;
  if (reading.ok) {
    return {
      message: inboundMessage(reading.mail, sender.address, handedOver),
      question: threadQuestion(mailbox, handedOver, reading.mail, sender),
      judged,
      forwardedBy,
    };
  }
  const raw = Buffer.from(handedOver.raw ?? []).subarray(0, SHOWN_OF_UNREADABLE);
  const text = cleanText(raw.toString('utf8'));
  return {
    message: {
      from: sender.address,
      to: [],
      cc: [],
      replyTo: [],
      subject: reading.subject,
      text,
      visibleText: text,
      html: null,
      internetMessageId: reading.internetMessageId,
      inReplyTo: [],
      references: [],
      attachments: [],
      incomplete: false,
    },
    question: {
      mailboxId: mailbox.id,
      senderEmail: sender.address.address,
      citedIds: [],
      replyTags: [],
      internetMessageId: reading.internetMessageId,
      sourceThreadId: handedOver.sourceThreadId,
    },
    judged,
    forwardedBy,
  };
}
