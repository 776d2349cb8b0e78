import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { listViews } from '../../../requests/views/find-view.ts';
import { addView, editView, removeView } from '../../../requests/views/save-view.ts';
import type { View } from '../../../requests/views/view.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { settingsPage } from '../settings/settings-page.ts';
import { done } from '../shell/respond.ts';
import { type Catalogue, idIn, type Visit } from '../shell/visit.ts';
import { everyPage } from '../parts/every-page.ts';

const en = {
  lead: 'A view is a list with a name: filter or search the list, then save it from its filter menu.',
  name: 'Name',
  shared: 'Shared with everybody',
  save: 'Save',
  remove: 'Remove',
  open: 'Open',
  of: 'of',
  empty: 'There are no views yet.',
};
const ru: typeof en = {
  lead: 'Подборка — это список с названием: отберите или найдите нужное и сохраните из меню отбора.',
  name: 'Название',
  shared: 'Видят все',
  save: 'Сохранить',
  remove: 'Удалить',
  open: 'Открыть',
  of: '—',
  empty: 'Подборок пока нет.',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Saved views: named queries of the list. */
export function viewHandlers(pages: Pages): void {
  pages.get('/views', (visit) => show(visit, null));
  pages.post('/views', async (visit) => {
    const form = await readForm(visit.c);
    const input = { name: form.text('name').trim(), query: form.text('query'), shared: form.has('shared') };
    const save = async () => {
      const view = await addView(visit.deps, visit.actor, input);
      return done(visit, `/requests?${view.query}`, { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert));
  });
  pages.post('/views/:id{[0-9]+}', async (visit) => {
    const { deps, actor } = visit;
    const form = await readForm(visit.c);
    const viewId = idIn(visit.c) ?? 0;
    const change = async () => {
      if (form.has('remove')) await removeView(deps, actor, { viewId });
      else {
        const changes = { name: form.text('name').trim(), shared: form.has('shared') };
        await editView(deps, actor, { viewId, changes });
      }
      return done(visit, '/views', { did: 'saved' });
    };
    return orAgain(visit, change, (alert) => show(visit, alert));
  });
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const words = visit.say(sentences);
  const { deps, actor } = visit;
  const sort = { field: 'name', descending: false } as const;
  const views = await everyPage((place) => listViews(deps, actor, { sort, ...place }));
  const content = html`<p class="quiet">${words.lead}</p>
    ${when(views.length === 0, () => html`<p class="empty">${icon('tag', deps.assets)}${words.empty}</p>`)}
    <ul class="cards">
      ${views.map((view) => row(visit, view))}
    </ul>`;
  return settingsPage(visit, 'views', { content, alert });
}

function row(visit: Visit, view: View): Html {
  const words = visit.say(sentences);
  const { actor } = visit;
  const isOwn = view.ownerId === actor.operatorId;
  return html`<li class="card">
    <form method="post" action="/views/${view.id}" class="verbs">
      ${
        isOwn
          ? html`<input
                name="name"
                value="${view.name}"
                aria-label="${words.name}"
                required
                maxlength="100"
              />
              ${when(
                may(actor, 'views.share'),
                () =>
                  html`<label class="check"
                    ><input
                      type="checkbox"
                      name="shared"
                      ${view.shared ? html`checked` : ''}
                    />${words.shared}</label
                  >`,
              )}
              <button>${words.save}</button>
              <button name="remove" value="yes" class="danger">${words.remove}</button>`
          : html`<b dir="auto">${view.name}</b> <span class="quiet">${words.of} ${view.ownerName}</span>`
      }
      <a class="button" href="/requests?${view.query}">${words.open}</a>
    </form>
  </li>`;
}
