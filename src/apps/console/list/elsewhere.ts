import { html } from 'hono/html';
import { countViews } from '../../../requests/views/count-views.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import type { ListQuery } from './query.ts';
import { listWords } from './words.ts';

/** A search that finds so few is asked for elsewhere too. */
export const FEW = 10;

/** What the words of a narrowed search find besides: among the closed ones, and in all. */
export type Elsewhere = { readonly q: string; readonly closed: number; readonly all: number };

/** Asks it, where the search is narrowed down by a view, a filter or `is:open`. */
export async function findElsewhere({ deps, actor }: Visit, query: ListQuery): Promise<Elsewhere | null> {
  const q = query.q.replace(/(?<!\S)is:open(?!\S)/gi, '').trim();
  const isNarrowed =
    q !== query.q || [...query.params.keys()].some((name) => name !== 'q' && name !== 'sort');
  if (q === '' || !isNarrowed || query.problem !== null) return null;
  const all = new URLSearchParams({ q }).toString();
  const closed = `${all}&status=closed`;
  const counts = await countViews(deps, actor, { viewIds: [], queries: [all, closed] });
  const of = (asked: string): number => counts.find((each) => each.query === asked)?.count ?? 0;
  return { q, closed: of(closed), all: of(all) };
}

/** Where else there is something, and the way there. */
export function elsewhereHint(
  visit: Visit,
  elsewhere: Elsewhere,
  shown: { readonly total: number; readonly statuses: readonly string[] },
): Html {
  const words = visit.say(listWords);
  const { q, closed, all } = elsewhere;
  const search = `q=${encodeURIComponent(q)}`;
  const seesClosed = shown.statuses.length === 0 || shown.statuses.includes('closed');
  const others = all - shown.total;
  if (others <= 0) return html``;
  return html`<p class="elsewhere">
    ${when(
      !seesClosed && closed > 0,
      () => html`<a href="/requests?view=closed&amp;${search}">${words.moreInClosed(closed)}</a>`,
    )}
    ${when(
      seesClosed || others > closed,
      () => html`<a href="/requests?${search}">${words.moreInAll(others)}</a>`,
    )}
  </p>`;
}
