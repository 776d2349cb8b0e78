import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listAllTeams } from '../parts/teams.ts';
import { listRequests } from '../../../requests/lists/list-requests.ts';
import { listSeenFields } from '../../../requests/fields/find-field.ts';
import { MAX_COLUMNS } from '../fields/columns.ts';
import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { countViews } from '../../../requests/views/count-views.ts';
import { problemWords } from '../shell/problem-words.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Pages } from '../shell/pages.ts';
import { pathBack } from '../shell/path-back.ts';
import { done, respond } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { countText } from '../parts/format.ts';
import { readForm } from '../parts/forms.ts';
import { listViews } from '../../../requests/views/find-view.ts';
import { findPresence } from '../../../requests/presence/tell-presence.ts';
import { type BulkOutcome, runBulk, verbIn } from './bulk.ts';
import { FEW, findElsewhere } from './elsewhere.ts';
import type { ListFacts } from './list-facts.ts';
import { listWords } from './words.ts';
import { isUncounted, listPage, listTitle } from './page.ts';
import { atPlace, type ListQuery, readListQuery, requestNumber } from './query.ts';
import { everyPage } from '../parts/every-page.ts';

const ROWS = 50;
const SHOWN = ['unread', 'snippet', 'hasAttachments', 'waitingSince', 'drafts'] as const;

/** The list of requests, and what is done to several at once. */
export function listHandlers(pages: Pages): void {
  pages.get('/requests', (visit) => {
    const query = readListQuery(new URL(visit.c.req.url).searchParams, visit.actor);
    const number = requestNumber(query.q);
    if (number !== null) return visit.c.redirect(`/requests/${number}`, 303);
    return showList(visit, query);
  });
  pages.post('/requests/columns', (visit) => chooseColumns(visit));
  pages.post('/requests/bulk', async (visit) => {
    const form = await readForm(visit.c);
    const words = visit.say(listWords);
    const back = pathBack(form.line('back'), '/requests');
    const query = readListQuery(new URL(back, visit.deps.publicUrl).searchParams, visit.actor);
    const ids = form.ids('id');
    const verb = await verbIn(visit, form);
    if (ids.length === 0) return showList(visit, query, { alert: words.noneChosen });
    if (verb === null) return showList(visit, query, { alert: words.noVerb, selected: ids });
    const outcome = await runBulk(visit, verb, ids);
    if (outcome.refused.size > 0) return showList(visit, query, outcome);
    const [first] = ids;
    const undone = verb.verb === 'take' ? 'taken' : verb.verb === 'close' ? 'closed' : null;
    if (ids.length === 1 && first !== undefined && undone !== null)
      return done(visit, back, { did: undone, id: first, undo: first });
    return done(visit, back, { did: 'changed', id: outcome.done });
  });
}

// The fields are those of the whole desk, so that the choice holds for every list.
async function chooseColumns(visit: Visit): Promise<Response> {
  const form = await readForm(visit.c);
  await editOwnSettings(visit.deps, visit.actor, { listColumns: form.all('column').slice(0, MAX_COLUMNS) });
  return done(visit, pathBack(form.line('back'), '/requests'));
}

type After = {
  readonly alert?: string;
  readonly done?: number;
  readonly refused?: BulkOutcome['refused'];
  readonly selected?: readonly number[];
};

async function showList(visit: Visit, query: ListQuery, after: After = {}): Promise<Response> {
  let facts: ListFacts;
  try {
    facts = await readList(visit, query, after);
  } catch (error) {
    // A view that was kept may name a field that is no more.
    if (query.problem !== null || !(error instanceof Problem) || error.code !== 'invalid_input') throw error;
    const bare = readListQuery(new URLSearchParams(), visit.actor);
    return showList(visit, { ...bare, params: query.params, problem: error }, after);
  }
  const wrong = query.problem === null ? (after.alert ?? null) : problemWords(visit, query.problem);
  const { total, saved } = facts;
  const place = `/requests?${query.view === null || saved !== null ? query.params.toString() : `view=${query.view}`}`;
  return respond(
    visit,
    {
      title: isUncounted(total)
        ? listTitle(visit, query, saved)
        : `${listTitle(visit, query, saved)} (${countText(total)})`,
      content: listPage(visit, facts),
      place,
      query: query.q,
      alert: wrong,
    },
    wrong !== null ? 422 : facts.refused.size > 0 ? 409 : 200,
  );
}

async function readList(visit: Visit, query: ListQuery, after: After): Promise<ListFacts> {
  const { deps, actor, settings } = visit;
  const { filters, sort } = query;
  const [page, [total], operators, teams, mailboxes, views, fields] = await Promise.all([
    atPlace(query.place, (place) =>
      listRequests(deps, actor, { filters, sort, limit: ROWS, include: SHOWN, ...place }),
    ),
    countViews(deps, actor, { viewIds: [], queries: [query.whole] }),
    listAllOperators(visit),
    listAllTeams(visit),
    listMailboxes(deps, actor),
    everyPage((place) => listViews(deps, actor, { sort: { field: 'name', descending: false }, ...place })),
    listSeenFields(deps, actor),
  ]);
  const { items, nextCursor, prevCursor } = page;
  const shown = query.params.toString();
  if (query.problem === null && query.q === '' && shown !== settings.lastView)
    await editOwnSettings(deps, actor, { lastView: shown });
  const [present, elsewhere] = await Promise.all([
    findPresence(deps, actor, { requestIds: items.map(({ id }) => id) }),
    items.length < FEW ? findElsewhere(visit, query) : null,
  ]);
  return {
    query,
    items,
    total: { count: total?.count ?? 0, capped: total?.capped ?? false },
    nextCursor,
    prevCursor,
    fields,
    operators,
    teams,
    mailboxes,
    saved: views.find((view) => view.query === shown)?.name ?? null,
    elsewhere,
    present: present.filter(({ operatorId }) => operatorId !== actor.operatorId),
    done: after.done ?? 0,
    refused: after.refused ?? new Map(),
    selected: new Set(after.selected ?? after.refused?.keys() ?? []),
  };
}
