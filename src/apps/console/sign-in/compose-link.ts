import type { Language } from '../../../mail/language.ts';
import type { DeskComposer } from '../../../outbox/desk-mail/desk-mail.ts';
import { makeLink } from '../../../people/sign-in-links/make-link.ts';
import type { Whose } from '../../../people/sign-in-links/sign-in-link.ts';
import type { Deps } from '../../../platform/deps.ts';

type Words = Readonly<Record<Whose, { readonly subject: string; readonly text: string }>> & {
  readonly hello: (name: string) => string;
  readonly once: string;
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    hello: (name) => `Hello ${name},`,
    operator: {
      subject: 'Your sign-in link',
      text: 'Open this page and press its button to sign in to Mailroom:',
    },
    requester: {
      subject: 'Your requests',
      text: 'Open this page and press its button to see your requests:',
    },
    once: 'It works once, within 15 minutes. If you did not ask for it, ignore this email.',
  },
  ru: {
    hello: (name) => `Здравствуйте, ${name}!`,
    operator: {
      subject: 'Ссылка для входа',
      text: 'Откройте страницу и нажмите на ней кнопку, чтобы войти в Mailroom:',
    },
    requester: {
      subject: 'Ваши обращения',
      text: 'Откройте страницу и нажмите на ней кнопку, чтобы увидеть свои обращения:',
    },
    once: 'Ссылка действует один раз, 15 минут. Если вы её не просили, не обращайте внимания на это письмо.',
  },
};

/**
 * Writes the email of a sign-in link. Its secret is drawn here, once per attempt, and only its hash is stored: the outbox keeps no
 * email that signs somebody in.
 */
export function composeSignInLink(deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId, to }) => {
    const made = aboutId === null ? null : await makeLink(deps, aboutId);
    if (made === null) return null;
    const { hello, once, [made.whose]: words } = WORDS[made.language];
    const greeting = to.name === '' ? [] : [hello(to.name)];
    const text = `${[...greeting, words.text, made.url, once].join('\n\n')}\n`;
    return { subject: words.subject, text };
  };
}
