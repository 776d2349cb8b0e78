/** A text that a request or message is found by, as sql/0007-search.sql weighs it: A a subject, B people, nothing for the rest. */
type FoundBy = { readonly text: string; readonly weight: 'A' | 'B' | '' };

/** Longer texts are left to the database, which keeps nobody else waiting. */
const MAX_LENGTH = 20_000;
/** No word is longer that a database would take. */
const MAX_WORD = 500;
/** PostgreSQL keeps no more places of one word. */
const MAX_PLACES = 255;

/** Letters whose case and accents are taken away here as `search_text` does it: Latin, Greek without its final sigma, Cyrillic. */
const LETTERS: readonly (readonly [from: number, to: number])[] = [
  [0xc0, 0x17f],
  [0x391, 0x3c1],
  [0x3c3, 0x3c9],
  [0x400, 0x45f],
];
/** What PostgreSQL and this do not spell alike. */
const UNLIKE = /[\u0132\u0133\u013f\u0140\u0149\u017f]/;
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ı: 'i',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
};
/** Punctuation of typed text beyond ASCII. */
const SPACES = '\u00a0¡§©«¶·»¿‐‑–—‘’‚“”„†‡•…€×÷';

/** PostgreSQL reads a number with an exponent at the beginning of a word, and the rest as another word. */
const TAKEN_APART = /(?:^| )\d+e\d+[^\d ]/;

const spelling = new Map<string, string>();

/**
 * The words of texts, one after the other, as a tsvector's text: what `search_words` makes of each, in a tenth of its time.
 * Null where only the database can tell: other scripts, very long texts, and numbers like 1e5x, which it takes apart.
 */
export function readyWords(texts: readonly FoundBy[]): string | null {
  const found = new Map<string, { at: string; places: number }>();
  let place = 0;
  for (const { text, weight } of texts) {
    const plain = text.length > MAX_LENGTH ? null : plainText(text);
    if (plain === null || TAKEN_APART.test(plain)) return null;
    for (const word of plain.split(' ')) {
      if (word === '') continue;
      if (word.length > MAX_WORD) return null;
      place += 1;
      const known = found.get(word);
      if (known === undefined) found.set(word, { at: `${word}:${place}${weight}`, places: 1 });
      else if (known.places < MAX_PLACES) {
        known.at += `,${place}${weight}`;
        known.places += 1;
      }
    }
  }
  let words = '';
  for (const { at } of found.values()) words += `${at} `;
  return words;
}

function plainText(text: string): string | null {
  const lower = text.toLowerCase();
  // eslint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(text)) return lower.replace(/[^a-z0-9]+/g, ' ');
  let isKnown = true;
  const spelled = text.replace(/[^\0-\x7f]/g, (letter) => {
    const known = spellingOf(letter);
    isKnown &&= known !== null;
    return known ?? '';
  });
  return isKnown
    ? spelled.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\0-/:-`{-\x7f]+/g, ' ')
    : null;
}

function spellingOf(letter: string): string | null {
  const known = spelling.get(letter);
  if (known !== undefined) return known;
  const made = spell(letter);
  if (made !== null) spelling.set(letter, made);
  return made;
}

function spell(letter: string): string | null {
  if (SPACES.includes(letter)) return ' ';
  const code = letter.charCodeAt(0);
  if (UNLIKE.test(letter) || !LETTERS.some(([from, to]) => code >= from && code <= to)) return null;
  const base = letter
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return SPELLED[base] ?? base;
}

/** What a request is found by of its subject and its contact; null too where it has fields, whose values are found as well. */
export function wordsOfRequest(request: {
  readonly subject: string;
  readonly contact: { readonly name: string; readonly email: string };
  readonly fields: object;
}): string | null {
  const { subject, contact, fields } = request;
  if (Object.keys(fields).length > 0) return null;
  return readyWords([
    { text: subject.slice(0, 1000), weight: 'A' },
    { text: `${contact.name} ${contact.email}`, weight: 'B' },
  ]);
}

/** What a message that came in is found by. */
export function wordsOfMessage(message: {
  readonly subject: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly text: string;
}): string | null {
  const { subject, from, text } = message;
  return readyWords([
    { text: subject.slice(0, 1000), weight: 'A' },
    { text: `${from.name.slice(0, 1000)} ${from.address.slice(0, 1000)}`, weight: 'B' },
    { text, weight: '' },
  ]);
}
