import { html } from 'hono/html';
import { LANGUAGES } from '../../../mail/language.ts';
import { editContact } from '../../../people/contacts/edit-contact.ts';
import { findContact } from '../../../people/contacts/find-contact.ts';
import type { ContactInMailbox } from '../../../people/contacts/contact.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { listRequests } from '../../../requests/lists/list-requests.ts';
import { checkField, selectField, textField } from '../parts/fields.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done, respond } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import { type Catalogue, idIn, type Visit } from '../shell/visit.ts';

const en = {
  name: 'Name',
  save: 'Save',
  blocked: 'Blocked: their email waits in quarantine',
  trusted: 'Trusted: their email is accepted without proof of its sender',
  language: 'Language of notices',
  asMail: 'As in their email',
  languages: { en: 'English', ru: 'Russian' },
  requests: 'Requests',
  write: 'Write to them',
  suppressed: 'Email to this address came back, so nothing is sent there until',
  lift: 'It works again: send',
  since: 'Known since',
};
const ru: typeof en = {
  name: 'Имя',
  save: 'Сохранить',
  blocked: 'Заблокирован: письма ждут в карантине',
  trusted: 'Доверенный: письмам верят и без доказательств',
  language: 'Язык уведомлений',
  asMail: 'Как в письме',
  languages: { en: 'Английский', ru: 'Русский' },
  requests: 'Обращения',
  write: 'Написать',
  suppressed: 'Письма на этот адрес возвращались, и туда ничего не отправляется до',
  lift: 'Адрес снова работает: отправлять',
  since: 'Знакомы с',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** A contact: who they are, how their mail is treated, and what they asked. */
export function contactHandlers(pages: Pages): void {
  pages.get('/contacts/:id{[0-9]+}', (visit) => show(visit, null));
  pages.post('/contacts/:id{[0-9]+}', async (visit) => {
    const contactId = idIn(visit.c) ?? 0;
    const form = await readForm(visit.c);
    const mailboxId = form.id('mailboxId');
    const language = LANGUAGES.find((each) => each === form.text('language')) ?? null;
    const changes = {
      ...(form.has('name') ? { name: form.text('name') } : {}),
      ...(form.has('lift') ? { suppressed: false as const } : {}),
      ...(mailboxId === null
        ? {}
        : {
            mailboxes: [{ mailboxId, blocked: form.has('blocked'), trusted: form.has('trusted'), language }],
          }),
    };
    return orAgain(
      visit,
      async () => {
        await editContact(visit.deps, visit.actor, { contactId, changes });
        return done(visit, `/contacts/${contactId}`, { did: 'saved' });
      },
      (alert) => show(visit, alert),
    );
  });
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const { deps, actor, format, say } = visit;
  const words = say(sentences);
  const { status, noSubject } = say(terms);
  const contact = await findContact(deps, actor, idIn(visit.c) ?? 0);
  const [requests, mailboxes] = await Promise.all([
    listRequests(deps, actor, {
      filters: { contactId: [contact.id] },
      sort: { field: 'lastMessageAt', descending: true },
      limit: 100,
    }),
    listMailboxes(deps, actor),
  ]);
  const title = contact.name || contact.email;
  const content = html`<div class="page">
    <h1 dir="auto">${title}</h1>
    <p class="quiet">${contact.email} · ${words.since} ${format.date(contact.createdAt)}</p>
    ${when(
      contact.suppression,
      ({ until, reason }) =>
        html`<form method="post" class="hint bad">
          <span>${words.suppressed} ${format.date(new Date(until))}: <q lang="en">${reason}</q></span>
          <button class="link" name="lift" value="yes">${words.lift}</button>
        </form>`,
    )}
    <div class="columns">
      <form method="post" class="stack card">
        ${textField({ label: words.name, name: 'name', value: contact.name })}
        <button>${words.save}</button>
        <a
          href="/requests/new?email=${encodeURIComponent(contact.email)}&amp;name=${encodeURIComponent(contact.name)}"
          >${words.write}</a
        >
      </form>
      ${contact.mailboxes.map((each) =>
        mailboxForm(visit, each, mailboxes.find((mailbox) => mailbox.id === each.mailboxId)?.address ?? ''),
      )}
    </div>
    <h2>${words.requests}</h2>
    <ol class="rows cards" data-live="requests">
      ${requests.items.map(
        (request) =>
          html`<li class="row card" id="r${request.id}" data-row="${request.id}">
            <div>
              <a href="/requests/${request.id}" data-open dir="auto">${request.subject || noSubject}</a>
            </div>
            <span class="mark ${request.status}">${status[request.status]}</span>
            <span class="age">${format.age(request.lastMessageAt)}</span>
          </li>`,
      )}
    </ol>
  </div>`;
  return respond(visit, { title, content, alert }, alert === null ? 200 : 422);
}

function mailboxForm(visit: Visit, settings: ContactInMailbox, address: string): Html {
  const words = visit.say(sentences);
  return html`<form method="post" class="stack card">
    <h2>${address}</h2>
    <input type="hidden" name="mailboxId" value="${settings.mailboxId}" />
    ${checkField({ label: words.trusted, name: 'trusted', checked: settings.trusted })}
    ${checkField({ label: words.blocked, name: 'blocked', checked: settings.blocked })}
    ${selectField({
      label: words.language,
      name: 'language',
      value: settings.language,
      options: [['', words.asMail], ...LANGUAGES.map((each) => [each, words.languages[each]] as const)],
    })}
    <button>${words.save}</button>
  </form>`;
}
