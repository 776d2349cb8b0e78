/** A part of a search; a request is found when every part fits it. */
export type SearchTerm =
  | { readonly kind: 'request'; readonly id: number }
  | {
      readonly kind: 'words';
      /** Looked for one word after the other. */
      readonly text: string;
      /** Only in the names and addresses of the contact and of senders. */
      readonly people: boolean;
      /** The last word may go on. */
      readonly prefix: boolean;
    };

const MAX_TERMS = 20;
const MAX_ID = 1e15;

// One at a time: `from:` before a quoted phrase (a missing end quote is forgiven) or before anything without blanks.
const TERM = /(?<from>from:)?(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/giu;

/**
 * Reads what an operator typed: words, `"an exact phrase"`, `from:somebody` and `#1042`. The last word, and every
 * `from:`, may be a beginning. Null when nothing in it can be looked for, or when it has too many parts.
 */
export function parseSearch(query: string): readonly SearchTerm[] | null {
  const matches = [...query.matchAll(TERM)].map((match) => match.groups ?? {});
  const terms = matches.flatMap(({ from, phrase, word }, index): SearchTerm[] => {
    const text = phrase ?? word ?? '';
    const people = from !== undefined;
    if (!people && word !== undefined && /^#\d{1,15}$/.test(word)) {
      return [{ kind: 'request', id: Math.min(Number(word.slice(1)), MAX_ID) }];
    }
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    const prefix = phrase === undefined && (people || index === matches.length - 1);
    return [{ kind: 'words', text, people, prefix }];
  });
  return terms.length === 0 || terms.length > MAX_TERMS ? null : terms;
}
