import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { listWebhooks } from '../../../integrations/webhooks/find-webhook.ts';
import { addWebhook } from '../../../integrations/webhooks/save-webhook.ts';
import type { Webhook } from '../../../integrations/webhooks/webhook.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import type { Visit } from '../shell/visit.ts';
import { type ReceiverForm, receiverFields, receiverIn } from './receiver-fields.ts';
import { standing } from './standing.ts';
import { showWebhook } from './webhook-page.ts';
import { webhookWords } from './words.ts';
import { everyPage } from '../parts/every-page.ts';

const NEW: ReceiverForm = { url: '', name: '', types: null, mailboxIds: null };

/** The webhooks, and a form for a new one. */
export function webhooksHandlers(pages: Pages): void {
  pages.get('/settings/webhooks', (visit) => show(visit, NEW, null));
  pages.post('/settings/webhooks', async (visit) => {
    const form = await readForm(visit.c);
    const { deps, actor } = visit;
    const receiver = receiverIn(visit, form, null);
    const add = async () => {
      const key = form.line('key') ?? undefined;
      const { webhook, secret } = await addWebhook(deps, actor, {
        ...receiver,
        enabled: true,
        idempotency: idempotency(actor.operatorId, key, 'add webhook', receiver),
      });
      return showWebhook(visit, webhook.id, { secret });
    };
    return orAgain(visit, add, (alert) => show(visit, receiver, alert));
  });
}

async function show(visit: Visit, receiver: ReceiverForm, alert: string | null): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(webhookWords);
  const [webhooks, mailboxes] = await Promise.all([
    everyPage((place) => listWebhooks(deps, actor, { sort: { field: 'id', descending: false }, ...place })),
    listMailboxes(deps, actor),
  ]);
  const content = html`<p class="quiet">${words.lead}</p>
    ${when(webhooks.length === 0, () => html`<p class="quiet">${words.none}</p>`)}
    <ul class="cards">
      ${webhooks.map((each) => row(visit, each))}
    </ul>
    <form method="post" action="/settings/webhooks" class="stack card form">
      <h2>${words.add}</h2>
      <input type="hidden" name="key" value="${randomUUID()}" />
      ${receiverFields(visit, receiver, mailboxes)}
      <button class="primary">${words.add}</button>
    </form>`;
  return settingsPage(visit, 'webhooks', { content, alert });
}

function row(visit: Visit, webhook: Webhook): Html {
  const words = visit.say(webhookWords);
  return html`<li class="card">
    <a href="/settings/webhooks/${webhook.id}" dir="auto">${webhook.name || webhook.url}</a>
    ${standing(visit, webhook)}
    ${when(webhook.waitingCount > 0 && webhook.waitingCount, (count) => html`<span class="quiet">${words.waiting(count)}</span>`)}
    <small>${webhook.name === '' ? '' : webhook.url}</small>
  </li>`;
}
