import { html } from 'hono/html';
import type { RequestView } from '../../../requests/request/request-view.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { conversationWords } from './words.ts';

/** What a request can be merged into: another open one of the same contact, picked, or any by its number. */
export function mergeForm(visit: Visit, requestId: number, near: readonly RequestView[]): Html {
  const words = visit.say(conversationWords);
  const { status, noSubject } = visit.say(terms);
  return html`<form method="post" action="/requests/${requestId}/merge" class="stack">
    <b>${words.merge}</b>
    ${when(
      near.length > 0,
      () =>
        html`<fieldset class="stack">
          <legend>${words.mergeOf}</legend>
          ${near.map(
            (other) =>
              html`<label
                ><input type="radio" name="into" value="${other.id}" />
                <span dir="auto">#${other.id} ${other.subject || noSubject}</span>
                <span class="quiet"
                  >${status[other.status]}, ${visit.format.age(other.lastMessageAt)}</span
                ></label
              >`,
          )}
        </fieldset>`,
    )}
    <label>${words.mergeInto} <input name="number" inputmode="numeric" pattern="#?[0-9]+" /></label>
    <button>${icon('merge', visit.deps.assets)}${words.mergeButton}</button>
  </form>`;
}
