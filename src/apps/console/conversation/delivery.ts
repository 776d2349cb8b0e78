import { html } from 'hono/html';
import type { DeliveryView } from '../../../outbox/delivery.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { conversationWords } from './words.ts';

const ICONS: Readonly<Record<DeliveryView['state'], string>> = {
  queued: 'clock',
  held: 'clock',
  sending: 'send',
  sent: 'check',
  deferred: 'clock',
  failed: 'triangle-alert',
  bounced: 'triangle-alert',
  cancelled: 'x',
};

/** What became of an outgoing message, and what can be done about it. */
export function deliveryView(
  visit: Visit,
  message: { readonly id: number; readonly requestId: number },
  delivery: DeliveryView,
): Html {
  const { say, format, deps } = visit;
  const words = say(conversationWords);
  const { delivery: states, recipient: recipientStates } = say(terms);
  const { state, attempts, recipients } = delivery;
  const notReached = recipients.filter((each) => each.state === 'refused' || each.state === 'bounced');
  const back = `/requests/${message.requestId}#m${message.id}`;
  return html`<div class="delivery ${state}">
    <details>
      <summary>
        ${icon(ICONS[state], deps.assets)}<span
          >${states[state]}${when(
            delivery.nextAttemptAt,
            (at) => html`, ${words.until} ${format.time(at)}`,
          )}${when(
            delivery.pausedReason,
            (reason) => html`. ${words.paused[reason]}`,
          )}${when(attempts.length > 1, () => html`, ${words.attempts(attempts.length)}`)}</span
        >
      </summary>
      <ul>
        ${recipients.map(
          (each) =>
            html`<li>
              <span dir="auto">${each.address}</span>:
              ${recipientStates[each.state]}${when(each.reply, (reply) => html` <q lang="en">${reply}</q>`)}
            </li>`,
        )}
        ${attempts.map(
          (attempt) =>
            html`<li>
              ${format.time(attempt.at)}: ${attempt.outcome ?? '…'}
              ${when(attempt.reply, (reply) => html`<q lang="en">${reply}</q>`)}
            </li>`,
        )}
      </ul>
    </details>
    <div class="verbs">
      ${when(['queued', 'held', 'deferred'].includes(state), () =>
        button(visit, { path: `/deliveries/${delivery.id}/cancel`, back, words: words.cancel }),
      )}
      ${when(['failed', 'bounced', 'deferred'].includes(state), () =>
        button(visit, { path: `/deliveries/${delivery.id}/retry`, back, words: words.retry }),
      )}
      ${when(
        state === 'failed' || state === 'bounced',
        () => html`${notReached.map((each) => correction(visit, delivery.id, each.address, back))}`,
      )}
    </div>
  </div>`;
}

function button(
  _visit: Visit,
  { path, back, words }: { readonly path: string; readonly back: string; readonly words: string },
): Html {
  return html`<form method="post" action="${path}">
    <input type="hidden" name="back" value="${back}" /><button class="link">${words}</button>
  </form>`;
}

function correction(visit: Visit, deliveryId: number, address: string, back: string): Html {
  const words = visit.say(conversationWords);
  return html`<details class="dropdown" name="menu">
    <summary class="link">${words.correct}</summary>
    <form method="post" action="/deliveries/${deliveryId}/retry" class="stack">
      <input type="hidden" name="back" value="${back}" />
      <input type="hidden" name="from" value="${address}" />
      <label
        ><span dir="auto">${address}</span> → <input type="email" name="to" required maxlength="320"
      /></label>
      <button class="primary">${words.correctButton}</button>
    </form>
  </details>`;
}
