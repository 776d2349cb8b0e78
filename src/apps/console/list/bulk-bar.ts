import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { bulkField } from '../fields/bulk-field.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { takerOptions, takersFor } from '../teams/give.ts';
import type { ListFacts } from './list-facts.ts';
import { listWords } from './words.ts';

/** What is done to the selected rows; shown once there are any. Each button says whose list it changes. */
export function bulkBar(visit: Visit, { operators, teams, fields }: ListFacts): Html {
  const words = visit.say(listWords);
  const { priority } = visit.say(terms);
  const { assets } = visit.deps;
  return html`<div class="bulk" role="group" aria-label="${words.selected}">
    <label class="all" hidden data-scripted
      ><input type="checkbox" data-all /><span>${words.selectAll}</span></label
    >
    <button name="verb" value="take" data-key="t" aria-keyshortcuts="t">
      ${icon('circle-user', assets)}${words.take}
    </button>
    <button name="verb" value="close" data-key="e" aria-keyshortcuts="e">
      ${icon('check', assets)}${words.close}
    </button>
    ${when(
      may(visit.actor, 'requests.assign'),
      () =>
        html`<span class="joined">
          <select name="operatorId" aria-label="${words.assignTo}" data-key="a" aria-keyshortcuts="a">
            <option value="">${words.choose}</option>
            ${takerOptions(visit, takersFor(visit, { operators, teams }))}
          </select>
          <button name="verb" value="assign">${words.assignTo}</button>
        </span>`,
    )}
    <span class="joined">
      <select name="priority" aria-label="${words.setPriority}" data-key="p" aria-keyshortcuts="p">
        <option value="">${words.choose}</option>
        ${Object.entries(priority).map(([value, name]) => html`<option value="${value}">${name}</option>`)}
      </select>
      <button name="verb" value="priority">${words.setPriority}</button>
    </span>
    <span class="joined">
      <input
        name="tag"
        maxlength="100"
        size="10"
        aria-label="${words.addTag}"
        data-key="l"
        aria-keyshortcuts="l"
      />
      <button name="verb" value="tag">${words.addTag}</button>
    </span>
    ${when(fields.length > 0, () => bulkField(visit, fields))}
    <button name="verb" value="reopen">${words.reopen}</button>
    <button name="verb" value="read">${words.markRead}</button>
  </div>`;
}
