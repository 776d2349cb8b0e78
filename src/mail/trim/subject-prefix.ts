import { clientWords, meaningsOf } from './client-words.ts';

const meanings = meaningsOf(['reply-prefix', 'forward-prefix']);

/** "Re", "AW[2]", "Sv(3)", "RE^4" before a colon, narrow or wide. The list is closed: `Invoice: 12` is a subject and no reply. */
const prefix = new RegExp(
  `^(${[...clientWords('reply-prefix'), ...clientWords('forward-prefix')].map(anyCase).join('|')})` +
    String.raw`(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?\s?[:：]`,
  'iu',
);
/** What gateways put before a subject: nobody changed it by that. */
const tag =
  /^[[({*<]{1,3}\s?(?:external|ext|extern|externe|externo|externa|esterno|externí|zewnętrzny|внешнее|外部|caution|spam|suspected spam|spam\?|bulk|encrypted|secure|sicher|verschlüsselt|confidential|signed|extern e-mail|external sender|external email|external mail|external message)\s?:?\s?[\])}*>]{1,3}:?/iu;
const MAX_PREFIXES = 40;

/** The Turkish capital has no lower case of one character, so the flag does not fold it. */
function anyCase(word: string): string {
  return RegExp.escape(word).replace(/(?:i|\\x69)\u0307/g, '(?:i\u0307|\u0130)');
}

/** The subject without the prefixes and tags that mail programs and gateways put before it, in any number and order. */
export function withoutPrefixes(subject: string): string {
  let rest = subject.trim();
  for (let count = 0; count < MAX_PREFIXES; count += 1) {
    const match = prefix.exec(rest) ?? tag.exec(rest);
    if (match === null) return rest;
    rest = rest.slice(match[0].length).trim();
  }
  return rest;
}

/**
 * What the first prefix of a subject says of its mail; null for no prefix. `languages`, those of the copy's header block, decide
 * where one prefix answers in one language and forwards in another.
 */
export function subjectKind(
  subject: string,
  languages: ReadonlySet<string> = new Set(),
): 'reply' | 'forward' | null {
  let rest = subject.trim();
  for (let tagged = tag.exec(rest); tagged !== null; tagged = tag.exec(rest))
    rest = rest.slice(tagged[0].length).trim();
  const known = meanings.get(prefix.exec(rest)?.[1]?.toLowerCase() ?? '') ?? [];
  if (known.length === 0) return null;
  const here = known.filter(({ language }) => languages.has(language));
  const forwards = (here.length > 0 ? here : known).some(({ kind }) => kind === 'forward-prefix');
  return forwards ? 'forward' : 'reply';
}
