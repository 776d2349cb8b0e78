import type { RequestTerm } from './request-search.ts';

/** From where to where in a text a word stands that was searched for. */
export type Hit = { readonly start: number; readonly end: number };

const LETTER = '[\\p{L}\\p{N}]';
// Scripts that put no spaces between words: a word may stand inside of what looks like one.
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Where the words of a search occur in a text, compared as the index does: without case and accents; in order. */
export function findHits(text: string, terms: readonly RequestTerm[]): readonly Hit[] {
  const patterns = terms.flatMap((term) => patternOf(term) ?? []);
  if (patterns.length === 0) return [];
  const { folded, places } = fold(text);
  const place = (at: number): number => places?.[at] ?? at;
  const hits = patterns.flatMap((pattern) =>
    [...folded.matchAll(pattern)].map((match) => ({
      start: place(match.index),
      end: place(match.index + match[0].length),
    })),
  );
  return apart(hits.toSorted((a, b) => a.start - b.start || b.end - a.end));
}

/** At most so many characters of a text, beginning shortly before the first hit. */
export function excerptAround(text: string, terms: readonly RequestTerm[], length: number): string {
  const [first] = findHits(text, terms);
  // A list shows only an excerpt, which begins shortly before the hit.
  const lead = Math.floor(length / 8);
  if (first === undefined || first.start < 2 * lead) return text;
  const from = text.lastIndexOf(' ', first.start - lead) + 1;
  return `… ${text.slice(from === 0 ? first.start : from).toWellFormed()}`;
}

function patternOf(term: RequestTerm): RegExp | null {
  if (term.not === true || (term.kind !== 'words' && term.kind !== 'subject')) return null;
  const words = fold(term.text).folded.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return null;
  const spaced = !UNSPACED.test(term.text);
  const end = term.prefix ? `${LETTER}*` : `(?!${LETTER})`;
  return new RegExp(
    `${spaced ? `(?<!${LETTER})` : ''}${words.join('[^\\p{L}\\p{N}]+')}${spaced ? end : ''}`,
    'gu',
  );
}

// Plain ASCII keeps its places; of anything else each character is folded by itself, and where it stood is kept.
function fold(text: string): { readonly folded: string; readonly places: readonly number[] | null } {
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7F]*$/.test(text)) return { folded: text.toLowerCase(), places: null };
  let folded = '';
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    const plain =
      char < '\u0080' ? char.toLowerCase() : char.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    for (let n = 0; n < plain.length; n += 1) places.push(at);
    folded += plain;
    at += char.length;
  }
  places.push(at);
  return { folded, places };
}

function apart(hits: readonly Hit[]): readonly Hit[] {
  return hits.reduce<Hit[]>((found, hit) => {
    const last = found.at(-1);
    return last !== undefined && hit.start < last.end ? found : [...found, hit];
  }, []);
}
