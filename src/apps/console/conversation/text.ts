import { html } from 'hono/html';
import { linkedPieces } from '../../../mail/html/linked-pieces.ts';
import type { Html } from '../parts/html.ts';

/** Text as it was written, with its web addresses as links. Each piece is escaped, so nothing in it becomes HTML. */
export function textWithLinks(text: string): Html {
  return html`${linkedPieces(text).map((piece) => (piece.isAddress ? linkTo(piece.text) : html`${piece.text}`))}`;
}

function linkTo(url: string): Html {
  return html`<a href="${url}" target="_blank" rel="noopener noreferrer nofollow">${url}</a>`;
}
