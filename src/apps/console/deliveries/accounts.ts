import { html } from 'hono/html';
import type { SendingAccount } from '../../../outbox/accounts/list-sending-accounts.ts';
import { shownAccount } from '../../../outbox/smtp/account-name.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { deliveryWords } from './words.ts';

/** The accounts that mail leaves through, and whether they work. */
export function accountList(visit: Visit, accounts: readonly SendingAccount[]): Html {
  const words = visit.say(deliveryWords);
  const { paused } = visit.say(conversationWords);
  const { format, deps } = visit;
  if (accounts.length === 0) {
    return html`<p class="hint bad">
      ${icon('triangle-alert', deps.assets)}<span>${words.noAccount}</span>
      <a href="/settings/mailboxes">${words.noAccountHelp}</a>
    </p>`;
  }
  return html`<ul class="cards plain" aria-label="${words.accounts}">
    ${accounts.map(
      (each) =>
        html`<li class="card ${each.paused === null ? 'good' : 'bad'}">
          <b>${shownAccount(each.account)}</b>
          <span
            >${each.paused === null ? words.leaving : paused[each.paused]}${when(
              each.since,
              (at) => html`, ${words.since} ${format.time(at)}`,
            )}</span
          >
          <small>${words.sentToday(format.number(each.sentToday))}</small>
          ${when(each.reply, (reply) => html`<q lang="en">${reply}</q>`)}
        </li>`,
    )}
  </ul>`;
}
