import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { AppEnv } from '../../../people/access/app-env.ts';
import { frontOf, pathBehind } from '../../../platform/http/path-in-front.ts';
import { keptFields } from '../parts/kept-fields.ts';
import { pathBack } from './path-back.ts';
import { barePage } from './bare-page.ts';
import { PAGE_POLICY } from './policy.ts';
import { languageAsked } from './settings.ts';
import type { Catalogue, ConsoleDeps } from './visit.ts';

const en = {
  title: 'Your session has expired',
  kept: 'Nothing you wrote is lost: it is below. Sign in again in a new tab, then send it from here.',
  signIn: 'Sign in',
  again: 'Send it now',
};
const ru: typeof en = {
  title: 'Вход истёк',
  kept: 'Ничего из написанного не потеряно: оно ниже. Войдите снова в новой вкладке и отправьте отсюда.',
  signIn: 'Войти',
  again: 'Отправить',
};
const sentences: Catalogue<typeof en> = { en, ru };

const BACK = 'mailroom-to';

/** Leads somebody without a session to sign in; a form that was sent comes back to its sender, to be sent again. */
export async function signedOutPage(c: Context<AppEnv>, deps: ConsoleDeps): Promise<Response> {
  if (c.req.header('x-live') !== undefined || c.req.method === 'PUT') return c.text('Signed out', 401);
  const url = new URL(c.req.url);
  const path = pathBehind(frontOf(c), url.pathname);
  if (c.req.method !== 'POST') {
    rememberPlace(c, `${path}${url.search}`);
    return c.redirect('/sign-in', 303);
  }
  const language = languageAsked(c);
  const words = sentences[language];
  const fields = await keptFields(c, deps.receiveUnproven);
  const content = html`<p>${words.kept}</p>
    <p><a class="button primary" href="/sign-in" target="_blank">${words.signIn}</a></p>
    <form method="post" action="${path}" class="stack">
      ${fields.map(({ name, value }) =>
        name === 'text'
          ? html`<textarea name="text" rows="12" dir="auto" aria-label="text">${value}</textarea>`
          : html`<input type="hidden" name="${name}" value="${value}" />`,
      )}
      <button>${words.again}</button>
    </form>`;
  return c.html(barePage(deps.assets, language, { title: words.title, content }), 401, {
    'content-security-policy': PAGE_POLICY,
  });
}

/** Where somebody wanted to go before they were asked to sign in. */
function rememberPlace(c: Context, place: string): void {
  setCookie(c, BACK, encodeURIComponent(place), {
    path: '/sign-in',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: 3600,
  });
}

/** Where to lead somebody who has just signed in. */
export function takePlace(c: Context): string {
  const place = getCookie(c, BACK);
  deleteCookie(c, BACK, { path: '/sign-in' });
  return pathBack(place === undefined ? null : decodeURIComponent(place), '/');
}
