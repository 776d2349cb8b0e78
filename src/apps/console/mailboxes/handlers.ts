import { html } from 'hono/html';
import { listMicrosoft } from '../../../intake/microsoft/access/find-connection.ts';
import { sourceOf } from '../../../intake/sources/sources.ts';
import { isSilent } from '../../../intake/gmail/relay/relay-silence.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { listSendingAccounts } from '../../../outbox/accounts/list-sending-accounts.ts';
import { accountList } from '../deliveries/accounts.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { microsoftCard } from '../microsoft/standing.ts';
import type { Pages } from '../shell/pages.ts';
import { respond } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  title: 'Mailboxes',
  never: 'The relay has never called: no email comes in yet.',
  silent: 'The relay is silent. Email waits in Gmail, labelled, and arrives once the relay calls again.',
  fine: 'Email comes in.',
  heard: 'Last call',
  version: 'Relay version',
  account: 'Google account',
  pending: 'Waiting in Gmail',
  failed: 'Given up in Gmail',
  runtime: 'Google’s daily minutes used',
  runtimeOf: (minutes: string) => `${minutes} of 90`,
  connect: 'Connect Gmail',
  sending: 'Sending',
  unknown: 'not known yet',
};
const ru: typeof en = {
  title: 'Ящики',
  never: 'Реле ещё не отзывалось: письма пока не приходят.',
  silent: 'Реле молчит. Письма ждут в Gmail с меткой и придут, когда оно отзовётся.',
  fine: 'Письма приходят.',
  heard: 'Последний отклик',
  version: 'Версия реле',
  account: 'Аккаунт Google',
  pending: 'Ждут в Gmail',
  failed: 'Не переданы из Gmail',
  runtime: 'Минут Google за сегодня',
  runtimeOf: (minutes) => `${minutes} из 90`,
  connect: 'Подключить Gmail',
  sending: 'Отправка',
  unknown: 'ещё не сообщалось',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** How mail comes in and goes out: each relay as it was last heard, each account as it sends. */
export function mailboxHandlers(pages: Pages): void {
  pages.get('/mailboxes', async (visit) => {
    const words = visit.say(sentences);
    const [mailboxes, connections, accounts] = await Promise.all([
      listMailboxes(visit.deps, visit.actor),
      listMicrosoft(visit.deps, visit.actor),
      listSendingAccounts(visit.deps),
    ]);
    const content = html`<div class="page" data-live="mailboxes">
      <h1>${words.title}</h1>
      <ul class="cards">
        ${mailboxes.map((mailbox) => {
          const connection = connections.find(({ mailboxId }) => mailboxId === mailbox.id) ?? null;
          if (mailbox.source === 'microsoft') return microsoftCard(visit, mailbox, connection);
          return mailbox.source === 'gmail' ? relayCard(visit, mailbox) : plainCard(mailbox);
        })}
      </ul>
      <h2>${words.sending}</h2>
      ${accountList(visit, accounts)}
    </div>`;
    return respond(visit, { title: words.title, content, place: '/mailboxes' });
  });
}

/** A mailbox of a source that has no card of its own. */
function plainCard({ name, address, source }: MailboxRow): Html {
  return html`<li class="card">
    <h2>${name} <span class="quiet">${address}</span></h2>
    <p class="quiet">${sourceOf(source).account}</p>
  </li>`;
}

function relayCard(visit: Visit, mailbox: MailboxRow): Html {
  const { format, say, deps, actor, now } = visit;
  const words = say(sentences);
  const silent = isSilent(mailbox, now);
  const never = mailbox.relayHeardAt === null;
  const seconds = mailbox.relayRuntimeTodaySeconds;
  const fact = (name: string, value: Html | string | null): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value ?? words.unknown}</dd>
    </div>`;
  return html`<li class="card ${silent ? 'bad' : 'good'}">
    <h2>${mailbox.name} <span class="quiet">${mailbox.address}</span></h2>
    <p>
      ${icon(silent ? 'triangle-alert' : 'circle-check', deps.assets)}
      ${never ? words.never : silent ? words.silent : words.fine}
      ${when(
        silent && actor.role === 'admin',
        () => html`<a href="/settings/mailboxes/${mailbox.id}/connect">${words.connect}</a>`,
      )}
    </p>
    <dl class="figures">
      ${fact(words.heard, mailbox.relayHeardAt === null ? null : format.age(mailbox.relayHeardAt))}
      ${fact(words.version, mailbox.relayVersion)} ${fact(words.account, mailbox.relayAccount)}
      ${fact(words.pending, mailbox.relayPending === null ? null : format.number(mailbox.relayPending))}
      ${fact(words.failed, mailbox.relayFailed === null ? null : format.number(mailbox.relayFailed))}
      ${fact(words.runtime, seconds === null ? null : words.runtimeOf(format.number(Math.round(seconds / 60))))}
    </dl>
  </li>`;
}
