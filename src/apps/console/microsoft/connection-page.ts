import { html } from 'hono/html';
import { checkConnection, type ConnectionCheck } from '../../../intake/microsoft/access/check-connection.ts';
import { connectMicrosoft, disconnectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import { findMicrosoft, type MicrosoftConnection } from '../../../intake/microsoft/access/find-connection.ts';
import { narrowingScript } from '../../../intake/microsoft/access/narrowing-script.ts';
import { credentialsOf } from '../../../intake/microsoft/graph/credentials.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { invalidField } from '../../../platform/problems.ts';
import { areaField, checkField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { standing } from './standing.ts';
import { microsoftWords } from './words.ts';

const PATH = '/settings/mailboxes/:id{[0-9]+}/microsoft';

type Told = { readonly alert: string | null; readonly check: ConnectionCheck | null };

/** How a mailbox is connected to Microsoft 365, step by step, with the script that narrows the app to it, and its check. */
export function microsoftHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, { alert: null, check: null }));
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    const mailboxId = idIn(visit.c) ?? 0;
    const act = async () => {
      const verb = form.text('verb');
      if (verb === 'check') {
        const input = { mailboxId, foreign: form.line('foreign') };
        return show(visit, { alert: null, check: await checkConnection(visit.deps, visit.actor, input) });
      }
      if (verb === 'disconnect') await disconnectMicrosoft(visit.deps, visit.actor, { mailboxId });
      else await connectMicrosoft(visit.deps, visit.actor, connectionIn(form, mailboxId));
      return done(visit, `/settings/mailboxes/${mailboxId}/microsoft`, { did: 'saved' });
    };
    return orAgain(visit, act, (alert) => show(visit, { alert, check: null }));
  });
}

function connectionIn(form: Form, mailboxId: number) {
  const ends = form.line('secretEndsAt');
  const secretEndsAt = ends === null ? null : new Date(ends);
  if (secretEndsAt !== null && Number.isNaN(secretEndsAt.getTime()))
    throw invalidField('/secretEndsAt', 'is a date such as 2028-05-31');
  return {
    mailboxId,
    tenantId: form.text('tenantId').trim(),
    clientId: form.text('clientId').trim(),
    credentials: credentialsOf({
      secret: form.line('secret') ?? undefined,
      certificate: form.line('certificate') ?? undefined,
    }),
    secretEndsAt,
    readsJunk: form.has('readsJunk'),
    sends: form.has('sends'),
  };
}

async function show(visit: Visit, { alert, check }: Told): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(microsoftWords);
  const mailbox = await findMailbox(deps, actor, { mailboxId: idIn(visit.c) ?? 0 });
  const connection = await findMicrosoft(deps, actor, { mailboxId: mailbox.id });
  const content = html`<h2>${words.title}: ${mailbox.address}</h2>
    ${when(connection, (found) => html`<div data-live="microsoft">${standing(visit, found).shown}</div>`)}
    ${when(
      check,
      ({ ok, lines }) =>
        html`<ul class="hint ${ok ? 'good' : 'bad'}" role="status" lang="en">
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`,
    )}
    ${when(
      connection,
      () =>
        html`<form method="post" class="stack card">
          ${textField({ label: words.foreign, name: 'foreign', type: 'email' })}
          <div class="verbs">
            <button class="primary" name="verb" value="check">${words.check}</button>
            <button class="danger" name="verb" value="disconnect">${words.disconnect}</button>
          </div>
        </form>`,
    )}
    <p>${words.lead}</p>
    ${steps(visit)} ${when(connection, (found) => script(visit, found))} ${connectForm(visit, connection)}`;
  return settingsPage(visit, 'mailboxes', { content, alert });
}

function steps(visit: Visit): Html {
  const words = visit.say(microsoftWords);
  return html`<p>
      <a class="button" href="https://entra.microsoft.com" target="_blank" rel="noopener noreferrer"
        >${words.portal}</a
      >
    </p>
    <ol class="steps cards">
      ${words.steps.map((step) => html`<li class="card">${step}</li>`)}
    </ol>`;
}

function script(visit: Visit, connection: MicrosoftConnection): Html {
  const words = visit.say(microsoftWords);
  const text = narrowingScript(connection);
  return html`<div class="card">
    <p>${words.narrow}</p>
    <textarea class="source" rows="9" readonly spellcheck="false" dir="ltr" aria-label="PowerShell">
${text}</textarea>
    <button type="button" hidden data-scripted data-copy data-copy-text="${text}">${words.copy}</button>
  </div>`;
}

function connectForm(visit: Visit, connection: MicrosoftConnection | null): Html {
  const words = visit.say(microsoftWords);
  const ends = connection?.secretEndsAt?.toISOString().slice(0, 10) ?? null;
  return html`<form method="post" class="stack card form">
    ${textField({ label: words.tenant, name: 'tenantId', value: connection?.tenantId ?? null, required: true })}
    ${textField({ label: words.client, name: 'clientId', value: connection?.clientId ?? null, required: true })}
    ${textField({ label: words.secret, name: 'secret', type: 'password', hint: words.secretHint })}
    ${areaField({ label: words.certificate, name: 'certificate', rows: 3 })}
    ${textField({ label: words.ends, name: 'secretEndsAt', value: ends, hint: words.endsHint })}
    ${checkField({ label: words.sends, name: 'sends', checked: connection?.sends ?? true, hint: words.sendsHint })}
    ${checkField({ label: words.junk, name: 'readsJunk', checked: connection?.readsJunk ?? false })}
    <button class="${connection === null ? 'primary' : ''}" name="verb" value="connect">
      ${connection === null ? words.connect : words.change}
    </button>
  </form>`;
}
