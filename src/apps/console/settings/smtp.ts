import { html } from 'hono/html';
import { checkTransport, type TransportCheck } from '../../../outbox/accounts/check-transport.ts';
import { findTransport } from '../../../outbox/accounts/find-transport.ts';
import { removeTransport, setTransport } from '../../../outbox/accounts/set-transport.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { textField } from '../parts/fields.ts';
import { invalidField } from '../../../platform/problems.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { mailboxWords } from './mailbox-words.ts';
import { settingsPage } from './settings-page.ts';

/** The account that a mailbox's answers leave by, with its check. */
export function smtpHandlers(pages: Pages): void {
  pages.post('/settings/mailboxes/:id{[0-9]+}/smtp', async (visit) => {
    const { deps, actor } = visit;
    const form = await readForm(visit.c);
    const mailboxId = idIn(visit.c) ?? 0;
    const act = async () => {
      if (form.text('verb') === 'remove') {
        await removeTransport(deps, actor, { mailboxId });
        return done(visit, `/settings/mailboxes/${mailboxId}`, { did: 'saved' });
      }
      if (form.text('verb') === 'save') {
        const dailyLimit = limitIn(form);
        await setTransport(deps, actor, { mailboxId, url: urlIn(form), oauth: null, dailyLimit });
      }
      return show(visit, form, { check: await checkTransport(deps, actor, { mailboxId }) });
    };
    return orAgain(visit, act, (alert) => show(visit, form, { alert }));
  });
}

async function show(
  visit: Visit,
  typed: Form,
  { check = null, alert = null }: { readonly check?: TransportCheck | null; readonly alert?: string | null },
): Promise<Response> {
  const mailbox = await findMailbox(visit.deps, visit.actor, { mailboxId: idIn(visit.c) ?? 0 });
  const content = html`<div class="columns wide">${await smtpForm(visit, mailbox, { check, typed })}</div>`;
  return settingsPage(visit, 'mailboxes', { content, alert, about: mailbox.address });
}

function limitIn(form: Form): number | null {
  const text = form.text('dailyLimit').trim();
  if (text !== '' && !/^[1-9]\d{0,6}$/.test(text)) throw invalidField('/dailyLimit', 'must be 1 to 9999999');
  return text === '' ? null : Number(text);
}

// 465 speaks TLS from the first byte; every other port begins in clear and goes over to it.
function urlIn(form: Form): string {
  const port = form.text('port').trim();
  const scheme = port === '465' ? 'smtps' : 'smtp';
  const user = encodeURIComponent(form.text('user').trim());
  const password = encodeURIComponent(form.text('password'));
  const credentials = user === '' ? '' : `${user}:${password}@`;
  return `${scheme}://${credentials}${form.text('host').trim()}:${port}`;
}

/** The form of a mailbox's SMTP account, with the result of the last test and what was typed for it, but the password. */
export async function smtpForm(
  visit: Visit,
  mailbox: MailboxRow,
  { check = null, typed }: { readonly check?: TransportCheck | null; readonly typed?: Form } = {},
): Promise<Html> {
  const words = visit.say(mailboxWords);
  const own = await findTransport(visit.deps, visit.actor, { mailboxId: mailbox.id });
  const host = mailbox.source === 'gmail' ? 'smtp.gmail.com' : '';
  return html`<form
    method="post"
    action="/settings/mailboxes/${mailbox.id}/smtp"
    class="stack card"
    id="smtp"
  >
    <h2>${words.smtp}</h2>
    ${when(
      check,
      (found) =>
        html`<p class="hint ${found.fault === null ? 'good' : 'bad'}" role="status">
          ${found.words}${when(found.reply, (reply) => html` <q lang="en">${reply}</q>`)}
        </p>`,
    )}
    <p class="quiet">${waySent(words, own)}</p>
    ${when(mailbox.source === 'gmail', () => html`<p class="quiet">${words.smtpHint}</p>`)}
    ${textField({ label: words.host, name: 'host', value: typed?.text('host') ?? host })}
    ${textField({ label: words.port, name: 'port', type: 'number', value: typed?.text('port') ?? 465 })}
    ${textField({ label: words.user, name: 'user', value: typed?.text('user') ?? mailbox.address })}
    ${textField({ label: words.password, name: 'password', type: 'password' })}
    ${textField({ label: words.dailyLimit, name: 'dailyLimit', type: 'number', value: typed?.text('dailyLimit') ?? own?.dailyLimit ?? null })}
    <div class="verbs">
      <button class="primary" name="verb" value="save">${words.smtpSave}</button>
      <button name="verb" value="check">${words.smtpCheck}</button>
      ${when(own?.kind === 'smtp', () => html`<button class="danger" name="verb" value="remove">${words.remove}</button>`)}
    </div>
  </form>`;
}

function waySent(words: (typeof mailboxWords)['en'], own: Awaited<ReturnType<typeof findTransport>>): string {
  if (own === null) return words.smtpShared;
  return own.kind === 'smtp' ? `${words.smtpOwn} ${own.account}` : words.smtpService[own.kind];
}
