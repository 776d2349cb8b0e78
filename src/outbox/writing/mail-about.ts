import type { OutgoingMail } from '../deliveries/outgoing-mail.ts';
import { languageOf, type OutgoingContext, replyAddress } from './outgoing-context.ts';

type Said = 'kind' | 'to' | 'subject' | 'text' | 'html' | 'at';

/**
 * A message about a request: from its mailbox, with the reply address that leads answers back to it. Defaults: nobody
 * in copy, no thread, nothing quoted, nothing attached, sent at once, no author.
 */
export function mailAbout<Kind extends OutgoingMail['kind']>(
  context: Omit<OutgoingContext, 'lastFromContact' | 'lastInbound'>,
  mail: Pick<OutgoingMail, Said> & Partial<Omit<OutgoingMail, Said>> & { readonly kind: Kind },
): OutgoingMail & { readonly kind: Kind } {
  return {
    notice: null,
    requestId: context.requestId,
    mailboxId: context.mailbox.id,
    authorOperatorId: null,
    from: { name: context.mailbox.name, address: context.mailbox.address },
    cc: [],
    replyTo: replyAddress(context),
    inReplyTo: null,
    references: [],
    quotedMessageId: null,
    language: languageOf(context),
    attachments: [],
    sendAfter: mail.at,
    ...mail,
  };
}

/** The signature below an operator's message: theirs, then the mailbox's. */
export function signatureBelow(context: OutgoingContext, ofOperator: string): string {
  return [ofOperator, context.mailbox.signature].filter((each) => each !== '').join('\n');
}
