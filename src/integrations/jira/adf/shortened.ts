import type { AdfDocument } from './adf.ts';
import { textToAdf } from './text-to-adf.ts';

/** Jira takes 32,767 characters, and does not say how it counts a document: what it is written in is surely enough. */
export const MAX_DOCUMENT_LENGTH = 30_000;

/** Text as a document that fits; what was left off is named with where to read it. */
export function fittingAdf(text: string, readAt: string): AdfDocument {
  return fitting(text, readAt, textToAdf, (document) => JSON.stringify(document).length);
}

/** The longest beginning of a text whose body fits; the length grows with the text. */
export function fitting<Body>(
  text: string,
  readAt: string,
  make: (text: string) => Body,
  lengthOf: (body: Body) => number,
): Body {
  const whole = make(text);
  if (lengthOf(whole) <= MAX_DOCUMENT_LENGTH) return whole;
  const cut = (length: number) =>
    make(`${text.slice(0, length).toWellFormed()}…\n\nThe rest is at ${readAt}`);
  let [low, high] = [0, text.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (lengthOf(cut(middle)) <= MAX_DOCUMENT_LENGTH) low = middle;
    else high = middle;
  }
  return cut(low);
}
