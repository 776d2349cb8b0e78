import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { addOperator } from '../../../people/operators/add-operator.ts';
import { editOperator } from '../../../people/operators/edit-operator.ts';
import { listOperators } from '../../../people/operators/list-operators.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { ROLES } from '../../../people/access/actor.ts';
import { releaseRequests } from '../../../requests/life/releasing.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { checkField, selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import { type Catalogue, idIn, type Visit } from '../shell/visit.ts';
import { settingsPage } from './settings-page.ts';
import { everyPage } from '../parts/every-page.ts';

const en = {
  add: 'Add an operator',
  addHint: 'They sign in with a link sent to this address.',
  email: 'Email address',
  name: 'Name',
  role: 'Role',
  mailboxes: 'Serves only these mailboxes (none ticked: all)',
  save: 'Save',
  active: 'Active',
  inactive: 'not active',
  tokens: 'Tokens',
  edit: 'Change',
};
const ru: typeof en = {
  add: 'Добавить оператора',
  addHint: 'Вход — по ссылке, которая придёт на этот адрес.',
  email: 'Адрес',
  name: 'Имя',
  role: 'Роль',
  mailboxes: 'Только эти ящики (ничего не отмечено: все)',
  save: 'Сохранить',
  active: 'Работает',
  inactive: 'не работает',
  tokens: 'Токены',
  edit: 'Изменить',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Who answers, for admins. */
export function operatorHandlers(pages: Pages): void {
  pages.get('/settings/operators', (visit) => show(visit, null));
  pages.post('/settings/operators', async (visit) => {
    const form = await readForm(visit.c);
    const { deps, actor } = visit;
    const input = { email: form.text('email').trim(), name: form.text('name').trim(), ...placesIn(form) };
    const add = async () => {
      const key = idempotency(actor.operatorId, form.line('key') ?? undefined, 'add operator', input);
      await addOperator(deps, actor, { ...input, idempotency: key });
      return done(visit, '/settings/operators', { did: 'saved' });
    };
    return orAgain(visit, add, (alert) => show(visit, alert, { operatorId: null, given: input }));
  });
  pages.post('/settings/operators/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const changes = { name: form.text('name').trim(), active: form.has('active'), ...placesIn(form) };
    const operatorId = idIn(visit.c) ?? 0;
    const save = async () => {
      await editOperator({ ...visit.deps, onLeaving: releaseRequests }, visit.actor, { operatorId, changes });
      return done(visit, '/settings/operators', { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert, { operatorId, given: changes }));
  });
}

function placesIn(form: Form) {
  const ids = form.ids('mailboxId');
  return {
    role: ROLES.find((each) => each === form.text('role')) ?? 'agent',
    mailboxIds: ids.length === 0 ? null : ids,
  } as const;
}

type Given = Pick<Operator, 'name' | 'role' | 'mailboxIds'> & Partial<Pick<Operator, 'email' | 'active'>>;
/** What was refused, to be drawn again: of which operator, null for a new one. */
type RefusedOperator = { readonly operatorId: number | null; readonly given: Given };

async function show(visit: Visit, alert: string | null, refused?: RefusedOperator): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(sentences);
  const [operators, mailboxes] = await Promise.all([
    everyPage((place) =>
      listOperators(deps, actor, { sort: { field: 'name', descending: false }, ...place }),
    ),
    listMailboxes(deps, actor),
  ]);
  const added = refused?.operatorId === null ? refused.given : null;
  const content = html`<ul class="cards">
      ${operators.map((operator) =>
        row(visit, operator, {
          mailboxes,
          given: refused?.operatorId === operator.id ? refused.given : null,
        }),
      )}
    </ul>
    <form method="post" class="stack card form">
      <h2>${words.add}</h2>
      <p class="quiet">${words.addHint}</p>
      <input type="hidden" name="key" value="${randomUUID()}" />
      ${textField({ label: words.email, name: 'email', type: 'email', value: added?.email ?? '', required: true })}
      ${textField({ label: words.name, name: 'name', value: added?.name ?? '', required: true })}
      ${placeFields(visit, added ?? { role: 'agent', mailboxIds: null }, mailboxes)}
      <button class="primary">${words.add}</button>
    </form>`;
  return settingsPage(visit, 'operators', { content, alert });
}

function row(
  visit: Visit,
  operator: Operator,
  { mailboxes, given }: { readonly mailboxes: readonly MailboxRow[]; readonly given: Given | null },
): Html {
  const now = { ...operator, ...given };
  const words = visit.say(sentences);
  const { role } = visit.say(terms);
  return html`<li class="card">
    <details ${given === null ? '' : html`open`}>
      <summary>
        <b dir="auto">${operator.name}</b> <span class="quiet">${operator.email}</span>
        <span class="mark">${role[operator.role]}</span>
        ${when(!operator.active, () => html`<span class="mark bad">${words.inactive}</span>`)}
        <span class="link">${words.edit}</span>
      </summary>
      <form method="post" action="/settings/operators/${operator.id}" class="stack form">
        ${textField({ label: words.name, name: 'name', value: now.name, required: true })}
        ${placeFields(visit, now, mailboxes)}
        ${checkField({ label: words.active, name: 'active', checked: now.active })}
        <div class="verbs">
          <button class="primary">${words.save}</button>
          <a class="button" href="/settings/operators/${operator.id}/tokens">${words.tokens}</a>
        </div>
      </form>
    </details>
  </li>`;
}

function placeFields(
  visit: Visit,
  operator: Pick<Operator, 'role' | 'mailboxIds'>,
  mailboxes: readonly MailboxRow[],
): Html {
  const words = visit.say(sentences);
  const { role } = visit.say(terms);
  return html`${selectField({
    label: words.role,
    name: 'role',
    value: operator.role,
    options: ROLES.map((each) => [each, role[each]]),
  })}
  ${when(
    mailboxes.length > 1,
    () =>
      html`<fieldset>
        <legend>${words.mailboxes}</legend>
        ${mailboxes.map((each) =>
          checkField({
            label: each.address,
            name: 'mailboxId',
            value: String(each.id),
            checked: operator.mailboxIds?.includes(each.id) ?? false,
          }),
        )}
      </fieldset>`,
  )}`;
}
