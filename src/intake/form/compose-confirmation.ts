import type { Language } from '../../mail/language.ts';
import type { DeskComposer } from '../../outbox/desk-mail/desk-mail.ts';
import { drawSecret } from '../../people/credentials/token-secret.ts';
import type { Deps } from '../../platform/deps.ts';
import { markPostMailed } from './form-queries.ts';

type Words = {
  readonly subject: (desk: string) => string;
  readonly text: (desk: string, url: string) => string;
};

// None of what was typed: whoever typed it chose where this email goes.
const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    subject: (desk) => `Confirm your message to ${desk}`,
    text: (desk, url) =>
      `Somebody wrote to ${desk} and gave this address as theirs.\n\nIf it was you, open this page and press its button; your ` +
      `message is then delivered:\n\n${url}\n\nIt works once, within 24 hours. If it was not you, ignore this email: nothing ` +
      'is delivered.\n',
  },
  ru: {
    subject: (desk) => `Подтвердите сообщение для ${desk}`,
    text: (desk, url) =>
      `Кто-то написал в ${desk} и указал этот адрес как свой.\n\nЕсли это вы, откройте страницу и нажмите на ней кнопку, ` +
      `тогда сообщение будет доставлено:\n\n${url}\n\nСсылка действует один раз, 24 часа. Если это не вы, не обращайте ` +
      'внимания на это письмо: ничего доставлено не будет.\n',
  },
};

/** Writes the email that asks a visitor to confirm their address. Its secret is drawn here, and only its hash is stored. */
export function composeConfirmation(deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId }) => {
    const { secret, hash } = drawSecret();
    const now = deps.clock.now();
    const post = aboutId === null ? null : await markPostMailed(deps.db, aboutId, { hash, now });
    if (post === null) return null;
    const { subject, text } = WORDS[post.language];
    const url = `${deps.publicUrl}/ask/confirm?token=${secret}`;
    return { subject: subject(post.mailboxName), text: text(post.mailboxName, url) };
  };
}
