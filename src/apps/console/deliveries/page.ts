import { html } from 'hono/html';
import type { SendingAccount } from '../../../outbox/accounts/list-sending-accounts.ts';
import type { DeliveryView } from '../../../outbox/delivery.ts';
import { accountList } from './accounts.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { deliveryWords } from './words.ts';

export const STATE_GROUPS = {
  failed: ['failed', 'bounced'],
  waiting: ['queued', 'held', 'deferred', 'sending'],
  sent: ['sent'],
} as const;
export type StateGroup = keyof typeof STATE_GROUPS;

export type DeliveriesFacts = {
  readonly group: StateGroup;
  readonly items: readonly DeliveryView[];
  readonly nextCursor: string | null;
  readonly accounts: readonly SendingAccount[];
};

/** What waits, what failed and what left, and by which accounts. */
export function deliveriesPage(visit: Visit, { group, items, nextCursor, accounts }: DeliveriesFacts): Html {
  const words = visit.say(deliveryWords);
  return html`<div class="page">
    <h1>${words.title}</h1>
    ${accountList(visit, accounts)}
    <nav class="tabs">
      ${(['failed', 'waiting', 'sent'] as const).map(
        (each) =>
          html`<a href="/deliveries?state=${each}" ${each === group ? html`aria-current="page"` : ''}
            >${words[each]}</a
          >`,
      )}
    </nav>
    <form method="post" action="/deliveries/retry">
      <div data-live="deliveries">
        ${
          items.length === 0
            ? html`<p class="empty">${group === 'failed' ? words.emptyFailed : words.empty}</p>`
            : html`<ol class="rows cards">
                  ${items.map((delivery) => row(visit, delivery, group))}
                </ol>
                ${when(
                  group === 'failed',
                  () => html`<p class="below"><button class="primary">${words.retrySelected}</button></p>`,
                )}`
        }
      </div>
    </form>
    ${when(
      nextCursor,
      (cursor) =>
        html`<nav class="pager">
          <a class="button" href="/deliveries?state=${group}&amp;after=${encodeURIComponent(cursor)}"
            >${words.older}</a
          >
        </nav>`,
    )}
  </div>`;
}

function row(visit: Visit, delivery: DeliveryView, group: StateGroup): Html {
  const words = visit.say(deliveryWords);
  const { delivery: states } = visit.say(terms);
  const { paused } = visit.say(conversationWords);
  const to = delivery.recipients.map((each) => each.address).join(', ');
  const last = delivery.attempts.at(-1);
  const said = delivery.recipients.find((each) => each.reply !== null)?.reply ?? last?.reply ?? null;
  return html`<li class="row card" id="d${delivery.id}" data-row="${delivery.id}">
    ${when(
      group === 'failed',
      () => html`<input type="checkbox" name="id" value="${delivery.id}" aria-label="${words.select(to)}" />`,
    )}
    <div>
      <p>
        <a href="/requests/${delivery.requestId}#m${delivery.messageId}" data-open
          >${words[delivery.kind]} · ${words.request} ${delivery.requestId}</a
        >
        <span class="mark ${delivery.state}">${states[delivery.state]}</span>
        ${when(delivery.pausedReason, (reason) => html`<span class="quiet">${paused[reason]}</span>`)}
      </p>
      <p class="small"><span dir="auto">${to}</span></p>
      ${when(said, (reply) => html`<p class="small"><q lang="en">${reply}</q></p>`)}
    </div>
    <span class="age">${visit.format.age(delivery.createdAt)}</span>
  </li>`;
}
