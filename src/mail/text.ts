/** The text as PostgreSQL accepts it: without NUL, every lone surrogate replaced by U+FFFD. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/g;

/** A name, a subject or the words of a link without the invisible marks of reading direction: with them one shows as another. */
export function withoutDirectionMarks(text: string): string {
  return text.replace(directionMarks, '');
}

/** A web address whose marks of reading direction are seen, for it leads elsewhere without them. */
export function escapedDirectionMarks(address: string): string {
  return address.replace(directionMarks, encodeURIComponent);
}

/** Running text without the marks that turn the direction of whatever follows them; the others order punctuation and stay. */
export function withoutDirectionSpans(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}

/** One line for a subject, a name or a header: as `cleanText`, with line breaks, tabs and other control characters as spaces, and without marks of direction. */
export function cleanLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return withoutDirectionMarks(cleanText(text))
    .replace(/[\u0001-\u001f\u007f\u0085\u2028\u2029]+/g, ' ')
    .trim();
}

/** Whether it has more characters than that, as JSON Schema and PostgreSQL count them: an emoji is one of them. */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && [...text].length > most;
}

/** The first `length` characters, never half of a surrogate pair, ending in an ellipsis when something was left off. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
