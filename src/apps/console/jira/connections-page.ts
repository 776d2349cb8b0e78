import { html } from 'hono/html';
import { connectJira, type NewConnection } from '../../../integrations/jira/connections/connect.ts';
import { callbackUrl } from '../../../integrations/jira/connections/consent.ts';
import { listConnections } from '../../../integrations/jira/connections/find-connections.ts';
import { may } from '../../../people/access/permissions.ts';
import { checkField, selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { tokenEndsField, tokenEndsIn } from './token-ends.ts';
import { jiraWords, STATE_MARKS } from './words.ts';

/** The Jira sites that the desk works with, and a form for the next one. */
export function connectionsHandlers(pages: Pages): void {
  pages.get('/settings/jira', (visit) => show(visit, { form: null, alert: null }));
  pages.post('/settings/jira', async (visit) => {
    const form = await readForm(visit.c);
    const act = async () => {
      const { connectionId } = await connectJira(visit.deps, visit.actor, newConnection(form));
      return done(visit, `/settings/jira/${connectionId}`, { did: 'saved' });
    };
    return orAgain(visit, act, (alert) => show(visit, { form, alert }));
  });
}

function newConnection(form: Form): NewConnection {
  const common = {
    name: form.line('name') ?? 'Jira',
    siteUrl: form.text('siteUrl').trim(),
    personal: form.has('personal'),
  };
  const token = form.text('token').trim();
  switch (form.text('kind')) {
    case 'oauth':
      return {
        ...common,
        kind: 'oauth',
        deployment: 'cloud',
        clientId: form.text('clientId').trim(),
        clientSecret: form.text('clientSecret').trim(),
      };
    case 'access_token':
      return {
        ...common,
        kind: 'access_token',
        deployment: 'data_center',
        token,
        tokenEndsAt: tokenEndsIn(form),
      };
    default:
      return {
        ...common,
        kind: 'api_token',
        deployment: 'cloud',
        email: form.text('email').trim(),
        token,
        tokenEndsAt: tokenEndsIn(form),
      };
  }
}

async function show(
  visit: Visit,
  { form, alert }: { readonly form: Form | null; readonly alert: string | null },
): Promise<Response> {
  const words = visit.say(jiraWords);
  const connections = await listConnections(visit.deps, visit.actor);
  const value = (name: string) => form?.text(name) ?? '';
  const content = html`<p class="quiet">${words.lead}</p>
    ${connections.length === 0 ? html`<p class="quiet">${words.none}</p>` : ''}
    <ul class="cards">
      ${connections.map(
        (each) =>
          html`<li class="card">
            <a href="/settings/jira/${each.id}" dir="auto">${each.name}</a>
            <span class="mark ${STATE_MARKS[each.state]}">${words.states[each.state]}</span>
            <small>${each.siteUrl} ${each.accountName ?? ''}</small>
          </li>`,
      )}
    </ul>
    <form method="post" class="stack card form">
      <h2>${words.add}</h2>
      ${textField({ label: words.name, name: 'name', value: value('name') || 'Jira', required: true })}
      ${textField({
        label: words.siteUrl,
        name: 'siteUrl',
        type: 'url',
        value: value('siteUrl'),
        placeholder: 'https://example.atlassian.net',
        required: true,
      })}
      ${selectField({ label: words.kind, name: 'kind', value: value('kind'), options: Object.entries(words.kinds) })}
      <div class="stack for-email">
        ${textField({ label: words.email, name: 'email', type: 'email', value: value('email') })}
      </div>
      <div class="stack for-token">
        ${textField({ label: words.token, name: 'token', type: 'password' })}
        ${tokenEndsField(visit, value('tokenEnds'))}
      </div>
      <div class="stack for-client">
        ${textField({ label: words.clientId, name: 'clientId', value: value('clientId') })}
        ${textField({ label: words.clientSecret, name: 'clientSecret', type: 'password' })}
        <p class="quiet">${words.callback} <code>${callbackUrl(visit.deps)}</code></p>
      </div>
      ${checkField({ label: words.personal, name: 'personal', checked: !may(visit.actor, 'jira.manage') })}
      <button class="primary">${words.connect}</button>
    </form>`;
  return settingsPage(visit, 'jira', { content, alert });
}
