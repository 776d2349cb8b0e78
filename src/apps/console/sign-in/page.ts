import { html } from 'hono/html';
import type { Language } from '../../../mail/language.ts';
import { SIGN_IN_PATHS, type Whose } from '../../../people/sign-in-links/sign-in-link.ts';
import { type Html, when } from '../parts/html.ts';
import type { Catalogue } from '../shell/visit.ts';

const en = {
  title: 'Sign in',
  address: 'Your email address',
  send: 'Send me a link',
  stale: 'This link has been used or has expired. Ask for a new one.',
  invalid: 'This is not an email address.',
  provider: 'The identity provider has not signed in an operator of this desk. Try again, or ask for a link.',
  signInWith: (host: string) => `Sign in with ${host}`,
  operator: {
    confirm: 'Sign in to Mailroom',
    hint: '',
    sent: 'If this is the address of an operator, a link is on its way. It is valid for 15 minutes.',
  },
  requester: {
    confirm: 'Open my requests',
    hint: 'You get a link by email, which opens the list of your requests.',
    sent: 'If you can write to us from this address, a link is on its way to it. It is valid for 15 minutes.',
  },
};
const ru: typeof en = {
  title: 'Вход',
  address: 'Ваш адрес электронной почты',
  send: 'Прислать ссылку',
  stale: 'Ссылка уже использована или устарела. Попросите новую.',
  invalid: 'Это не адрес электронной почты.',
  provider: 'Через внешний вход никто из операторов не вошёл. Попробуйте снова или попросите ссылку.',
  signInWith: (host) => `Войти через ${host}`,
  operator: {
    confirm: 'Войти в Mailroom',
    hint: '',
    sent: 'Если это адрес оператора, ссылка уже в пути. Она действует 15 минут.',
  },
  requester: {
    confirm: 'Открыть мои обращения',
    hint: 'Вы получите письмо со ссылкой, которая откроет список ваших обращений.',
    sent: 'Если с этого адреса нам можно писать, ссылка уже отправлена. Она действует 15 минут.',
  },
};
const sentences: Catalogue<typeof en> = { en, ru };

export type SignInNote = 'sent' | 'stale' | 'invalid' | 'provider';
export type SignInPage = { readonly title: string; readonly content: Html };

/** The page behind a link: it shows a button and does nothing by itself, because mail scanners open pages and press none. */
export function confirmPage(language: Language, whose: Whose, secret: string): SignInPage {
  const words = sentences[language];
  const content = html`<form method="post" action="${SIGN_IN_PATHS[whose]}" class="stack">
    <input type="hidden" name="token" value="${secret}" />
    <button class="primary" autofocus>${words[whose].confirm}</button>
  </form>`;
  return { title: words.title, content };
}

/** The page that asks for an address, or leads to the identity provider at a host; the note says what came of the last try. */
export function askPage(
  language: Language,
  whose: Whose,
  { note, provider }: { readonly note: SignInNote | null; readonly provider: string | null },
): SignInPage {
  const words = sentences[language];
  const said = note === 'sent' ? words[whose].sent : note === null ? null : words[note];
  const content = html`${when(said, (text) => html`<p role="status" class="hint">${text}</p>`)}
    ${when(
      provider,
      (host) =>
        html`<p class="stack">
          <a class="button primary" href="/sign-in/provider${whose === 'requester' ? '?as=requester' : ''}"
            >${words.signInWith(host)}</a
          >
        </p>`,
    )}
    ${when(words[whose].hint, (text) => html`<p class="quiet">${text}</p>`)}
    <form method="post" action="${SIGN_IN_PATHS[whose]}" class="stack">
      <label
        >${words.address}
        <input type="email" name="email" required autofocus maxlength="320" autocomplete="email"
      /></label>
      <button class="primary">${words.send}</button>
    </form>`;
  return { title: words.title, content };
}
