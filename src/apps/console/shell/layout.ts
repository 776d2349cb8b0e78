import { html } from 'hono/html';
import { type Html, icon, when } from '../parts/html.ts';
import { layoutWords } from './layout-words.ts';
import type { Flash } from './flash.ts';
import type { Navigation } from './navigation.ts';
import { flashBar } from './flash-bar.ts';
import type { Visit } from './visit.ts';

export type PageParts = {
  readonly title: string;
  readonly content: Html;
  /** The path of the entry of the navigation that one is in. */
  readonly place?: string | undefined;
  /** What is wrong, told above the content. */
  readonly alert?: string | null | undefined;
  /** What the search box holds. */
  readonly query?: string | undefined;
};

/** The frame of every page: navigation, search, what was just done, the content. */
export function layout(
  visit: Visit,
  parts: PageParts,
  around: { readonly navigation: Navigation; readonly flash: Flash | null },
): Html {
  const { deps, actor, settings, say } = visit;
  const words = say(layoutWords);
  const { assets } = deps;
  return html`<!doctype html>
    <html lang="${settings.language}" data-theme="${settings.theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${parts.title} · ${words.product}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.url('console.css')}" />
        <script type="module" src="${assets.url('main.js')}"></script>
      </head>
      <body
        data-keys="${settings.singleKeys ? 'on' : 'off'}"
        data-operator="${actor.operatorId}"
        data-feed="${visit.feed}"
        data-zone="${settings.timeZone}"
        ${settings.ownZone ? '' : html`data-zone-open`}
      >
        <a class="skip" href="#main">${words.skip}</a>
        <header class="bar">
          <button class="menu quiet" type="button" popovertarget="side" aria-label="${words.menu}">
            ${icon('menu', assets)}
          </button>
          <a class="brand" href="/">${icon('inbox', assets)}<span>${words.product}</span></a>
          <form class="search" role="search" action="/requests">
            ${icon('search', assets)}
            <input
              type="search"
              name="q"
              value="${parts.query ?? ''}"
              aria-label="${words.search}"
              placeholder="${words.searchHint}"
              data-key="/"
              aria-keyshortcuts="/"
              autocomplete="off"
              maxlength="500"
            />
          </form>
          <a class="button primary new" href="/requests/new" data-key="c" aria-keyshortcuts="c"
            >${icon('plus', assets)}<span>${words.newRequest}</span></a
          >
        </header>
        <nav class="side" id="side" popover aria-label="${words.menu}">
          ${navigationView(visit, parts.place, around.navigation)}
        </nav>
        <main id="main" tabindex="-1">
          <p class="alert lost" role="alert" hidden data-lost>${words.lost}</p>
          <p
            class="flash"
            role="status"
            hidden
            data-mentioned="${words.mentioned}"
            data-rule-told="${words.told}"
          >
            <a href="#main"></a>
          </p>
          ${when(parts.alert, (alert) => html`<p class="alert" role="alert">${alert}</p>`)}
          ${when(around.flash, (flash) => flashBar(visit, flash))} ${parts.content}
        </main>
        <p
          class="unseen"
          role="status"
          aria-live="polite"
          data-told
          data-given="${words.given}"
          data-new-mail="${words.newMail}"
        ></p>
        ${palette(visit)}
      </body>
    </html>`;
}

function navigationView(visit: Visit, place: string | undefined, navigation: Navigation): Html {
  const { deps, actor, say } = visit;
  const words = say(layoutWords);
  return html`<div class="nav" data-live="nav">
    ${navigation.map(
      (group) =>
        html`<h2>${group.title}</h2>
          <ul>
            ${group.entries.map(
              (entry) =>
                html`<li>
                  <a
                    href="${entry.href}"
                    ${entry.href === place ? html`aria-current="page"` : ''}
                    ${entry.key === undefined ? '' : html`data-key="${entry.key}"`}
                    >${icon(entry.icon, deps.assets)}<span>${entry.title}</span>${when(
                      entry.count,
                      (count) => html`<span class="count">${count}</span>`,
                    )}</a
                  >
                </li>`,
            )}
          </ul>`,
    )}
    <form class="me" method="post" action="/sign-out">
      <a href="/settings/me" title="${words.signedInAs} ${actor.email}"
        ><span class="avatar" aria-hidden="true">${actor.name.slice(0, 1)}</span
        ><span dir="auto">${actor.name}</span></a
      >
      <button class="quiet" title="${words.signOut}" aria-label="${words.signOut}">
        ${icon('log-out', deps.assets)}
      </button>
    </form>
  </div>`;
}

// Filled by its script with the page's own links and buttons; without scripts it is never shown.
function palette(visit: Visit): Html {
  const words = visit.say(layoutWords);
  return html`<dialog class="palette" aria-label="${words.palette}" data-palette>
    <input
      type="text"
      role="combobox"
      aria-expanded="true"
      aria-controls="palette-list"
      aria-label="${words.palette}"
      placeholder="${words.paletteHint}"
      autocomplete="off"
    />
    <ul id="palette-list" role="listbox" aria-label="${words.palette}"></ul>
    <p hidden>${words.nothingFits}</p>
  </dialog>`;
}
