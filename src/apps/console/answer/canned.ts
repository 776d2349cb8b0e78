import { html } from 'hono/html';
import type { CannedEffects, CannedReply } from '../../../requests/canned-replies/canned-reply.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { type Asked, type Typed, VALUE } from './typed.ts';
import { answerWords } from './words.ts';

const SHOWN_LENGTH = 140;

/** Every canned reply that fits the request, each a button that puts its words into the box. */
export function cannedChooser(visit: Visit, requestId: number, canned: readonly CannedReply[]): Html {
  const words = visit.say(answerWords);
  return html`<details class="dropdown up" name="menu" data-canned>
    <summary class="button" aria-keyshortcuts="Control+J" title="${words.canned}">
      ${icon('tag', visit.deps.assets)}<span>${words.canned}</span>
    </summary>
    <div class="stack chooser">
      <input
        type="search"
        hidden
        data-scripted
        data-choose
        aria-label="${words.cannedFind}"
        placeholder="${words.cannedFind}"
        autocomplete="off"
      />
      ${when(canned.length === 0, () => html`<p class="quiet">${words.cannedNone}</p>`)}
      <ul>
        ${canned.map(
          (each) =>
            html`<li data-choice="${each.id}">
              <button
                class="choice"
                name="canned"
                value="${each.id}"
                formaction="/requests/${requestId}/canned"
                formnovalidate
              >
                <b dir="auto">${each.name}</b
                ><small dir="auto">${each.text.slice(0, SHOWN_LENGTH)}</small
                >${when(effectNames(visit, each).join(' · '), (names) => html`<small class="does">${names}</small>`)}
              </button>
            </li>`,
        )}
      </ul>
      <a href="/settings/canned" target="_blank" rel="noopener">${words.cannedKeep}</a>
    </div>
  </details>`;
}

/** What a canned reply asks for before it goes in, and what sending the answer does to the request besides. */
export function cannedState(visit: Visit, requestId: number, typed: Typed | null): Html {
  return html`<div class="canned-state" data-canned-state>
    ${when(typed?.asked, (asked) => askedFields(visit, requestId, asked))}
    ${when(typed?.effects, (effects) => html`${effectFields(visit, effects)}`)}
  </div>`;
}

function askedFields(visit: Visit, requestId: number, asked: Asked): Html {
  const words = visit.say(answerWords);
  const path = `/requests/${requestId}/canned`;
  const filled = Object.entries(asked.values).filter(([name]) => !asked.unfilled.includes(name));
  return html`<fieldset class="hint asked" data-asked>
    <legend>${words.fill(asked.name)}</legend>
    <input type="hidden" name="asked" value="${asked.id}" />
    <input type="hidden" name="askedName" value="${asked.name}" />
    ${filled.map(
      ([name, value]) =>
        html`<input type="hidden" name="filled" value="${name}" /><input
            type="hidden"
            name="${VALUE}${name}"
            value="${value}"
          />`,
    )}
    ${asked.unfilled.map(
      (name) =>
        html`<input type="hidden" name="unfilled" value="${name}" /><label
            ><span>${name}</span>
            <input
              name="${VALUE}${name}"
              value="${asked.values[name] ?? ''}"
              required
              maxlength="2000"
              dir="auto"
          /></label>`,
    )}
    <button class="primary" name="canned" value="${asked.id}" formaction="${path}">${words.insert}</button>
    <button name="canned" value="" formaction="${path}" formnovalidate>${words.leaveOut}</button>
  </fieldset>`;
}

function effectFields(visit: Visit, { status, category, tags }: CannedEffects): Html | '' {
  if (status === null && category === null && tags.length === 0) return '';
  const words = visit.say(answerWords);
  const check = (name: string, value: string, shown: string): Html =>
    html`<label class="check"
      ><input type="checkbox" name="${name}" value="${value}" checked /><span dir="auto"
        >${shown}</span
      ></label
    >`;
  return html`<fieldset class="effects">
    <legend>${words.effects}:</legend>
    ${when(status, (value) => check('setStatus', value, words.status[value]))}
    ${when(category, (value) => check('setCategory', value, `${words.category}: ${value}`))}
    ${tags.map((tag) => check('setTag', tag, `${words.tag}: ${tag}`))}
  </fieldset>`;
}

/** What a canned reply does besides, in words. */
export function effectNames(visit: Visit, { status, category, tags }: CannedEffects): readonly string[] {
  const words = visit.say(answerWords);
  return [
    ...(status === null ? [] : [words.status[status]]),
    ...(category === null ? [] : [`${words.category}: ${category}`]),
    ...tags.map((tag) => `${words.tag}: ${tag}`),
  ];
}
