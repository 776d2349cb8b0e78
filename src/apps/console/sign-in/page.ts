import { html } from 'hono/html';
import type { Language } from '../../../mail/language.ts';
import type { Assets } from '../assets/assets.ts';
import { barePage } from '../shell/bare-page.ts';
import { type Html, when } from '../parts/html.ts';
import type { Catalogue } from '../shell/visit.ts';

const en = {
  title: 'Sign in',
  confirm: 'Sign in to Mailroom',
  address: 'Your email address',
  send: 'Send me a link',
  sent: 'If this is the address of an operator, a link is on its way. It is valid for 15 minutes.',
  stale: 'This link has been used or has expired. Ask for a new one.',
  invalid: 'This is not an email address.',
  provider: 'The identity provider has not signed in an operator of this desk. Try again, or ask for a link.',
  signInWith: (host: string) => `Sign in with ${host}`,
};
const ru: typeof en = {
  title: 'Вход',
  confirm: 'Войти в Mailroom',
  address: 'Ваш адрес электронной почты',
  send: 'Прислать ссылку',
  sent: 'Если это адрес оператора, ссылка уже в пути. Она действует 15 минут.',
  stale: 'Ссылка уже использована или устарела. Попросите новую.',
  invalid: 'Это не адрес электронной почты.',
  provider: 'Через внешний вход никто из операторов не вошёл. Попробуйте снова или попросите ссылку.',
  signInWith: (host) => `Войти через ${host}`,
};
const sentences: Catalogue<typeof en> = { en, ru };

export type SignInNote = 'sent' | 'stale' | 'invalid' | 'provider';

/** The page behind a link: it shows a button and does nothing by itself, because mail scanners open pages and press none. */
export function confirmPage(assets: Assets, language: Language, secret: string): Html {
  const words = sentences[language];
  const content = html`<form method="post" action="/sign-in" class="stack">
    <input type="hidden" name="token" value="${secret}" />
    <button class="primary" autofocus>${words.confirm}</button>
  </form>`;
  return barePage(assets, language, { title: words.title, content });
}

/** The page that asks for an address, or leads to the identity provider at a host; the note says what came of the last try. */
export function askPage(
  assets: Assets,
  language: Language,
  { note, provider }: { readonly note: SignInNote | null; readonly provider: string | null },
): Html {
  const words = sentences[language];
  const content = html`${when(note, (name) => html`<p role="status" class="hint">${words[name]}</p>`)}
    ${when(
      provider,
      (host) =>
        html`<p class="stack">
          <a class="button primary" href="/sign-in/provider">${words.signInWith(host)}</a>
        </p>`,
    )}
    <form method="post" action="/sign-in" class="stack">
      <label
        >${words.address}
        <input type="email" name="email" required autofocus maxlength="320" autocomplete="email"
      /></label>
      <button class="primary">${words.send}</button>
    </form>`;
  return barePage(assets, language, { title: words.title, content });
}
