import { html } from 'hono/html';
import type { listAttempts } from '../../../integrations/webhooks/posts/list-attempts.ts';
import { textField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { webhookWords } from './words.ts';

type Attempt = Awaited<ReturnType<typeof listAttempts>>['items'][number];

type ShownPosts = {
  readonly items: readonly Attempt[];
  readonly nextCursor: string | null;
  /** Only failed posts are shown. */
  readonly failed: boolean;
};

/** What was posted, how it was answered, and the forms that post it again. */
export function attemptLog(visit: Visit, webhookId: number, { items, nextCursor, failed }: ShownPosts): Html {
  const words = visit.say(webhookWords);
  const page = `/settings/webhooks/${webhookId}`;
  const tab = (name: string, query: string, isShown: boolean) =>
    html`<a href="${page}${query}" ${isShown ? html`aria-current="page"` : ''}>${name}</a>`;
  return html`<section class="card">
      <h3>${words.log}</h3>
      <nav class="tabs" aria-label="${words.log}">
        ${tab(words.every, '', !failed)} ${tab(words.onlyFailed, '?failed=true', failed)}
      </nav>
      ${when(items.length === 0, () => html`<p class="quiet">${words.empty}</p>`)}
      <ul class="attempts">
        ${items.map((each) => attempt(visit, page, each))}
      </ul>
      ${when(
        nextCursor,
        (cursor) =>
          html`<a href="${page}?${failed ? 'failed=true&' : ''}after=${encodeURIComponent(cursor)}"
            >${words.older}</a
          >`,
      )}
    </section>
    <form method="post" action="${page}" class="stack card form">
      <h3>${words.replay}</h3>
      <p class="quiet">${words.replayHint}</p>
      ${textField({ label: words.from, name: 'from', type: 'datetime-local', required: true })}
      ${textField({ label: words.to, name: 'to', type: 'datetime-local', required: true })}
      <div class="verbs"><button name="verb" value="replay">${words.replay}</button></div>
    </form>`;
}

function attempt(
  visit: Visit,
  page: string,
  { at, durationMs, status, fault, answer, posted }: Attempt,
): Html {
  const words = visit.say(webhookWords);
  return html`<li>
    <details>
      <summary>
        ${visit.format.time(at)} <code>${posted.event?.type ?? words.test1}</code>
        <span class="mark ${fault === null ? 'good' : 'bad'}"
          >${status ?? (fault === null ? '' : words.faults[fault])}</span
        >
        <small>${visit.format.number(durationMs)} ms</small>
      </summary>
      ${fault === null ? '' : html`<p>${words.faults[fault]}</p>`}
      ${when(answer, (text) => html`<p>${words.answer}: <code dir="auto">${text}</code></p>`)}
      <p>webhook-id: <code>${posted.name}</code></p>
      <pre dir="ltr" tabindex="0" aria-label="${words.body}">
${JSON.stringify(JSON.parse(posted.body), null, 2)}</pre>
      ${when(
        posted.event,
        ({ id }) =>
          html`<form method="post" action="${page}">
            <input type="hidden" name="eventId" value="${id}" />
            <button name="verb" value="replay">${words.again}</button>
          </form>`,
      )}
    </details>
  </li>`;
}
