import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listRequests } from '../../../requests/lists/list-requests.ts';
import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { countViews } from '../../../requests/views/count-views.ts';
import { problemWords } from '../shell/problem-words.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Pages } from '../shell/pages.ts';
import { pathBack } from '../shell/path-back.ts';
import { done, respond } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { readForm } from '../parts/forms.ts';
import { runBulk } from './bulk.ts';
import { listPage, listTitle } from './page.ts';
import { type ListQuery, readListQuery, requestNumber } from './query.ts';

const ROWS = 50;
const SHOWN = ['unread', 'snippet', 'hasAttachments', 'waitingSince', 'drafts'] as const;

/** The list of requests, and what is done to several at once. */
export function listHandlers(pages: Pages): void {
  pages.get('/requests', (visit) => {
    const query = readListQuery(new URL(visit.c.req.url).searchParams, visit.actor);
    const number = requestNumber(query.q);
    if (number !== null) return visit.c.redirect(`/requests/${number}`, 303);
    return showList(visit, query, new Map());
  });
  pages.post('/requests/bulk', async (visit) => {
    const form = await readForm(visit.c);
    const back = pathBack(form.line('back'), '/requests');
    const refused = await runBulk(visit, form);
    if (refused.size === 0) return done(visit, back, { did: 'done' });
    const query = readListQuery(new URL(back, visit.deps.publicUrl).searchParams, visit.actor);
    return showList(visit, query, refused);
  });
}

async function showList(
  visit: Visit,
  query: ListQuery,
  refused: ReadonlyMap<number, string>,
): Promise<Response> {
  const { deps, actor } = visit;
  const { filters, sort } = query;
  const read = (place: ListQuery['place']) =>
    listRequests(deps, actor, { filters, sort, limit: ROWS, include: SHOWN, ...place });
  const [page, [total], operators, mailboxes] = await Promise.all([
    // A place in a list that is no more, or was cut short on its way: the beginning is better than an error.
    read(query.place).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'invalid_input') return read({});
      throw error;
    }),
    countViews(deps, actor, { viewIds: [], queries: [query.whole] }),
    listAllOperators(visit),
    listMailboxes(deps, actor),
  ]);
  const { items, nextCursor, prevCursor } = page;
  const shown = query.params.toString();
  if (query.problem === null && query.q === '' && shown !== visit.settings.lastView)
    await editOwnSettings(deps, actor, { lastView: shown });
  const counted = { count: total?.count ?? 0, capped: total?.capped ?? false };
  const facts = { query, items, total: counted, nextCursor, prevCursor, operators, mailboxes, refused };
  const wrong = query.problem === null ? null : problemWords(visit, query.problem);
  return respond(
    visit,
    {
      title: `${listTitle(visit, query)} (${counted.count}${counted.capped ? '+' : ''})`,
      content: listPage(visit, facts),
      place: `/requests?${query.view === null ? query.params.toString() : `view=${query.view}`}`,
      query: query.q,
      alert: wrong,
    },
    refused.size > 0 ? 409 : wrong === null ? 200 : 422,
  );
}
