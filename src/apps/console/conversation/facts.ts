import { html } from 'hono/html';
import { isOpen, PRIORITIES } from '../../../requests/request.ts';
import { clockFacts } from '../clocks/due.ts';
import { valueInput } from '../fields/value-input.ts';
import { valueText } from '../fields/value-text.ts';
import { jiraPanel } from '../jira/panel.ts';
import type { GoneParts } from '../../../requests/retention/find-gone.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import { retentionWords } from '../retention/words.ts';
import type { Visit } from '../shell/visit.ts';
import type { Conversation } from './conversation.ts';
import { conversationWords } from './words.ts';

/** Beside the messages: whose it is, who asks, what else they asked. */
export function facts(visit: Visit, conversation: Conversation): Html {
  const { say, format } = visit;
  const { request, others, jira, gone } = conversation;
  const words = say(conversationWords);
  const { status, noSubject } = say(terms);
  return html`<aside class="facts" aria-label="${words.contact}">
    <p class="who" dir="auto">
      <a href="/contacts/${request.contactId}">${request.contactName || request.contactEmail}</a>
      ${when(request.contactName, () => html`<small>${request.contactEmail}</small>`)}
    </p>
    <div class="attributes">
      ${standing(visit, request)} ${when(gone, (parts) => goneParts(visit, parts))}
      ${isOpen(request.status) ? factsForm(visit, conversation) : fixed(visit, conversation)}
      ${tags(visit, request)}
    </div>
    ${jiraPanel(visit, request.id, jira)}
    <h2>${words.otherRequests}</h2>
    <ul class="others" data-live="others">
      ${others.length === 0 ? html`<li class="quiet">${words.noOthers}</li>` : ''}
      ${others.map(
        (other) =>
          html`<li>
            <a href="/requests/${other.id}" dir="auto">${other.subject || noSubject}</a>
            <small>${status[other.status]} · ${format.time(other.lastMessageAt)}</small>
          </li>`,
      )}
    </ul>
  </aside>`;
}

// What is missing is not a fault of the desk: its admins said so.
function goneParts(visit: Visit, gone: GoneParts): Html {
  const words = visit.say(retentionWords);
  const parts = (['originalsAt', 'attachmentsAt', 'bodiesAt'] as const).flatMap((name) => {
    const at = gone[name];
    return at === null ? [] : [html`<dd>${words.gone[name]} <small>${visit.format.time(at)}</small></dd>`];
  });
  return html`<dl>
    <dt>${words.removed}</dt>
    ${parts}
  </dl>`;
}

type Shown = Conversation['request'];

function standing(visit: Visit, request: Shown): Html {
  const words = visit.say(conversationWords);
  return html`<dl data-live="facts">
    <dt>${words.assignee}</dt>
    <dd dir="auto" data-assignee>${request.assigneeName ?? visit.say(terms).nobody}</dd>
    ${when(
      request.teamName,
      (team) =>
        html`<dt>${words.team}</dt>
          <dd dir="auto">${team}</dd>`,
    )}
    <dt>${words.mailbox}</dt>
    <dd>${request.mailboxAddress}</dd>
    ${clockFacts(visit, request)}
    <dt>${words.opened}</dt>
    <dd>${visit.format.time(request.createdAt)}</dd>
    ${when(
      request.rating,
      (rating) =>
        html`<dt>${words.rating}</dt>
          <dd dir="auto">
            ${words.ratings[rating]}
            ${when(request.ratingComment, (comment) => html`<small>${comment}</small>`)}
          </dd>`,
    )}
  </dl>`;
}

function fixed(visit: Visit, { request, asked }: Conversation): Html {
  const words = visit.say(conversationWords);
  return html`<dl>
    <dt>${words.priority}</dt>
    <dd>${visit.say(terms).priority[request.priority]}</dd>
    ${when(
      request.category,
      (category) =>
        html`<dt>${words.category}</dt>
          <dd dir="auto">${category}</dd>`,
    )}
    ${asked.map((field) => {
      const value = request.fields[field.key];
      return value === undefined
        ? ''
        : html`<dt dir="auto">${field.name}</dt>
            <dd dir="auto">${valueText(visit, field, value)}</dd>`;
    })}
  </dl>`;
}

// The button appears when something is changed, with scripts or without.
function factsForm(visit: Visit, { request, asked, refused }: Conversation): Html {
  const words = visit.say(conversationWords);
  const { priority } = visit.say(terms);
  return html`<form method="post" action="/requests/${request.id}/facts" class="edit">
    <label
      ><span>${words.priority}</span>
      <select name="priority" data-key="p" aria-keyshortcuts="p">
        ${PRIORITIES.map(
          (value) =>
            html`<option value="${value}" ${value === request.priority ? html`selected` : ''}>
              ${priority[value]}
            </option>`,
        )}
      </select></label
    >
    <label
      ><span>${words.category}</span>
      <input
        name="category"
        value="${request.category ?? ''}"
        placeholder="${words.noCategory}"
        maxlength="100"
        dir="auto"
    /></label>
    ${asked.map((field, index) =>
      valueInput(visit, field, {
        value: request.fields[field.key],
        refusal: refused.values,
        keyed: index === 0,
      }),
    )}
    <label
      ><span>${words.tags}</span>
      <input
        name="addTags"
        placeholder="${words.addTag}"
        title="${words.tagsHint}"
        maxlength="2000"
        data-key="l"
        aria-keyshortcuts="l"
        autocomplete="off"
        dir="auto"
    /></label>
    <button class="primary">${words.save}</button>
  </form>`;
}

function tags(visit: Visit, request: Shown): Html {
  const words = visit.say(conversationWords);
  return html`<form method="post" action="/requests/${request.id}/facts" class="tags" data-live="tags">
    ${request.tags.map((tag) =>
      isOpen(request.status)
        ? html`<button
            class="mark tag"
            name="removeTag"
            value="${tag}"
            aria-label="${words.removeTag(tag)}"
            title="${words.removeTag(tag)}"
          >
            <span dir="auto">${tag}</span>${icon('x', visit.deps.assets)}
          </button>`
        : html`<span class="mark tag" dir="auto">${tag}</span>`,
    )}
  </form>`;
}
