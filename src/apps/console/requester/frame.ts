import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Language } from '../../../mail/language.ts';
import { PROBLEM_KINDS } from '../../../platform/http/problems/problem-response.ts';
import type { AppEnv } from '../../../people/access/app-env.ts';
import type { Problem, ProblemCode } from '../../../platform/problems.ts';
import { TOO_LONG } from '../../../requests/own/own-words.ts';
import type { Assets } from '../assets/assets.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { bareHead } from '../shell/bare-page.ts';
import { PAGE_POLICY } from '../shell/policy.ts';
import { languageAsked } from '../shell/settings.ts';
import type { Visit } from '../shell/visit.ts';
import { requesterWords, type RequesterWords } from './words.ts';

const PAGE_HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'referrer-policy': 'same-origin',
  'x-robots-tag': 'noindex, nofollow',
  'cache-control': 'no-store',
};

export type RequesterPage = { readonly title: string; readonly desk?: string; readonly content: Html };

type Reader = {
  readonly assets: Assets;
  /** Who is signed in; null for a visitor. */
  readonly who: string | null;
};

/** One call of a page by somebody who writes to the desk: the page speaks the language that their browser asks for. */
export type Speaker = {
  readonly c: Context<AppEnv>;
  readonly language: Language;
  readonly words: RequesterWords;
  readonly say: Visit['say'];
  /** Answers with a page; with a refusal, its status. */
  readonly show: (page: RequesterPage, refusal?: Problem | ContentfulStatusCode) => Promise<Response>;
};

export function speakerOf(c: Context<AppEnv>, reader: Reader): Speaker {
  const language = languageAsked(c);
  const show: Speaker['show'] = async (page, refusal = 200) => {
    const status = typeof refusal === 'number' ? refusal : PROBLEM_KINDS[refusal.code].status;
    const after = typeof refusal === 'number' ? undefined : refusal.extras.retryAfterSeconds;
    if (after !== undefined) c.header('retry-after', String(after));
    return c.html(framed(reader, language, page), status, PAGE_HEADERS);
  };
  return { c, language, words: requesterWords[language], say: (catalogue) => catalogue[language], show };
}

/** Whose desk it is, who they are, and what it is about. */
function framed({ assets, who }: Reader, language: Language, page: RequesterPage): Html {
  const words = requesterWords[language];
  return html`<!doctype html>
    <html lang="${language}" data-theme="system">
      ${bareHead(assets, page.title)}
      <body class="bare visitors">
        <header class="top">
          <a class="brand" href="${who === null ? '/my/sign-in' : '/my'}"
            >${icon('inbox', assets)}<span dir="auto">${page.desk ?? words.mine}</span></a
          >
          ${when(
            who,
            (name) =>
              html`<form method="post" action="/my/sign-out">
                <span class="quiet" dir="auto">${name}</span>
                <button class="quiet">${words.signOut}</button>
              </form>`,
          )}
        </header>
        <main id="main">
          <h1 dir="auto">${page.title}</h1>
          ${page.content}
        </main>
      </body>
    </html>`;
}

/** A refusal in the reader's language. */
export function refusalOf({ refused }: RequesterWords, { code, extras }: Problem): string {
  const { blank, long, address, field, files, state, often, held, unavailable, busy, other } = refused;
  const { pointer = '', detail } = extras.errors?.[0] ?? {};
  if (detail === TOO_LONG) return long;
  if (code === 'too_large' || pointer.startsWith('/attachments')) return files;
  if (pointer === '/email') return address;
  if (pointer.startsWith('/fields/')) return field;
  const said: Partial<Record<ProblemCode, string>> = {
    invalid_input: blank,
    wrong_state: state,
    too_many_attempts: often,
    file_held: held,
    file_unavailable: unavailable,
    busy,
  };
  return said[code] ?? other;
}
