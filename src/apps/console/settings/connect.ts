import { html } from 'hono/html';
import { gmailFilter } from '../../../intake/gmail/relay/gmail-filter.ts';
import { emitRelayScript } from '../../../intake/gmail/relay/relay-script.ts';
import { findRelaySetup } from '../../../mailboxes/relay-secrets/find-relay-setup.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { mailboxWords } from './mailbox-words.ts';
import { microsoftWords } from '../microsoft/words.ts';
import { settingsPage } from './settings-page.ts';
import { smtpForm } from './smtp.ts';

/** How a mailbox's Gmail is connected: the script with its values filled in, the filter, and whether it was heard. */
export function connectHandlers(pages: Pages): void {
  pages.get('/settings/mailboxes/:id{[0-9]+}/connect', (visit) => show(visit));
  pages.get('/settings/mailboxes/:id{[0-9]+}/mailFilters.xml', ({ c, now }) =>
    c.body(gmailFilter({ neverSpam: false, updatedAt: now }), 200, {
      'content-type': 'application/xml',
      'content-disposition': 'attachment; filename="mailFilters.xml"',
    }),
  );
}

async function show(visit: Visit): Promise<Response> {
  const { deps, actor, say } = visit;
  const words = say(mailboxWords);
  const mailbox = await findMailbox(deps, actor, { mailboxId: idIn(visit.c) ?? 0 });
  const setup = await findRelaySetup(deps, actor, { address: mailbox.address });
  const { code, manifest } = await emitRelayScript(setup);
  const heard = mailbox.relayHeardAt !== null;
  const [project, script, settings, run, filter] = words.steps;
  const content = html`<h2>${words.connectTitle}: ${mailbox.address}</h2>
    <p>
      <a class="button" href="/settings/mailboxes/${mailbox.id}/microsoft">${say(microsoftWords).button}</a>
    </p>
    ${when(
      !deps.publicUrl.startsWith('https://'),
      () => html`<p class="hint bad">${icon('triangle-alert', deps.assets)}${words.unreachable}</p>`,
    )}
    <div data-live="heard" data-heard="${heard ? 'yes' : 'no'}">
      <p class="hint ${heard ? 'good' : ''}" role="status">
        ${icon(heard ? 'circle-check' : 'clock', deps.assets)}${heard ? words.heard : words.waiting}
        ${when(heard, () => html`${words.firstMail} <a href="/requests?view=open">${words.toList}</a>`)}
      </p>
    </div>
    <ol class="steps cards">
      <li class="card">
        ${project}
        <a
          class="button"
          href="https://script.google.com/home/projects/create"
          target="_blank"
          rel="noopener noreferrer"
          >script.google.com</a
        >
      </li>
      <li class="card">${script} ${source(visit, 'Code.gs', code)}</li>
      <li class="card">${settings} ${source(visit, 'appsscript.json', manifest)}</li>
      <li class="card">${run}</li>
      <li class="card">
        ${filter}
        <p>
          <a class="button" href="/settings/mailboxes/${mailbox.id}/mailFilters.xml" download
            >${icon('download', deps.assets)}${words.download}</a
          >
        </p>
      </li>
    </ol>
    <h2>${words.saved}</h2>
    ${await smtpForm(visit, mailbox)}`;
  return settingsPage(visit, 'mailboxes', { content, about: mailbox.address });
}

function source(visit: Visit, name: string, text: string): Html {
  const words = visit.say(mailboxWords);
  return html`<details>
      <summary class="link">${name}</summary>
      <textarea class="source" rows="12" readonly spellcheck="false" dir="ltr" aria-label="${name}">
${text}</textarea>
    </details>
    <button type="button" hidden data-scripted data-copy data-copy-text="${text}">
      ${words.copy} ${name}
    </button>`;
}
