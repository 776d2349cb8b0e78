import { html } from 'hono/html';
import type { MicrosoftConnection } from '../../../intake/microsoft/access/find-connection.ts';
import { narrowingScript } from '../../../intake/microsoft/access/narrowing-script.ts';
import { SENDS_BY } from '../../../intake/microsoft/graph/endpoints.ts';
import { credentialsOf } from '../../../intake/microsoft/graph/credentials.ts';
import { areaField, checkField, selectField, textField } from '../parts/fields.ts';
import type { Form } from '../parts/forms.ts';
import { givenDay } from '../parts/given-day.ts';
import type { Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { microsoftWords } from './words.ts';

/** The app as somebody enters it. */
export function appIn(form: Form) {
  return {
    tenantId: form.text('tenantId').trim(),
    clientId: form.text('clientId').trim(),
    secretEndsAt: givenDay(form, 'secretEndsAt'),
    readsJunk: form.has('readsJunk'),
    sends: SENDS_BY.find((each) => each === form.text('sends')) ?? 'graph',
  };
}

/** What signs it in by its own rights. */
export function credentialsIn(form: Form) {
  return credentialsOf({
    secret: form.line('secret') ?? undefined,
    certificate: form.line('certificate') ?? undefined,
  });
}

/** What is to be clicked at Microsoft; out of the way once that is done. */
export function steps(visit: Visit, isDone: boolean): Html {
  const words = visit.say(microsoftWords);
  return html`<details ${isDone ? '' : html`open`}>
    <summary class="link">${words.stepsTitle}</summary>
    <div class="stack">
      <p>
        <a class="button" href="https://entra.microsoft.com" target="_blank" rel="noopener noreferrer"
          >${words.portal}</a
        >
      </p>
      <ol class="steps cards">
        ${words.steps.map((step) => html`<li class="card">${step}</li>`)}
      </ol>
      <p class="quiet">${words.personSteps}</p>
    </div>
  </details>`;
}

/** The script that narrows an app to this mailbox. */
export function script(visit: Visit, connection: MicrosoftConnection): Html {
  const words = visit.say(microsoftWords);
  const text = narrowingScript(connection);
  return html`<div class="card stack">
    <p>${words.narrow}</p>
    <textarea class="source" rows="9" readonly spellcheck="false" dir="ltr" aria-label="PowerShell">
${text}</textarea>
    <button type="button" hidden data-scripted data-copy data-copy-text="${text}">${words.copy}</button>
  </div>`;
}

export function connectForm(visit: Visit, connection: MicrosoftConnection | null): Html {
  const words = visit.say(microsoftWords);
  const ends = connection?.secretEndsAt?.toISOString().slice(0, 10) ?? null;
  return html`<form method="post" class="stack card form">
    ${textField({ label: words.tenant, name: 'tenantId', value: connection?.tenantId ?? null, required: true })}
    ${textField({ label: words.client, name: 'clientId', value: connection?.clientId ?? null, required: true })}
    ${selectField({
      label: words.way,
      name: 'way',
      value: connection?.kind === 'delegated' ? 'device' : 'app',
      options: [
        ['app', words.ways.app],
        ['device', words.ways.device],
        ['browser', words.ways.browser],
      ],
      hint: words.wayHint,
    })}
    ${textField({ label: words.secret, name: 'secret', type: 'password', hint: words.secretHint })}
    <details>
      <summary class="link">${words.certificate}</summary>
      ${areaField({ label: words.certificatePem, name: 'certificate', rows: 4 })}
    </details>
    ${textField({ label: words.ends, name: 'secretEndsAt', type: 'date', value: ends, hint: words.endsHint })}
    ${selectField({
      label: words.sends,
      name: 'sends',
      value: connection?.sends ?? 'graph',
      options: SENDS_BY.map((each) => [each, words.sendsBy[each]]),
      hint: words.sendsHint,
    })}
    ${checkField({ label: words.junk, name: 'readsJunk', checked: connection?.readsJunk ?? false })}
    <button class="${connection === null ? 'primary' : ''}" name="verb" value="connect">
      ${connection === null ? words.connect : words.change}
    </button>
  </form>`;
}
