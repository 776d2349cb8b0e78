import { attributionInside, attributionLength, historyInside } from './attribution.ts';
import { headerBlock, headerOf } from './header-block.ts';
import { originalMarker } from './original-message.ts';
import { isOddlyQuoted, rarerIntroduction } from './rarer-introductions.ts';
import { subjectKind } from './subject-prefix.ts';

/**
 * A stretch of an email's text: the writer's own lines, or quoted ones with what introduced them.
 * `history` runs to the end of the email without any quote mark, `verbatim` is a forwarded email that the writer sends on.
 */
export type Segment = {
  readonly kind: 'own' | 'quote' | 'history' | 'verbatim';
  readonly attribution: readonly string[];
  readonly lines: readonly string[];
};

/** What is known of an email besides its text. */
export type Surroundings = {
  readonly subject: string;
  /** A server's report: the fields and addresses in it are what it is about. */
  readonly isReport: boolean;
  /** How the quotes begin that the HTML beside the text marks, by letters and digits alone. */
  readonly introductions: readonly string[];
};

/** A line that HTML turned into text holds where its marks say that the earlier message begins. */
export const historyMark = '\u0001';
/** What begins a line that HTML marks as the introduction of a quote. */
export const introductionMark = '\u0002';

type Introduction = { readonly length: number; readonly languages: ReadonlySet<string> };

const noLanguages: ReadonlySet<string> = new Set();

/** Divides lines into the writer's own, quoted and forwarded stretches, in order, none of them lost. */
export function segmentsOf(lines: readonly string[], around: Surroundings): readonly Segment[] {
  const segments: Segment[] = [];
  let own: string[] = [];
  let fenced = false;
  const closeOwn = (): void => {
    if (own.length > 0) segments.push({ kind: 'own', attribution: [], lines: own });
    own = [];
  };
  const rest = (kind: 'history' | 'verbatim', attribution: readonly string[], from: readonly string[]) => {
    closeOwn();
    return [...segments, { kind, attribution, lines: from }];
  };
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (isFence(line)) fenced = !fenced;
    if (line === '') {
      own.push(line);
      at += 1;
      continue;
    }
    const inside = fenced ? -1 : attributionInside(line);
    const found = fenced || inside > 0 ? null : introductionAt(lines, at, around);
    const forwards =
      found !== null && (found === 'forward' || subjectKind(around.subject, found.languages) === 'forward');
    if (forwards) return rest('verbatim', [], lines.slice(at).map(withoutMarks).filter(isNoMark));
    const history = found === null && inside < 0 && !fenced ? historyInside(line) : -1;
    if (history > 0)
      return rest('history', [line.slice(0, history)], [line.slice(history), ...lines.slice(at + 1)]);
    if (found === null) {
      own.push(inside < 0 ? line : line.slice(0, inside).replace(/[\s-]+$/, ''));
      at += 1;
      if (inside < 0) continue;
    }
    const length = found === null ? 0 : found.length;
    const attribution = lines.slice(at, at + length);
    const start = at + length;
    const end = quoteEnd(lines, start, length > 0 ? isMarked : isQuoted);
    if (end === start) return rest('history', attribution, lines.slice(start));
    closeOwn();
    const inner = attribution.length === 0 && found !== null ? quotedAttribution(lines, start, end) : start;
    segments.push({
      kind: 'quote',
      attribution: found === null ? [line] : [...attribution, ...lines.slice(start, inner)],
      lines: lines.slice(inner, end),
    });
    at = end;
  }
  closeOwn();
  return segments;
}

/** Lines that introduce a quote at `at` (0 when the quote itself begins there), `forward`, or null for the writer's own text. */
function introductionAt(
  lines: readonly string[],
  at: number,
  around: Surroundings,
): Introduction | 'forward' | null {
  const line = lines[at] ?? '';
  if (line.trim() === '') return null;
  const marker = originalMarker(line);
  if (marker === 'forward') return 'forward';
  const rarer = around.isReport ? null : rarerIntroduction(lines, at, around.subject);
  if (rarer !== null) return rarer;
  if (isQuoted(line)) return quotesForward(lines, at) ? 'forward' : { length: 0, languages: noLanguages };
  if (line === historyMark || marker === 'original') {
    const block = headerBlock(lines, at + 1, '', true);
    return { length: 1 + (block?.length ?? 0), languages: block?.languages ?? noLanguages };
  }
  if (line.startsWith(introductionMark)) return { length: markedLength(lines, at), languages: noLanguages };
  const hinted = hintedLength(lines, at, around.introductions);
  if (around.isReport) return hinted === 0 ? null : { length: hinted, languages: noLanguages };
  const cited = hinted === 0 && isCited(lines, at);
  const block = cited ? null : headerBlock(lines, at, around.subject);
  if (block !== null) return block;
  const length = attributionLength(lines, at) || hinted;
  if (length === 0 || (cited && !isQuoted(lines[at + length] || (lines[at + length + 1] ?? '')))) return null;
  return { length, languages: noLanguages };
}

/** "The header of that email was:" announces what the writer put in himself; a word with a colon may be a line of a signature. */
function isCited(lines: readonly string[], at: number): boolean {
  let above = at - 1;
  while (above >= 0 && (lines[above] ?? '').trim() === '') above -= 1;
  const line = (lines[above] ?? '').slice(-400).trimEnd();
  return (
    /[:：]$/.test(line) &&
    line.trim().split(/\s+/, 3).length > 2 &&
    !isQuoted(line) &&
    headerOf(line) === null
  );
}

/** Apple Mail and others quote the line that says that an email is forwarded. */
function quotesForward(lines: readonly string[], at: number): boolean {
  for (let index = at; index < at + 4; index += 1) {
    const line = lines[index] ?? '';
    if (!isQuoted(line)) return false;
    if (/[^\s>]/.test(line)) return originalMarker(line.replace(/^[\s>]+/, '')) === 'forward';
  }
  return false;
}

function markedLength(lines: readonly string[], at: number): number {
  let end = at;
  while ((lines[end] ?? '').startsWith(introductionMark)) end += 1;
  return end - at;
}

/** How many lines at `at` say what the HTML marks as the introduction of a quote; 0 for another line. */
function hintedLength(lines: readonly string[], at: number, introductions: readonly string[]): number {
  let length = 0;
  for (let found = 1; found > 0; length += found) found = oneHinted(lines, at + length, introductions);
  return length;
}

function oneHinted(lines: readonly string[], at: number, introductions: readonly string[]): number {
  if (introductions.length === 0) return 0;
  let joined = '';
  for (let count = 1; count <= 4; count += 1) {
    const line = lines[at + count - 1] ?? '';
    if (line.length > 500 || line.trim() === '') return 0;
    joined += lettersOf(line);
    if (joined === '') return 0;
    if (introductions.some((wanted) => joined.startsWith(wanted))) return count;
    if (!introductions.some((wanted) => wanted.startsWith(joined))) return 0;
  }
  return 0;
}

/** A line reduced to its letters and digits, which two renderings of one email have in common. */
export function lettersOf(line: string): string {
  return line
    .replace(/<(?:mailto|https?):[^<>]*>/gi, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function withoutMarks(line: string): string {
  return line.startsWith(introductionMark) ? line.slice(1) : line;
}

function isNoMark(line: string): boolean {
  return line !== historyMark;
}

/** Some clients quote the line that introduces the quote as well: where the quoted words begin behind it. */
function quotedAttribution(lines: readonly string[], start: number, end: number): number {
  const opening: string[] = [];
  for (let at = start; at < Math.min(end, start + 8); at += 1)
    opening.push((lines[at] ?? '').replace(/^[ \t\u00a0]{0,20}>[ \t]?/, ''));
  const first = opening.findIndex((line) => line.trim() !== '');
  const length = first < 0 ? 0 : attributionLength(opening, first);
  return length === 0 ? start : start + first + length;
}

/** Where the run of quoted lines ends: blank lines inside it and lines a mail program wrapped belong to it. */
function quoteEnd(lines: readonly string[], start: number, belongs: (line: string) => boolean): number {
  let at = start;
  let end = start;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (belongs(line)) end = at + 1;
    else if (line.trim() !== '' && !(end > start && at === end && isWrapped(lines, at))) break;
    else if (line.trim() !== '') end = at + 1;
    at += 1;
  }
  return end;
}

function isWrapped(lines: readonly string[], at: number): boolean {
  const above = lines[at - 1] ?? '';
  const line = lines[at] ?? '';
  if (!isQuoted(above) || !isQuoted(lines[at + 1] ?? '')) return false;
  if (above.length > 2000 || line.length > 400) return false;
  if (/^\s*[(<]?(https?:|\()\S*[)>]?\s*>?\s*$/.test(line)) return true;
  const open = above.lastIndexOf('(http');
  if (open >= 0 && !above.slice(open).includes(')')) return true;
  return (
    above.length >= 60 &&
    line.length <= 80 &&
    /^[\p{Ll}\d"'(]/u.test(line) &&
    /[\p{L}\p{N},-]\s*$/u.test(above)
  );
}

/** Code between fences may hold anything; a fence that is never closed counts for nothing. */
function isFence(line: string): boolean {
  return line.length < 100 && line.includes('```') && line.trimStart().startsWith('```');
}

/** Behind an introduction a quote may carry other marks. */
function isMarked(line: string): boolean {
  return isQuoted(line) || isOddlyQuoted(line);
}

/** ">:(" is a face. */
function isQuoted(line: string): boolean {
  return /^[ \t\u00a0]{0,20}>(?![:;._-]+[(<[])/.test(line);
}
