import { html } from 'hono/html';
import { conversationWords } from '../conversation/words.ts';
import { type Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import type { Settling } from './refused-fields.ts';
import { valueInput } from './value-input.ts';
import { fieldWords } from './words.ts';

/** The fields that keep an answer from settling its request, to be filled in with it. */
export function neededFields(visit: Visit, settling: Settling): Html {
  const { verb, fields } = settling;
  return html`<fieldset class="needed" data-needed>
    <legend>${visit.say(fieldWords).missing[verb]}</legend>
    ${fields.map((field) => valueInput(visit, field, { value: undefined, refusal: settling }))}
  </fieldset>`;
}

/** The same for resolving and closing, which are then done in one go. */
export function neededForm(visit: Visit, requestId: number, settling: Settling): Html {
  const words = visit.say(conversationWords);
  const { verb, typed } = settling;
  const quietly = typed.has('quietly') ? html`<input type="hidden" name="quietly" value="yes" />` : '';
  return html`<form method="post" action="/requests/${requestId}/${verb}" class="card stack settle">
    ${neededFields(visit, settling)}
    ${
      verb === 'resolve'
        ? html`<label
            >${words.resolution}<textarea name="notes" rows="2" required maxlength="200000" dir="auto">
${typed.text('notes')}</textarea>
          </label>`
        : quietly
    }
    <div class="verbs">
      <button class="primary">${verb === 'resolve' ? words.resolve : words.close}</button>
    </div>
  </form>`;
}
