import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { addMailbox } from '../../../mailboxes/settings/add-mailbox.ts';
import { editMailbox } from '../../../mailboxes/settings/edit-mailbox.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { LANGUAGES } from '../../../mail/language.ts';
import { areaField, checkField, selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { mailboxWords } from './mailbox-words.ts';
import { sourceOf, SOURCES } from '../../../intake/sources/sources.ts';
import { editMailboxSchema } from '../../../mailboxes/settings/schemas.ts';
import { parsed } from '../../../platform/http/problems/field-errors.ts';
import { givenFields } from '../../../platform/given-fields.ts';
import { invalidField } from '../../../platform/problems.ts';
import { settingsPage } from './settings-page.ts';
import { smtpForm } from './smtp.ts';

/** The mailboxes of the desk and how their mail is treated. */
export function mailboxSettingsHandlers(pages: Pages): void {
  pages.get('/settings/mailboxes', (visit) => list(visit, null));
  pages.post('/settings/mailboxes', async (visit) => {
    const form = await readForm(visit.c);
    const add = async () => {
      const source = form.line('source') ?? 'gmail';
      if (!Object.hasOwn(SOURCES, source)) throw invalidField('/source', 'is one of the sources');
      const input = { address: form.text('address').trim(), name: form.text('name').trim(), source };
      const { mailbox } = await addMailbox(visit.deps, visit.actor, input);
      const { page } = sourceOf(source);
      return done(visit, ['/settings/mailboxes', mailbox.id, ...(page === null ? [] : [page])].join('/'), {
        did: 'saved',
      });
    };
    return orAgain(visit, add, (alert) => list(visit, alert, form));
  });
  pages.get('/settings/mailboxes/:id{[0-9]+}', (visit) => show(visit, null));
  pages.post('/settings/mailboxes/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const mailboxId = idIn(visit.c) ?? 0;
    const given = givenFields(changeIn(form));
    const save = async () => {
      // Read as the interface reads it: a sender that is none would let nobody through.
      const change = parsed(editMailboxSchema, given);
      await editMailbox(visit.deps, visit.actor, { mailboxId, change });
      return done(visit, `/settings/mailboxes/${mailboxId}`, { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert, given));
  });
}

function changeIn(form: Form) {
  const number = (name: string): number | undefined => {
    const text = form.text(name).trim();
    return text === '' ? undefined : Number(text);
  };
  const lines = (name: string): string[] =>
    form
      .text(name)
      .split('\n')
      .map((line) => line.trim().toLowerCase())
      .filter((line) => line !== '');
  return {
    name: form.line('name') ?? undefined,
    language: LANGUAGES.find((each) => each === form.text('language')),
    threadBy: (['sender', 'conversation'] as const).find((each) => each === form.text('threadBy')),
    reopenDays: number('reopenDays'),
    autoCloseDays: number('autoCloseDays') ?? null,
    askForRating: form.text('askForRating') !== '',
    offersForm: form.text('offersForm') !== '',
    silenceMinutes: number('silenceMinutes'),
    signature: form.text('signature').trim(),
    groupAddresses: lines('groups'),
    allowedSenders: lines('allowed'),
    deniedSenders: lines('denied'),
    copies: form.has('copies') ? ('quarantine' as const) : ('file' as const),
    authenticity: form.has('gateway') ? ('none' as const) : ('receiver' as const),
    tenantDomains: lines('tenantDomains'),
  };
}

async function list(visit: Visit, alert: string | null, typed?: Form): Promise<Response> {
  const words = visit.say(mailboxWords);
  const mailboxes = await listMailboxes(visit.deps, visit.actor);
  const content = html`<ul class="cards">
      ${mailboxes.map(
        (each) =>
          html`<li class="card verbs">
            <b dir="auto">${each.name}</b> <span class="quiet">${each.address}</span>
            <a class="button" href="/settings/mailboxes/${each.id}">${words.settings}</a>
            ${when(
              may(visit.actor, 'mailboxes.manage') ? sourceOf(each.source).page : null,
              (page) =>
                html`<a class="button" href="/settings/mailboxes/${each.id}/${page}"
                  >${words.connect(sourceOf(each.source).account)}</a
                >`,
            )}
          </li>`,
      )}
    </ul>
    ${when(may(visit.actor, 'mailboxes.manage'), () => addForm(visit, typed))}`;
  return settingsPage(visit, 'mailboxes', { content, alert });
}

/** The form that adds a mailbox, with what was typed when it is drawn again. */
export function addForm(visit: Visit, typed?: Form): Html {
  const words = visit.say(mailboxWords);
  return html`<form method="post" action="/settings/mailboxes" class="stack card form">
    <h2>${words.add}</h2>
    ${textField({ label: words.address, name: 'address', type: 'email', value: typed?.text('address') ?? '', required: true })}
    ${selectField({
      label: words.source,
      name: 'source',
      value: typed?.text('source') ?? 'gmail',
      options: Object.values(SOURCES).map(({ name, account }) => [name, account]),
    })}
    ${textField({ label: words.name, name: 'name', value: typed?.text('name') ?? '', required: true })}
    <button class="primary">${words.add}</button>
  </form>`;
}

async function show(visit: Visit, alert: string | null, given: Partial<MailboxRow> = {}): Promise<Response> {
  const mailbox = await findMailbox(visit.deps, visit.actor, { mailboxId: idIn(visit.c) ?? 0 });
  const content = html`<div class="columns wide">
    ${settingsForm(visit, { ...mailbox, ...given })}
    ${may(visit.actor, 'mailboxes.manage') ? await smtpForm(visit, mailbox) : ''}
  </div>`;
  return settingsPage(visit, 'mailboxes', { content, alert, about: mailbox.address });
}

function settingsForm(visit: Visit, mailbox: MailboxRow): Html {
  const words = visit.say(mailboxWords);
  const form = `${visit.deps.publicUrl}/ask/${mailbox.address}`;
  return html`<form method="post" class="stack card">
    <h2>${mailbox.address}</h2>
    ${textField({ label: words.name, name: 'name', value: mailbox.name, required: true })}
    ${selectField({
      label: words.language,
      name: 'language',
      value: mailbox.language,
      options: LANGUAGES.map((each) => [each, words.languages[each]]),
    })}
    ${selectField({
      label: words.threadBy,
      name: 'threadBy',
      value: mailbox.threadBy,
      options: [
        ['sender', words.threads.sender],
        ['conversation', words.threads.conversation],
      ],
    })}
    ${textField({ label: words.reopenDays, name: 'reopenDays', type: 'number', value: mailbox.reopenDays })}
    ${textField({
      label: words.autoCloseDays,
      name: 'autoCloseDays',
      type: 'number',
      value: mailbox.autoCloseDays,
    })}
    ${checkField({ label: words.askForRating, name: 'askForRating', checked: mailbox.askForRating })}
    ${checkField({ label: words.offersForm, name: 'offersForm', checked: mailbox.offersForm })}
    ${when(mailbox.offersForm, () => html`<p><a href="${form}">${form}</a></p>`)}
    ${textField({
      label: words.silenceMinutes,
      name: 'silenceMinutes',
      type: 'number',
      value: mailbox.silenceMinutes,
    })}
    ${areaField({ label: words.signature, name: 'signature', value: mailbox.signature, rows: 3 })}
    ${areaField({ label: words.groups, name: 'groups', value: mailbox.groupAddresses.join('\n'), rows: 2 })}
    ${areaField({ label: words.allowed, name: 'allowed', value: mailbox.allowedSenders.join('\n'), rows: 2 })}
    ${areaField({ label: words.denied, name: 'denied', value: mailbox.deniedSenders.join('\n'), rows: 2 })}
    ${checkField({ label: words.copies, name: 'copies', checked: mailbox.copies === 'quarantine' })}
    ${checkField({ label: words.gateway, name: 'gateway', checked: mailbox.authenticity === 'none' })}
    ${areaField({
      label: words.tenantDomains,
      name: 'tenantDomains',
      value: mailbox.tenantDomains.join('\n'),
      rows: 2,
    })}
    <button class="primary">${words.save}</button>
  </form>`;
}
