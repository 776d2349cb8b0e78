import { detectLanguage } from '../../mail/reading/detect-language.ts';
import type { Address, ParsedMail } from '../../mail/parsed-mail.ts';
import type { HandedOver, InboundMessage } from './incoming-mail.ts';

/** How many others on one mail become participants; a mail to a whole company is no round table. */
const MOST_PARTICIPANTS = 50;

/** The message that a mail becomes; of a mail that was too large to be handed over, its headers and where to read it. */
export function inboundMessage(mail: ParsedMail, from: Address, handedOver: HandedOver): InboundMessage {
  const incomplete = handedOver.raw === null;
  const text = incomplete ? tooLarge(handedOver) : mail.text;
  return {
    from,
    to: mail.to,
    cc: mail.cc,
    replyTo: mail.replyTo,
    subject: mail.subject,
    text,
    visibleText: incomplete ? text : mail.visibleText,
    html: incomplete ? null : mail.html,
    internetMessageId: mail.internetMessageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    attachments: mail.attachments,
    language: detectLanguage(mail),
    incomplete,
  };
}

/** Everybody on a mail besides its sender and the mailbox itself: the participants it brings to its request. */
export function othersOnMail(
  mailboxAddress: string,
  message: Pick<InboundMessage, 'from' | 'to' | 'cc'>,
): { email: string; name: string }[] {
  const seen = new Set([mailboxAddress]);
  const others: { email: string; name: string }[] = [];
  // The sender comes along: on somebody else's request, who wrote is a participant too. The contact is left out later.
  for (const { address, name } of [message.from, ...message.to, ...message.cc]) {
    const bare = address.replace(/\+[^@]*@/, '@');
    if (seen.has(address) || bare === mailboxAddress || !address.includes('@')) continue;
    seen.add(address);
    others.push({ email: address, name });
  }
  return others.slice(0, MOST_PARTICIPANTS);
}

function tooLarge(handedOver: HandedOver): string {
  const megabytes = Math.round(handedOver.sizeEstimate / 1_048_576);
  return (
    `This mail has ${megabytes} MB, too many for the relay to hand over. Read it in Gmail: ` +
    `https://mail.google.com/mail/u/0/#all/${handedOver.sourceId}`
  );
}
