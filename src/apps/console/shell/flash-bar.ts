import { html } from 'hono/html';
import { type Html, icon } from '../parts/html.ts';
import type { Flash } from './flash.ts';
import { layoutWords } from './layout-words.ts';
import type { Visit } from './visit.ts';

const UNDONE_BY: Readonly<Record<string, (id: number) => string>> = {
  closed: (id) => `/requests/${id}/reopen`,
  resolved: (id) => `/requests/${id}/reopen`,
  taken: (id) => `/requests/${id}/unassign`,
  sent: (id) => `/deliveries/${id}/undo`,
  merged: (id) => `/requests/${id}/unmerge`,
};

/** What was just done, with the button that takes it back. */
export function flashBar(visit: Visit, { did, id, undo }: Flash): Html {
  const words = visit.say(layoutWords);
  const action = UNDONE_BY[did];
  return html`<div class="flash" role="status" data-flash="${did}">
    ${icon('circle-check', visit.deps.assets)}<span>${words.did[did](id)}</span>
    ${
      action === undefined || undo === 0
        ? ''
        : html`<form method="post" action="${action(undo)}">
            <button class="link" data-key="z" aria-keyshortcuts="z">
              ${icon('undo-2', visit.deps.assets)}${words.undo}
            </button>
          </form>`
    }
  </div>`;
}
