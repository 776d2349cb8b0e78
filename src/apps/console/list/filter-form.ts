import { html } from 'hono/html';
import { OPEN_STATUSES } from '../../../requests/request.ts';
import { columnsForm } from '../fields/columns.ts';
import { fieldFilters, fieldSorts } from '../fields/filter-fields.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import type { ListFacts } from './list-facts.ts';
import { saveViewForm } from './save-view.ts';
import { listWords } from './words.ts';

/** Every filter as a form that only leads to another address. */
export function filterForm(visit: Visit, { query, operators, teams, mailboxes, fields }: ListFacts): Html {
  const words = visit.say(listWords);
  const { status, priority } = visit.say(terms);
  const { params } = query;
  const options = (name: string, known: readonly (readonly [string, string])[]): Html =>
    html`<option value="">${words.any}</option>
      ${known.map(
        ([value, shown]) =>
          html`<option value="${value}" ${params.get(name) === value ? html`selected` : ''}>
            ${shown}
          </option>`,
      )}`;
  return html`<details class="filter dropdown" name="menu">
    <summary class="button">${icon('list-filter', visit.deps.assets)}${words.filters}</summary>
    <div class="menu">
      <form action="/requests" class="stack">
        ${when(query.view, (view) => html`<input type="hidden" name="view" value="${view}" />`)}
        ${when(query.q, (q) => html`<input type="hidden" name="q" value="${q}" />`)}
        <label
          >${words.status}
          <select name="status">
            ${options(
              'status',
              [...OPEN_STATUSES, 'closed' as const].map((each) => [each, status[each]]),
            )}
          </select></label
        >
        <label
          >${words.assignee}
          <select name="assignee">
            ${options('assignee', [
              ['me', words.me],
              ['none', words.none],
              ...operators.map((each) => [String(each.id), each.name] as const),
            ])}
          </select></label
        >
        ${when(
          teams.length > 0,
          () =>
            html`<label
              >${words.team}
              <select name="team">
                ${options('team', [
                  ['mine', words.myTeams],
                  ['none', words.noTeam],
                  ...teams.map((each) => [String(each.id), each.name] as const),
                ])}
              </select></label
            >`,
        )}
        ${when(
          mailboxes.length > 1,
          () =>
            html`<label
              >${words.mailboxId}
              <select name="mailboxId">
                ${options(
                  'mailboxId',
                  mailboxes.map((each) => [String(each.id), each.address]),
                )}
              </select></label
            >`,
        )}
        <label
          >${words.priority}
          <select name="priority">
            ${options('priority', Object.entries(priority))}
          </select></label
        >
        <label
          >${words.due}
          <select name="due">
            ${options('due', Object.entries(words.dues))}
          </select></label
        >
        <label>${words.tag} <input name="tag" value="${params.get('tag') ?? ''}" maxlength="100" /></label>
        <label
          >${words.category} <input name="category" value="${params.get('category') ?? ''}" maxlength="100"
        /></label>
        <label
          >${words.jiraKey} <input name="jiraKey" value="${params.get('jiraKey') ?? ''}" maxlength="255"
        /></label>
        <label
          >${words.rating}
          <select name="rating">
            ${options('rating', Object.entries(words.ratings))}
          </select></label
        >
        ${fieldFilters(visit, fields, params)}
        <label
          >${words.sort}
          <select name="sort">
            ${options('sort', [...Object.entries(words.sorts), ...fieldSorts(fields)])}
          </select></label
        >
        <label class="check"
          ><input
            type="checkbox"
            name="unread"
            value="true"
            ${params.get('unread') === 'true' ? html`checked` : ''}
          /><span>${words.unreadOnly}</span></label
        >
        <label class="check"
          ><input
            type="checkbox"
            name="escalated"
            value="true"
            ${params.get('escalated') === 'true' ? html`checked` : ''}
          /><span>${words.escalatedOnly}</span></label
        >
        <button class="primary">${words.show}</button>
      </form>
      ${saveViewForm(visit, query)} ${columnsForm(visit, fields, params)}
    </div>
  </details>`;
}
