import { html } from 'hono/html';
import type { Html } from '../parts/html.ts';

const LINK = /https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]}]/giu;

/** Text as it was written, with its web addresses as links. Each piece is escaped, so nothing in it becomes HTML. */
export function textWithLinks(text: string): Html {
  const pieces: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    pieces.push(html`${text.slice(end, match.index)}`, linkTo(match[0]));
    end = match.index + match[0].length;
  }
  return html`${pieces}${text.slice(end)}`;
}

function linkTo(url: string): Html {
  return URL.canParse(url)
    ? html`<a href="${url}" target="_blank" rel="noopener noreferrer nofollow">${url}</a>`
    : html`${url}`;
}
