import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { invalidField } from '../../../platform/problems.ts';
import { openOnBehalf } from '../../../requests/life/on-behalf.ts';
import { areaField, checkField, selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, icon } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done, respond } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  title: 'New request',
  mailbox: 'From mailbox',
  email: 'Contact (email address)',
  name: 'Their name',
  subject: 'Subject',
  text: 'Text',
  noMail: 'Send no email: keep the text as a note, about a phone call for instance',
  open: 'Open the request',
  empty: 'The text is empty.',
};
const ru: typeof en = {
  title: 'Новое обращение',
  mailbox: 'Из ящика',
  email: 'Для кого (адрес)',
  name: 'Имя',
  subject: 'Тема',
  text: 'Текст',
  noMail: 'Письма не отправлять: сохранить текст как заметку, например о звонке',
  open: 'Открыть обращение',
  empty: 'Текст пуст.',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Opening a request on behalf of a contact. */
export function newRequestHandlers(pages: Pages): void {
  pages.get('/requests/new', (visit) => show(visit, null, null));
  pages.post('/requests/new', async (visit) => {
    const form = await readForm(visit.c);
    return orAgain(
      visit,
      () => open(visit, form),
      (alert) => show(visit, form, alert),
    );
  });
}

async function open(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const text = form.text('text').trimEnd();
  if (text.trim() === '') throw invalidField('', visit.say(sentences).empty);
  const opening = {
    mailboxId: form.id('mailboxId') ?? 0,
    contact: { email: form.text('email').trim(), name: form.line('name') ?? undefined },
    subject: form.text('subject').trim(),
    text,
    send: !form.has('noMail'),
  };
  const key = idempotency(actor.operatorId, form.line('key') ?? undefined, 'open', opening);
  const { requestId } = await openOnBehalf(deps, actor, { ...opening, idempotency: key });
  return done(visit, `/requests/${requestId}`, { did: 'done' });
}

async function show(visit: Visit, form: Form | null, alert: string | null): Promise<Response> {
  const words = visit.say(sentences);
  const mailboxes = await listMailboxes(visit.deps, visit.actor);
  const typed = (name: string): string => form?.text(name) ?? visit.c.req.query(name) ?? '';
  const content: Html = html`<div class="page narrow">
    <h1>${words.title}</h1>
    <form method="post" action="/requests/new" class="stack card">
      <input type="hidden" name="key" value="${randomUUID()}" />
      ${selectField({
        label: words.mailbox,
        name: 'mailboxId',
        value: typed('mailboxId'),
        options: mailboxes.map((each) => [each.id, `${each.name} <${each.address}>`]),
      })}
      ${textField({ label: words.email, name: 'email', type: 'email', value: typed('email'), required: true })}
      ${textField({ label: words.name, name: 'name', value: typed('name') })}
      ${textField({ label: words.subject, name: 'subject', value: typed('subject'), required: true })}
      ${areaField({ label: words.text, name: 'text', value: typed('text'), rows: 8, required: true })}
      ${checkField({ label: words.noMail, name: 'noMail', checked: form?.has('noMail') ?? false })}
      <button class="primary">${icon('send', visit.deps.assets)}${words.open}</button>
    </form>
  </div>`;
  return respond(visit, { title: words.title, content, alert }, alert === null ? 200 : 422);
}
