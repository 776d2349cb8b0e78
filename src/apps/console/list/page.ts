import { html } from 'hono/html';
import type { UpToCount } from '../parts/format.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { layoutWords } from '../shell/layout-words.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { bulkBar } from './bulk-bar.ts';
import { elsewhereHint } from './elsewhere.ts';
import { filterForm } from './filter-form.ts';
import { columnHeads, columnsOf } from '../fields/columns.ts';
import { setFilters } from '../fields/filter-fields.ts';
import { FILTER_NAMES, type ListQuery, withoutParam } from './query.ts';
import { alikeIn, listRow } from './row.ts';
import type { ListFacts } from './list-facts.ts';
import { listWords } from './words.ts';

/** What the list is called: its view, or what was searched for. */
export function listTitle(visit: Visit, query: ListQuery, saved: string | null): string {
  const words = visit.say(listWords);
  if (saved !== null) return saved;
  if (query.q !== '') return words.found(query.q);
  return query.view === null ? words.all : visit.say(layoutWords)[query.view];
}

/** The list of requests with its filters, and one form for what is done to several at once. */
export function listPage(visit: Visit, facts: ListFacts): Html {
  const { query, items, total, refused, present } = facts;
  const words = visit.say(listWords);
  const back = query.here;
  const alike = alikeIn(items);
  const columns = columnsOf(visit, facts.fields);
  return html`<div class="list-page">
    <header class="head">
      <h1 dir="auto">${listTitle(visit, query, facts.saved)}</h1>
      <p class="quiet" data-live="total">${isUncounted(total) ? '' : words.total(total)}</p>
      ${filterForm(visit, facts)}
    </header>
    ${chips(visit, facts)} ${when(refused.size > 0, () => refusals(visit, facts))}
    <form method="post" action="/requests/bulk" class="list">
      <input type="hidden" name="back" value="/requests?${back}" />
      ${bulkBar(visit, facts)}
      <div class="news">
        <button type="button" class="fresh" hidden data-fresh="${words.fresh('{n}')}"></button>
      </div>
      <div data-live="list" data-at-top="${query.place.cursor === undefined ? 'yes' : 'no'}">
        ${
          items.length === 0
            ? empty(visit, facts)
            : html`<ol class="rows columns-${columns.length} ${alike.assignee ? 'no-assignee' : ''}">
                ${columnHeads(columns, alike.assignee)}
                ${items.map((request) =>
                  listRow(visit, request, alike, {
                    query: back,
                    byDue: query.sort.field === 'due',
                    terms: query.filters.q ?? [],
                    columns,
                    checked: facts.selected.has(request.id),
                    present: present.filter(({ requestId }) => requestId === request.id),
                  }),
                )}
              </ol>`
        }
        ${when(facts.elsewhere, (elsewhere) =>
          elsewhereHint(visit, elsewhere, {
            total: total.count,
            statuses: query.filters.status ?? [],
          }),
        )}
        ${pager(visit, facts)}
      </div>
    </form>
  </div>`;
}

function refusals(visit: Visit, { refused, done }: ListFacts): Html {
  const words = visit.say(listWords);
  return html`<div class="alert" role="alert">
    <p>${done === 0 ? '' : words.someDone(done)} ${words.someNotDone(refused.size)}</p>
    <ul>
      ${[...refused].map(([id, why]) => html`<li><a href="/requests/${id}">${id}</a>: ${why}</li>`)}
    </ul>
  </div>`;
}

// Each filter by its name, to be dropped one by one.
function chips(visit: Visit, facts: ListFacts): Html | '' {
  const { params, view } = facts.query;
  const words = visit.say(listWords);
  const known = FILTER_NAMES.filter((name) => params.has(name)).map((param) => ({
    param: param as string,
    name: words[param],
    value: shownValue(visit, facts, param),
  }));
  const set = [...known, ...setFilters(visit, facts.fields, params)];
  if (set.length === 0) return '';
  return html`<ul class="chips">
    ${set.map(
      ({ param, name, value }) =>
        html`<li>
          <a href="${withoutParam(params, param)}" title="${words.drop(name)}"
            ><span><bdi>${name}</bdi>: <b dir="auto">${value}</b></span
            >${icon('x', visit.deps.assets)}</a
          >
        </li>`,
    )}
    ${when(
      set.length > 1 || view !== null,
      () => html`<li><a class="plain" href="/requests">${words.dropAll}</a></li>`,
    )}
  </ul>`;
}

function shownValue(visit: Visit, { query, teams }: ListFacts, name: string): string {
  const values = query.params.getAll(name);
  const { status, priority } = visit.say(terms);
  const words = visit.say(listWords);
  const known: Readonly<Record<string, string>> =
    name === 'status'
      ? status
      : name === 'priority'
        ? priority
        : name === 'rating'
          ? words.ratings
          : name === 'due'
            ? words.dues
            : name === 'team'
              ? {
                  mine: words.myTeams,
                  none: words.noTeam,
                  ...Object.fromEntries(teams.map((team) => [team.id, team.name])),
                }
              : { me: words.me, none: words.none, true: words.yes };
  return values.map((value) => known[value] ?? value).join(', ');
}

function pager(visit: Visit, { query, items, nextCursor, prevCursor }: ListFacts): Html | '' {
  const words = visit.say(listWords);
  if (nextCursor === null && prevCursor === null) return '';
  const place = (name: 'after' | 'before', cursor: string): string => {
    const params = new URLSearchParams(query.params);
    params.set(name, cursor);
    return `/requests?${params.toString()}`;
  };
  return html`<nav class="pager" aria-label="${words.older}">
    ${when(
      prevCursor,
      (cursor) => html`<a class="button" href="${place('before', cursor)}" rel="prev">${words.previous}</a>`,
    )}
    ${when(
      nextCursor,
      (cursor) =>
        html`<a class="button" href="${place('after', cursor)}" rel="next"
          >${items.length === 0 ? words.lookOn : words.older}</a
        >`,
    )}
  </nav>`;
}

/** Nothing was found among those that were looked through, which were not all. */
export function isUncounted({ count, capped }: UpToCount): boolean {
  return count === 0 && capped;
}

// Names what empties the list, and offers to drop it.
function empty(visit: Visit, { query, nextCursor }: ListFacts): Html {
  const words = visit.say(listWords);
  const { assets } = visit.deps;
  if (nextCursor !== null) {
    return html`<div class="empty">
      ${icon('search', assets)}
      <p dir="auto">${words.emptySoFar(query.q)}</p>
      <p>${words.emptySoFarHelp}</p>
    </div>`;
  }
  if (query.q !== '') {
    return html`<div class="empty">
      ${icon('search', assets)}
      <p dir="auto">${query.place.cursor === undefined ? words.emptySearch(query.q) : words.emptyFurther}</p>
      ${when(
        query.view !== null || query.params.size > 1,
        () => html`<p><a href="/requests?q=${encodeURIComponent(query.q)}">${words.dropAll}</a></p>`,
      )}
    </div>`;
  }
  const isFiltered =
    FILTER_NAMES.some((name) => query.params.has(name)) || query.filters.fields !== undefined;
  if (isFiltered) {
    return html`<div class="empty">
      <p>${words.emptyFiltered}</p>
      <p><a href="/requests">${words.dropAll}</a></p>
    </div>`;
  }
  const mine = query.view === 'mine';
  return html`<div class="empty">
    ${icon('inbox', assets)}
    <p>${mine ? words.emptyMine : words.empty}</p>
    ${when(mine, () => html`<p><a href="/requests?view=unassigned">${words.emptyMineHelp}</a></p>`)}
  </div>`;
}
