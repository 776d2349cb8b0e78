import { html } from 'hono/html';
import type { AskedField } from '../../../requests/fields/field.ts';
import { columnCells } from '../fields/columns.ts';
import type { ListedRequest } from '../../../requests/lists/list-requests.ts';
import type { RequestTerm } from '../../../requests/search/request-search.ts';
import type { Present } from '../../../requests/presence/presence.ts';
import { presenceMark } from '../parts/presence.ts';
import { dueMark } from '../clocks/due.ts';
import { escalationMark } from '../teams/escalate.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { marked } from './marked.ts';
import { listWords } from './words.ts';

/** What all rows have in common, and is therefore shown in none. */
export type Alike = {
  readonly mailbox: boolean;
  readonly assignee: boolean;
  readonly status: boolean;
};

/** A request in the list: who, what, how it stands, since when it waits. */
export function listRow(
  visit: Visit,
  request: ListedRequest,
  alike: Alike,
  place: {
    /** The query string of the list, which the request leads back to. */
    readonly query: string;
    /** True where the list goes by when its requests are due. */
    readonly byDue: boolean;
    readonly terms: readonly RequestTerm[];
    readonly columns: readonly AskedField[];
    readonly checked: boolean;
    readonly present: readonly Present[];
  },
): Html {
  const { format, deps, say } = visit;
  const words = say(listWords);
  const { status, priority, noSubject, nobody } = say(terms);
  const { id } = request;
  const { query, terms: searched, checked, present } = place;
  return html`<li class="row${request.unread === true ? ' unread' : ''}" id="r${id}" data-row="${id}">
    <input
      type="checkbox"
      name="id"
      value="${id}"
      aria-label="${words.select(id)}"
      ${checked ? html`checked` : ''}
    />
    <span class="who" dir="auto">
      <span>${marked(request.contactName || request.contactEmail, searched)}</span>${when(
        request.messageCount > 1,
        () => html`<small title="${words.messages(request.messageCount)}">${request.messageCount}</small>`,
      )}
    </span>
    <span class="matter">
      <a class="what" href="/requests/${id}?from=${encodeURIComponent(query)}" dir="auto" data-open>
        <span class="subject">${marked(request.subject || noSubject, searched)}</span>
        ${when(
          request.snippet,
          ({ author, text }) =>
            html`<span class="preview"
              >${author === null || author === request.contactName ? '' : `${author}: `}${marked(text, searched)}</span
            >`,
        )}
      </a>
      <span class="marks">
        ${presenceMark(visit, present)}
        ${when(
          (request.drafts?.length ?? 0) > 0,
          () => html`<span class="mark draft">${icon('pencil', deps.assets)}${words.draft}</span>`,
        )}
        ${when(
          request.hasAttachments,
          () => html`<span class="clip" title="${words.files}">${icon('paperclip', deps.assets)}</span>`,
        )}
        ${when(
          request.needsAttention,
          () => html`<span class="mark bad">${icon('triangle-alert', deps.assets)}${words.attention}</span>`,
        )}
        ${escalationMark(visit, request)} ${dueMark(visit, request, { anyway: place.byDue })}
        ${when(
          request.priority !== 'P3',
          () => html`<span class="mark ${request.priority}">${priority[request.priority]}</span>`,
        )}
        ${when(request.jira, ({ key, status }) => html`<span class="mark quiet" title="${status ?? ''}">${key}</span>`)}
        ${request.tags.map((tag) => html`<span class="mark tag" dir="auto">${tag}</span>`)}
        ${when(!alike.mailbox, () => html`<span class="mark quiet">${request.mailboxAddress}</span>`)}
        ${when(!alike.status, () => html`<span class="mark ${request.status}">${status[request.status]}</span>`)}
      </span>
    </span>
    ${columnCells(visit, place.columns, request.fields)}
    ${when(
      !alike.assignee,
      () =>
        html`<span class="assignee" dir="auto">${request.assigneeName ?? request.teamName ?? nobody}</span>`,
    )}
    <span class="number">${id}</span>
    <span class="age">${format.age(request.waitingSince ?? request.lastMessageAt)}</span>
  </li>`;
}

/** What the rows need not say, because it is equal in all of them. */
export function alikeIn(requests: readonly ListedRequest[]): Alike {
  const same = (of: (request: ListedRequest) => unknown): boolean =>
    new Set(requests.map((request) => of(request))).size < 2;
  return {
    mailbox: same((request) => request.mailboxId),
    assignee: same((request) => `${request.assigneeId} ${request.teamId}`),
    status: same((request) => request.status),
  };
}
