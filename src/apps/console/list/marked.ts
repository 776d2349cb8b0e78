import { html } from 'hono/html';
import type { RequestTerm } from '../../../requests/search/request-search.ts';
import { findHits } from '../../../requests/search/search-hits.ts';
import type { Html } from '../parts/html.ts';

/** A text with the words of a search marked in it. Each piece is escaped. */
export function marked(text: string, terms: readonly RequestTerm[]): Html {
  const pieces: Html[] = [];
  let end = 0;
  for (const hit of findHits(text, terms)) {
    pieces.push(html`${text.slice(end, hit.start)}`, html`<mark>${text.slice(hit.start, hit.end)}</mark>`);
    end = hit.end;
  }
  return html`${pieces}${text.slice(end)}`;
}
