import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import type { ListQuery } from './query.ts';
import { listWords } from './words.ts';

/** Keeps what the list shows now under a name, for oneself or for everybody. */
export function saveViewForm(visit: Visit, query: ListQuery): Html | '' {
  const words = visit.say(listWords);
  if (query.problem !== null || query.whole === '') return '';
  return html`<form method="post" action="/views" class="stack keep">
    <input type="hidden" name="query" value="${query.whole}" />
    <label
      >${words.viewName} <input name="name" required maxlength="100" dir="auto" autocomplete="off"
    /></label>
    ${when(
      may(visit.actor, 'views.share'),
      () =>
        html`<label class="check"
          ><input type="checkbox" name="shared" value="yes" /><span>${words.shareView}</span></label
        >`,
    )}
    <button>${icon('tag', visit.deps.assets)}${words.saveView}</button>
  </form>`;
}
