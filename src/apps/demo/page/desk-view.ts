import { html } from 'hono/html';
import type { DeskEvent, DeskMessage, DeskRequest, DeskState } from '../desk-side.ts';
import { shownSize, shownTime } from './shown-time.ts';

type Html = ReturnType<typeof html>;

const STATUS_WORDS: Readonly<Record<DeskRequest['status'], string>> = {
  new: 'new',
  in_progress: 'in progress',
  pending: 'pending',
  resolved: 'resolved',
  closed: 'closed',
};

const MATCHED_WORDS: Readonly<Record<NonNullable<DeskMessage['matchedBy']>, string>> = {
  new: 'opened the request',
  token: 'filed by the reply address',
  references: 'filed by References',
  gmail_thread: 'filed by the Gmail thread',
  sender: 'filed by its sender',
};

/** The requests, the latest first, to choose one. */
export function requestsView({ requests, selected }: DeskState): Html {
  if (requests.length === 0) {
    return html`<p class="empty">No request yet. The first mail opens one.</p>`;
  }
  return html`<ul class="requests">
    ${requests.map(
      (request) =>
        html`<li>
          <button
            type="button"
            data-request="${request.id}"
            aria-pressed="${request.id === selected?.request.id ? 'true' : 'false'}"
          >
            <span class="number">${request.id}</span>
            <span class="what">
              ${request.subject === '' ? '(no subject)' : request.subject}
              <span class="quiet">${request.contact.name || request.contact.email}${followUp(request)}</span>
            </span>
            ${request.needsAttention ? html`<span class="tag warn">needs attention</span>` : ''}
            <span class="status ${request.status}">${STATUS_WORDS[request.status]}</span>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** One request: its facts, and its messages with what became of each delivery. */
export function requestView({ selected }: DeskState, now: Date): Html {
  if (selected === null) return html``;
  const { request, messages } = selected;
  return html`<header class="request">
      <h3>Request ${request.id}: ${request.subject === '' ? '(no subject)' : request.subject}</h3>
      <dl>
        ${fact('Status', STATUS_WORDS[request.status])}
        ${fact('Assignee', request.assignee?.name ?? 'nobody')} ${fact('Contact', request.contact.email)}
        ${request.followUpOf === null ? '' : fact('Follows', `request ${request.followUpOf}`)}
        ${request.refersTo === null ? '' : fact('Refers to', `request ${request.refersTo}, which it may not join`)}
      </dl>
    </header>
    <ol class="messages">
      ${messages.map((message) => messageView(message, now))}
    </ol>`;
}

/** What happened to the request, the latest first. */
export function historyView({ selected }: DeskState, now: Date): Html {
  if (selected === null) return html``;
  return html`<h3>History</h3>
    <ol class="events">
      ${selected.events.toReversed().map((event) => eventView(event, now))}
    </ol>`;
}

function followUp(request: DeskRequest): string {
  return request.followUpOf === null ? '' : `, follows ${request.followUpOf}`;
}

function fact(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function messageView(message: DeskMessage, now: Date): Html {
  const { id, authenticity, matchedBy, delivery, notice } = message;
  const doubtful = authenticity !== null && authenticity !== 'verified';
  return html`<li class="message ${message.kind}" data-message="${id}">
    <header>
      <strong>${notice === null ? (message.author.name ?? message.author.kind) : `Notice: ${notice}`}</strong>
      ${doubtful ? html`<span class="tag warn">sender ${authenticity}</span>` : ''}
      ${matchedBy === null ? '' : html`<span class="tag">${MATCHED_WORDS[matchedBy]}</span>`}
      ${delivery === null ? '' : html`<span class="tag ${delivery.state}">${delivery.state}</span>`}
      <time datetime="${message.createdAt}">${shownTime(message.createdAt, now)}</time>
    </header>
    ${
      notice === null
        ? textView(message)
        : html`<details data-details="notice ${id}">
            <summary>Text of the notice</summary>
            ${textView(message)}
          </details>`
    }
    ${delivery === null ? '' : deliveryView(delivery)}
  </li>`;
}

function textView({ visibleText, attachments }: DeskMessage): Html {
  return html`<p class="text">${visibleText.trim()}</p>
    ${
      attachments.length === 0
        ? ''
        : html`<ul class="files">
            ${attachments.map(
              ({ id, name, size }) =>
                html`<li><a href="/v1/attachments/${id}" download>${name}</a> ${shownSize(size)}</li>`,
            )}
          </ul>`
    }`;
}

function deliveryView({ recipients, attempts }: NonNullable<DeskMessage['delivery']>): Html {
  const to = recipients.map(({ address, state }) => `${address} ${state}`).join(', ');
  const tries = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
  const last = attempts.at(-1);
  return html`<p class="quiet">
    To ${to}${tries}${last === undefined ? '' : `: ${last.reply ?? last.outcome ?? 'under way'}`}
  </p>`;
}

function eventView(event: DeskEvent, now: Date): Html {
  const changed = Object.entries(event.new ?? {}).filter(([name, value]) => event.old?.[name] !== value);
  const detail = changed
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${shownValue(event.old?.[name])}${shownValue(value, true)}`)
    .join(', ');
  return html`<li>
    <time datetime="${event.at}">${shownTime(event.at, now)}</time>
    <span><code>${event.type}</code> by ${event.actor.name ?? `the ${event.actor.kind}`}</span>
    <span class="quiet">${detail}</span>
  </li>`;
}

function shownValue(value: unknown, isNew = false): string {
  if (!isNew) return value === undefined || value === null ? '' : `${shownValue(value, true)} → `;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
