import { html } from 'hono/html';
import { isOpen } from '../../../requests/request.ts';
import { jiraPanel } from '../jira/panel.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import type { Conversation } from './conversation.ts';
import { conversationWords } from './words.ts';

/** Beside the messages: whose it is, who asks, what else they asked. */
export function facts(visit: Visit, { request, others, jira }: Conversation): Html {
  const { say, format } = visit;
  const words = say(conversationWords);
  const { nobody, status, noSubject } = say(terms);
  return html`<aside class="facts" aria-label="${words.contact}">
    <dl data-live="facts">
      <dt>${words.contact}</dt>
      <dd dir="auto">
        <a href="/contacts/${request.contactId}">${request.contactName || request.contactEmail}</a>
        ${when(request.contactName, () => html`<small>${request.contactEmail}</small>`)}
      </dd>
      <dt>${words.assignee}</dt>
      <dd dir="auto" data-assignee>${request.assigneeName ?? nobody}</dd>
      <dt>${words.mailbox}</dt>
      <dd>${request.mailboxAddress}</dd>
      <dt>${words.opened}</dt>
      <dd>${format.time(request.createdAt)}</dd>
    </dl>
    ${when(isOpen(request.status), () => factsForm(visit, request))}
    ${when(jira, (panel) => jiraPanel(visit, request.id, panel))}
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

function factsForm(visit: Visit, request: Conversation['request']): Html {
  const words = visit.say(conversationWords);
  const { priority } = visit.say(terms);
  return html`<details class="edit" name="facts" open>
    <summary class="unseen">${words.tags}</summary>
    <form method="post" action="/requests/${request.id}/facts" class="stack">
      <label
        >${words.priority}
        <select name="priority" data-key="p" aria-keyshortcuts="p">
          ${Object.entries(priority).map(
            ([value, name]) =>
              html`<option value="${value}" ${value === request.priority ? html`selected` : ''}>
                ${name}
              </option>`,
          )}
        </select></label
      >
      <label
        >${words.tags}
        <input
          name="tags"
          value="${request.tags.join(', ')}"
          placeholder="${words.tagsHint}"
          data-key="l"
          aria-keyshortcuts="l"
          dir="auto"
      /></label>
      <label
        >${words.category}
        <input name="category" value="${request.category ?? ''}" maxlength="100" dir="auto"
      /></label>
      <label
        >${words.subject} <input name="subject" value="${request.subject}" maxlength="500" dir="auto"
      /></label>
      <button>${words.save}</button>
    </form>
  </details>`;
}
