import { html } from 'hono/html';
import type { Language } from '../../../mail/language.ts';
import type { Assets } from '../assets/assets.ts';
import { type Html, icon } from '../parts/html.ts';

/** A page without navigation, for who is not signed in. */
export function barePage(
  assets: Assets,
  language: Language,
  { title, content }: { readonly title: string; readonly content: Html },
): Html {
  return html`<!doctype html>
    <html lang="${language}" data-theme="system">
      ${bareHead(assets, `${title} · Mailroom`)}
      <body class="bare">
        <main id="main">
          <p class="brand">${icon('inbox', assets)}<span>Mailroom</span></p>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

/** The head of a page without scripts. */
export function bareHead(assets: Assets, title: string): Html {
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${assets.url('console.css')}" />
  </head>`;
}
