import { html } from 'hono/html';
import type { Present } from '../../../requests/presence/presence.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';
import { type Html, icon } from './html.ts';

const en = {
  looking: (names: string) => `${names} is looking`,
  writing: (names: string) => `${names} is writing`,
};
const ru: typeof en = {
  looking: (names) => `Смотрит: ${names}`,
  writing: (names) => `Пишет: ${names}`,
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Who else is at a request, as a mark in its row: an eye or a pencil beside their initial. */
export function presenceMark(visit: Visit, present: readonly Present[]): Html {
  return html`${present.map(
    (each) =>
      html`<span class="mark present ${each.state}" title="${sentence(visit, each)}"
        >${icon(each.state === 'writing' ? 'pencil' : 'eye', visit.deps.assets)}<span aria-hidden="true"
          >${each.operatorName.slice(0, 1)}</span
        ><span class="unseen">${sentence(visit, each)}</span></span
      >`,
  )}`;
}

/** The same in words, on the page of the request. */
export function presenceLine(visit: Visit, present: readonly Present[]): Html {
  return html`${present.map(
    (each) =>
      html`<span class="mark present ${each.state}"
        >${icon(each.state === 'writing' ? 'pencil' : 'eye', visit.deps.assets)}<span dir="auto"
          >${sentence(visit, each)}</span
        ></span
      >`,
  )}`;
}

function sentence(visit: Visit, { state, operatorName }: Present): string {
  return visit.say(sentences)[state](operatorName);
}
