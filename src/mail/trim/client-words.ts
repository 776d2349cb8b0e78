import { readFileSync } from 'node:fs';

export type LabelKind = 'from' | 'sent' | 'date' | 'to' | 'cc' | 'subject' | 'other';

type Kind =
  | LabelKind
  | 'original'
  | 'forward'
  | 'wrote'
  | 'opens'
  | 'quoting'
  | 'by'
  | 'reply-prefix'
  | 'forward-prefix'
  | 'device'
  | 'device-end'
  | 'outlook-end'
  | 'device-name';

/** What a word of the table says, in the language that it belongs to. */
export type Meaning<K extends Kind = Kind> = { readonly kind: K; readonly language: string };

type Row = { readonly language: string; readonly kind: Kind; readonly words: readonly string[] };

const rows = readTable();

/** The words of that kind in all languages, in lower case, each once, the longest first so that none hides behind its beginning. */
export function clientWords(kind: Kind): readonly string[] {
  const words = rows.filter((row) => row.kind === kind).flatMap((row) => row.words);
  return [...new Set(words)].toSorted((one, other) => other.length - one.length);
}

/** What each word of those kinds may mean: "VS" answers in Finnish and forwards in Danish. */
export function meaningsOf<K extends Kind>(kinds: readonly K[]): ReadonlyMap<string, readonly Meaning<K>[]> {
  const meanings = new Map<string, Meaning<K>[]>();
  for (const { language, kind, words } of rows) {
    const wanted = kinds.find((one) => one === kind);
    if (wanted === undefined) continue;
    for (const word of words) {
      const known = meanings.get(word);
      if (known === undefined) meanings.set(word, [{ kind: wanted, language }]);
      else known.push({ kind: wanted, language });
    }
  }
  return meanings;
}

function readTable(): readonly Row[] {
  return readFileSync(new URL('./client-words.tsv', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [language = '', kind = '', words = ''] = line.split('\t');
      return { language, kind: kind as Kind, words: words.toLowerCase().split('|') };
    });
}
