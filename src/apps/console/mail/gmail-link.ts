import type { MessageView } from '../../../requests/messages/message-view.ts';

/** Where an email can be found in Gmail by its Message-ID; null for a message that did not come by email. */
export function gmailLink(message: {
  readonly internetMessageId: string | null;
  readonly receivedAt: Date | null;
  readonly matchedBy: MessageView['matchedBy'];
}): string | null {
  if (message.matchedBy === 'form' || message.matchedBy === 'requester') return null;
  const id = message.internetMessageId?.replace(/^<|>$/g, '') ?? '';
  if (message.receivedAt === null || id === '') return null;
  return `https://mail.google.com/mail/u/0/#search/${encodeURIComponent(`rfc822msgid:${id}`)}`;
}
