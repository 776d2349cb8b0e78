import { html } from 'hono/html';
import type { Field } from '../../../requests/fields/field.ts';
import { findField, listFields } from '../../../requests/fields/find-field.ts';
import { addField, editField, removeField } from '../../../requests/fields/save-field.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { definitionForm, newFieldForm } from './definition-form.ts';
import { changesIn, newFieldIn, type RefusedDefinition } from './field-in-form.ts';
import { fieldWords } from './words.ts';
import { everyPage } from '../parts/every-page.ts';

/** What requests are asked, for leads. */
export function fieldHandlers(pages: Pages): void {
  pages.get('/settings/fields', (visit) => show(visit, null, null));
  pages.post('/settings/fields', async (visit) => {
    const form = await readForm(visit.c);
    return saving(visit, { fieldId: null, form }, async () => {
      await addField(visit.deps, visit.actor, newFieldIn(form));
    });
  });
  pages.post('/settings/fields/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const fieldId = idIn(visit.c) ?? 0;
    return saving(visit, { fieldId, form }, () => change(visit, fieldId, form));
  });
}

async function change({ deps, actor }: Visit, fieldId: number, form: Form): Promise<void> {
  const field = await findField(deps, actor, fieldId);
  const step = { up: -1, down: 1 }[form.text('verb')];
  if (form.text('verb') === 'remove') await removeField(deps, actor, { fieldId, drop: form.has('drop') });
  else if (step === undefined) await editField(deps, actor, { fieldId, changes: changesIn(form, field) });
  else await editField(deps, actor, { fieldId, changes: { position: Math.max(field.position + step, 1) } });
}

async function saving(
  visit: Visit,
  asked: Omit<RefusedDefinition, 'problem'>,
  save: () => Promise<void>,
): Promise<Response> {
  const act = async () => {
    await save();
    return done(visit, '/settings/fields', { did: 'saved' });
  };
  return orAgain(visit, act, (alert, problem) => show(visit, { ...asked, problem }, alert));
}

async function show(
  visit: Visit,
  refused: RefusedDefinition | null,
  alert: string | null,
): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'fields.edit');
  const words = visit.say(fieldWords);
  const [fields, mailboxes] = await Promise.all([
    everyPage((place) =>
      listFields(deps, actor, { filters: {}, sort: { field: 'position', descending: false }, ...place }),
    ),
    listMailboxes(deps, actor),
  ]);
  const of = (mailboxId: number | null) => fields.filter((field) => field.mailboxId === mailboxId);
  const content = html`<p class="quiet">${words.lead}</p>
    ${group(visit, { title: words.desk, fields: of(null), fixed: actor.mailboxIds !== null, refused })}
    ${mailboxes
      .filter(({ id }) => of(id).length > 0)
      .map(({ id, address }) => group(visit, { title: address, fields: of(id), fixed: false, refused }))}
    <section class="card stack">
      <h2>${words.add}</h2>
      ${newFieldForm(visit, mailboxes, refused)}
    </section>`;
  return settingsPage(visit, 'fields', { content, alert });
}

type Group = {
  readonly title: string;
  readonly fields: readonly Field[];
  /** Of the desk, for who serves only some mailboxes. */
  readonly fixed: boolean;
  readonly refused: RefusedDefinition | null;
};

function group(visit: Visit, { title, fields, fixed, refused }: Group): Html {
  const words = visit.say(fieldWords);
  return html`<section class="card stack">
    <h2 dir="auto">${title}</h2>
    ${when(fields.length === 0, () => html`<p class="quiet">${words.none}</p>`)}
    <ol class="defined">
      ${fields.map(
        (field, index) =>
          html`<li>
            ${
              fixed
                ? html`<p>${summary(visit, field)}</p>`
                : html`<details ${refused?.fieldId === field.id ? html`open` : ''}>
                      <summary>${summary(visit, field)}</summary>
                      ${definitionForm(visit, field, refused)}
                    </details>
                    ${moves(visit, field, { isFirst: index === 0, isLast: index === fields.length - 1 })}`
            }
          </li>`,
      )}
    </ol>
  </section>`;
}

function summary(visit: Visit, { name, kind, options, neededToResolve, shownToContacts }: Field): Html {
  const words = visit.say(fieldWords);
  return html`<b dir="auto">${name}</b>
    <span class="quiet"
      >${words.kinds[kind]}${when(options.length > 0, () => html`: <bdi>${options.join(', ')}</bdi>`)}</span
    >
    ${when(neededToResolve, () => html`<span class="mark tag">${words.neededMark}</span>`)}
    ${when(shownToContacts, () => html`<span class="mark tag">${words.shownMark}</span>`)}`;
}

function moves(
  visit: Visit,
  { id, name }: Field,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): Html {
  const words = visit.say(fieldWords);
  return html`<form method="post" action="/settings/fields/${id}" class="moves">
    ${when(
      !isFirst,
      () =>
        html`<button name="verb" value="up" aria-label="${words.up(name)}" title="${words.up(name)}">
          ↑
        </button>`,
    )}
    ${when(
      !isLast,
      () =>
        html`<button name="verb" value="down" aria-label="${words.down(name)}" title="${words.down(name)}">
          ↓
        </button>`,
    )}
  </form>`;
}
