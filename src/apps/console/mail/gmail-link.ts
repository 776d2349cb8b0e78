import type { MessageView } from '../../../requests/messages/message-view.ts';

/** Where an email can be found in Gmail by its Message-ID; null for one that did not come from there. */
export function gmailLink({
  source,
  internetMessageId,
}: Pick<MessageView, 'source' | 'internetMessageId'>): string | null {
  const id = internetMessageId?.replace(/^<|>$/g, '') ?? '';
  if (source !== 'gmail' || id === '') return null;
  return `https://mail.google.com/mail/u/0/#search/${encodeURIComponent(`rfc822msgid:${id}`)}`;
}
