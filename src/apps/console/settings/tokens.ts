import { html } from 'hono/html';
import { createToken } from '../../../people/credentials/create-token.ts';
import { listTokens } from '../../../people/credentials/list-tokens.ts';
import { revokeToken } from '../../../people/credentials/revoke-token.ts';
import type { Token } from '../../../people/credentials/token.ts';
import { findOperator } from '../../../people/operators/find-operator.ts';
import { checkField, textField } from '../parts/fields.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { type Catalogue, idIn, type Visit } from '../shell/visit.ts';
import { settingsPage } from './settings-page.ts';
import { everyPage } from '../parts/every-page.ts';

const en = {
  title: 'Tokens of',
  lead: 'A token lets a program work in this operator’s name.',
  name: 'What it is for',
  readOnly: 'Read-only',
  add: 'Create a token',
  shown: 'Copy it now: it is not shown again.',
  copy: 'Copy',
  used: 'Last used',
  never: 'never',
  revoke: 'Revoke',
  revoked: 'revoked',
};
const ru: typeof en = {
  title: 'Токены оператора',
  lead: 'С токеном программа действует от имени этого оператора.',
  name: 'Для чего он',
  readOnly: 'Только чтение',
  add: 'Создать токен',
  shown: 'Скопируйте сейчас: больше он показан не будет.',
  copy: 'Скопировать',
  used: 'Последнее использование',
  never: 'никогда',
  revoke: 'Отозвать',
  revoked: 'отозван',
};
const sentences: Catalogue<typeof en> = { en, ru };
const PATH = '/settings/operators/:id{[0-9]+}/tokens';

/** An operator's tokens, for admins. */
export function tokenHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, { made: null, alert: null }));
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    const operatorId = idIn(visit.c) ?? 0;
    const tokenId = form.id('revoke');
    const { deps, actor } = visit;
    const change = async () => {
      if (tokenId !== null) {
        await revokeToken(deps, actor, { tokenId, operatorId });
        return done(visit, `/settings/operators/${operatorId}/tokens`, { did: 'done' });
      }
      const scope = form.has('readOnly') ? 'read' : 'full';
      const { token } = await createToken(deps, actor, { operatorId, name: form.text('name'), scope });
      return show(visit, { made: token, alert: null });
    };
    return orAgain(visit, change, (alert) => show(visit, { made: null, alert }));
  });
}

async function show(
  visit: Visit,
  { made, alert }: { readonly made: string | null; readonly alert: string | null },
): Promise<Response> {
  const words = visit.say(sentences);
  const { deps, actor } = visit;
  const operatorId = idIn(visit.c) ?? 0;
  const [operator, tokens] = await Promise.all([
    findOperator(deps, actor, { id: operatorId }),
    everyPage((place) =>
      listTokens(deps, actor, { operatorId, sort: { field: 'id', descending: true }, ...place }),
    ),
  ]);
  const content = html`<h2>${words.title} <span dir="auto">${operator.name}</span></h2>
    <p class="quiet">${words.lead}</p>
    ${when(
      made,
      (token) =>
        html`<p class="hint good">
          <span>${words.shown}</span> <code>${token}</code>
          <button type="button" hidden data-scripted data-copy data-copy-text="${token}">
            ${words.copy}
          </button>
        </p>`,
    )}
    <ul class="cards">
      ${tokens.map((token) => row(visit, token))}
    </ul>
    <form method="post" class="stack card form">
      ${textField({ label: words.name, name: 'name', required: true })}
      ${checkField({ label: words.readOnly, name: 'readOnly', checked: false })}
      <button class="primary">${words.add}</button>
    </form>`;
  return settingsPage(visit, 'operators', { content, alert, about: operator.name });
}

function row(visit: Visit, token: Token): Html {
  const words = visit.say(sentences);
  const { format } = visit;
  return html`<li class="card">
    <form method="post" class="verbs">
      <b dir="auto">${token.name}</b>
      ${when(token.scope === 'read', () => html`<span class="mark">${words.readOnly}</span>`)}
      <span class="quiet"
        >${words.used}: ${token.lastUsedAt === null ? words.never : format.time(token.lastUsedAt)}</span
      >
      ${
        token.revokedAt === null
          ? html`<button class="danger" name="revoke" value="${token.id}">${words.revoke}</button>`
          : html`<span class="mark bad">${words.revoked}</span>`
      }
    </form>
  </li>`;
}
