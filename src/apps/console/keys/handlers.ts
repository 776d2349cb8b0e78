import { html } from 'hono/html';
import type { Html } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { respond } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { KEYS, keyWords } from './words.ts';

/** Every key, with what it does. */
export function keyHandlers(pages: Pages): void {
  pages.get('/keys', (visit) => {
    const { title } = visit.say(keyWords);
    return respond(visit, { title, content: keysPage(visit), place: '/keys' });
  });
}

function keysPage(visit: Visit): Html {
  const words = visit.say(keyWords);
  return html`<div class="page">
    <h1>${words.title}</h1>
    <p>${visit.settings.singleKeys ? words.on : words.off} <a href="/settings/me">${words.change}</a></p>
    <div class="columns">
      ${KEYS.map(
        ({ where, keys }) =>
          html`<section>
            <h2>${words.places[where]}</h2>
            <dl class="keys">
              ${keys.map(
                ([key, what]) =>
                  html`<div>
                    <dt>${key.split(' ').map((each) => html`<kbd>${each}</kbd> `)}</dt>
                    <dd>${words.does[what]}</dd>
                  </div>`,
              )}
            </dl>
          </section>`,
      )}
    </div>
  </div>`;
}
