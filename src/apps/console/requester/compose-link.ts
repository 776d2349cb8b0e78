import type { Language } from '../../../mail/language.ts';
import type { DeskComposer } from '../../../outbox/desk-mail/desk-mail.ts';
import { makeLink, requesterLink } from '../../../people/requesters/ask-link.ts';
import type { Deps } from '../../../platform/deps.ts';

const WORDS: Readonly<
  Record<Language, { readonly subject: string; readonly text: (url: string) => string }>
> = {
  en: {
    subject: 'Your requests',
    text: (url) =>
      `Open this page and press its button to see your requests:\n\n${url}\n\nIt works once, within 15 minutes. If you did ` +
      'not ask for it, ignore this email.\n',
  },
  ru: {
    subject: 'Ваши обращения',
    text: (url) =>
      `Откройте страницу и нажмите на ней кнопку, чтобы увидеть свои обращения:\n\n${url}\n\nСсылка действует один раз, ` +
      '15 минут. Если вы её не просили, не обращайте внимания на это письмо.\n',
  },
};

/** Writes the email that signs a requester in. Its secret is drawn here, and only its hash is stored. */
export function composeRequesterLink(deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId }) => {
    const made = aboutId === null ? null : await makeLink(deps, aboutId);
    if (made === null) return null;
    const { subject, text } = WORDS[made.language];
    return { subject, text: text(requesterLink(deps.publicUrl, made.secret)) };
  };
}
