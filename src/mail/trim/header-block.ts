import type { LabelKind, Meaning } from './client-words.ts';
import { meaningsOf } from './client-words.ts';
import { withoutPrefixes } from './subject-prefix.ts';

/** A line "From: Desk <desk@example.com>" of a header block: what its label may mean in which languages, and what follows. */
export type HeaderLine = { readonly meanings: readonly Meaning<LabelKind>[]; readonly value: string };

/** Where a header block ends and the languages that prove it; null for none. */
export type QuotedHeaders = { readonly length: number; readonly languages: ReadonlySet<string> };

const meaningsOfLabel = meaningsOf<LabelKind>(['from', 'sent', 'date', 'to', 'cc', 'subject', 'other']);
const MAX_LABEL_LENGTH = Math.max(...[...meaningsOfLabel.keys()].map((label) => label.length));

const address = /[^\s@<>()[\]:]@[^\s@<>()[\]]+\.[^\s@<>()[\]]/;
const clock = /(?<![\p{Nd}.])\p{Nd}{1,2}\s?[:.h时時시ч]\s?\p{Nd}{2}(?![\p{Nd}.])/u;
const MAX_LINES = 14;

type Seen = { readonly kinds: Set<LabelKind>; addressed: boolean; timed: boolean };

/**
 * The header block of a quoted message ("From: … Sent: … To: …") that begins at `at`; null if there is none. In one language's
 * words it names From with an address and To or a date, or From, the moment of sending and To or Subject. In any words it
 * stands below a rule and holds an address, a date with time, and the email's own subject.
 */
export function headerBlock(
  lines: readonly string[],
  at: number,
  subject = '',
  isMarked = false,
): QuotedHeaders | null {
  const line = lines[at] ?? '';
  const first = headerOf(line);
  // A block begins with its first header: looked for from each of its lines, a megabyte of them would be read thirty times.
  if (!isMarked && first !== null && headerOf(lines[at - 1] ?? '') !== null) return null;
  if (first === null) return subject === '' ? null : unknownBlock(lines, at, subject);
  if (inOneLine(line)) return { length: 1, languages: new Set(['en']) };
  const seen = new Map<string, Seen>();
  let end = at;
  let loose = 0;
  let current: HeaderLine | null = null;
  for (let index = at; index < Math.min(lines.length, at + MAX_LINES * 2); index += 1) {
    const text = lines[index] ?? '';
    const header = headerOf(text);
    if (header === null) {
      // Blank lines between headers come from HTML turned into text, other lines from folded values.
      loose += 1;
      if (loose > 2 || text.length > 400) break;
      if (current !== null && text.trim() !== '') note(seen, current, text);
      if (text.trim() === '' && headerOf(lines[index + 1] ?? '') === null) break;
      continue;
    }
    loose = 0;
    current = header;
    note(seen, header, header.value);
    end = index + 1;
  }
  const languages = new Set(
    [...seen].filter(([, found]) => proves(found, isMarked)).map(([language]) => language),
  );
  if (languages.size > 0) return { length: end - at, languages };
  return subject === '' ? null : unknownBlock(lines, at, subject);
}

/** What a line of such a block says; null for any other line. */
export function headerOf(line: string): HeaderLine | null {
  const narrow = line.indexOf(':');
  const wide = line.indexOf('：');
  const colon = narrow < 0 || (wide >= 0 && wide < narrow) ? wide : narrow;
  if (colon < 1 || colon > MAX_LABEL_LENGTH + 8) return null;
  const label = line
    .slice(0, colon)
    .replace(/[*_|\u00a0\u200e\u200f\s]+/g, ' ')
    .replaceAll('’', "'")
    .trim()
    .toLowerCase();
  const meanings = meaningsOfLabel.get(label);
  return meanings === undefined
    ? null
    : { meanings, value: line.slice(colon + 1, 500).replace(/^[*_\s]+/, '') };
}

function note(seen: Map<string, Seen>, { meanings }: HeaderLine, value: string): void {
  for (const { kind, language } of meanings) {
    const found = seen.get(language) ?? { kinds: new Set(), addressed: false, timed: false };
    seen.set(language, found);
    found.kinds.add(kind);
    if (kind === 'from' && (address.test(value) || value.includes('mailto:'))) found.addressed = true;
    if (kind === 'sent' && clock.test(value)) found.timed = true;
  }
}

/** A form ("From: London, To: Paris, Date: 5 May") is not a header block: it has neither the address nor the time of sending. */
function proves({ kinds, addressed, timed }: Seen, isMarked: boolean): boolean {
  if (!kinds.has('from')) return false;
  const dated = kinds.has('sent') || kinds.has('date');
  if (isMarked) return dated || kinds.has('to') || kinds.has('subject');
  if (addressed) return dated || kinds.has('to');
  return timed && (kinds.has('to') || kinds.has('subject'));
}

/** Some web mailers put the whole block in one line: "Date: … From: … To: … Subject: …". */
function inOneLine(line: string): boolean {
  const text = line.slice(0, 500).toLowerCase();
  if (!/^(?:date|from|sent): /.test(text)) return false;
  const from = /(?:^| )from: ([^:]{0,200})/.exec(text)?.[1] ?? '';
  return address.test(from) && / (?:date|sent|to): /.test(` ${text.slice(6)}`);
}

/** A block in words of no known language. */
function unknownBlock(lines: readonly string[], at: number, subject: string): QuotedHeaders | null {
  if (!/[:：]/.test((lines[at] ?? '').slice(0, 50))) return null;
  const above = (lines[at - 1] ?? '').trim() === '' ? (lines[at - 2] ?? '') : (lines[at - 1] ?? '');
  if (!/^\s*[_=—–-]{5,200}\s*$/.test(above)) return null;
  const wanted = withoutPrefixes(subject).toLowerCase();
  if (wanted === '') return null;
  let addressed = false;
  let timed = false;
  let named = false;
  let index = at;
  for (; index < Math.min(lines.length, at + 6); index += 1) {
    const field = /^[*\s]{0,4}[^:：<>@/]{1,40}[:：]\s*(\S.*)$/u.exec((lines[index] ?? '').slice(0, 500));
    if (field === null) break;
    const value = (field[1] ?? '').replace(/^[*_\s]+/, '').trim();
    addressed ||= address.test(value);
    timed ||= clock.test(value);
    named ||= withoutPrefixes(value).toLowerCase() === wanted;
  }
  const proved = index - at >= 4 && addressed && timed && named;
  return proved ? { length: index - at, languages: new Set() } : null;
}
