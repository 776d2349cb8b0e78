import { withoutDirectionMarks } from '../text.ts';
import { answersBelow } from './answers-below.ts';
import { quotedText } from './quoted-html.ts';
import { mayIntroduce } from './rarer-introductions.ts';
import type { Segment, Surroundings } from './segments.ts';
import { historyMark, introductionMark, lettersOf, segmentsOf } from './segments.ts';
import { withoutSignature } from './signature.ts';

/** What helps to tell a writer's words from what his mail program wrote. */
export type TrimHints = {
  readonly subject?: string;
  /** A server's report shows all but the returned copy. */
  readonly isReport?: boolean;
  /** The HTML beside the text, whose marks decide where the earlier message begins. */
  readonly html?: string | null;
};

/** The shortest introduction of a quote that is looked for in the text, in letters and digits. */
const MIN_INTRODUCTION_LENGTH = 5;
const COMPARED_LETTERS = 60;

/** What the writer wrote: the text without quoted history and signature; never empty when the text is not. */
export function visibleText(text: string, hints: TrimHints = {}): string {
  const introductions = hints.html ? introductionsIn(quotedText(hints.html)) : [];
  return trimmed(text.replaceAll(historyMark, '').replaceAll(introductionMark, ''), false, {
    ...surroundings(hints),
    introductions,
  });
}

/** The same for an email that has only HTML, whose markup tells quotes from text; null when it has no text. */
export function visibleTextOfHtml(html: string, hints: Omit<TrimHints, 'html'> = {}): string | null {
  const text = quotedText(html);
  if (text.trim() === '') return null;
  const visible = trimmed(text, true, surroundings(hints));
  return visible === '' ? null : visible;
}

function surroundings({ subject = '', isReport = false }: TrimHints): Surroundings {
  return { subject, isReport, introductions: [] };
}

/** The first line behind every mark of the HTML, by its letters: the text beside it has the same words, wrapped or not. */
function introductionsIn(marked: string): readonly string[] {
  const lines = marked.split('\n');
  const found = lines.flatMap((line, index) => {
    if (line.startsWith(introductionMark)) return [line.slice(1)];
    if (line !== historyMark) return [];
    return lines.slice(index + 1, index + 6).find((next) => lettersOf(next) !== '') ?? [];
  });
  return found
    .map((line) => lettersOf(line).slice(0, COMPARED_LETTERS))
    .filter((letters) => letters.length >= MIN_INTRODUCTION_LENGTH)
    .slice(0, 50);
}

function trimmed(text: string, keepsOwnQuotes: boolean, around: Surroundings): string {
  // Marks of writing direction stand around names and addresses in Hebrew and Arabic mail and hide what they are.
  const lines = withoutDirectionMarks(text.trimEnd())
    .replace(/\r+\n?/g, '\n')
    .split('\n');
  const segments = segmentsOf(lines, around);
  const shown = shownText(segments, keepsOwnQuotes);
  if (shown !== '' && !(endsInCopy(segments) && answersBelow(shown))) return shown;
  // An email of nothing but a signature, or of nothing but a quote, is shown whole.
  const own = segments.filter((segment) => segment.kind === 'own').flatMap((segment) => segment.lines);
  const whole = lines
    .filter((line) => line !== historyMark)
    .map((line) => line.replaceAll(introductionMark, ''));
  return (shown === '' && tidy(own)) || tidy(whole);
}

/** Tells whether all the writer's words that can be told apart stand above what they answer. */
function endsInCopy(segments: readonly Segment[]): boolean {
  const copy = segments.findIndex(({ kind }) => kind === 'quote' || kind === 'history');
  return (
    copy > 0 &&
    segments.slice(copy).every(({ kind, lines }) => kind !== 'own' || isBlank(withoutSignature(lines, true)))
  );
}

function shownText(all: readonly Segment[], keepsOwnQuotes: boolean): string {
  const segments = all
    .filter((segment) => segment.kind !== 'history')
    .map((segment, index) =>
      segment.kind === 'own' ? { ...segment, lines: withoutSignature(segment.lines, index > 0) } : segment,
    )
    .filter((segment) => segment.kind !== 'own' || !isBlank(segment.lines));
  if (!segments.some((segment) => segment.kind === 'own' || segment.kind === 'verbatim')) return '';
  const quotes = segments.filter((segment) => segment.kind === 'quote');
  while (segments.at(-1)?.kind === 'quote' && !isOwnQuotation(segments)) {
    const last = segments.pop();
    if (keepsOwnQuotes && last !== undefined && last.attribution.length > 0) break;
    if (keepsOwnQuotes && segments.at(-1)?.attribution.length === 0) break;
  }
  const only = quotes.length === 1 ? quotes[0] : undefined;
  const dropped = only !== undefined && isDispensable(only, segments, keepsOwnQuotes) ? only : null;
  const lines: string[] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment === dropped) continue;
    // The line that introduced a quote tells nothing the desk does not know; a blank one keeps the quote apart.
    if (segment.attribution.length > 0 && lines.at(-1)?.trim() !== '') lines.push('');
    const start = dropped !== null && segments[index - 1] === dropped ? firstFilled(segment.lines) : 0;
    for (let at = start; at < segment.lines.length; at += 1) lines.push(segment.lines[at] ?? '');
  }
  return tidy(lines);
}

/** "The display shows:", or a single line "> 5 V": what stands last belongs to the words above it, and no program introduced it. */
function isOwnQuotation(segments: readonly Segment[]): boolean {
  const last = segments.at(-1);
  if (last === undefined || last.attribution.length > 0) return false;
  const quoted = last.lines.filter((line) => line.trim() !== '');
  if (quoted.length === 1 && /^\s*>\s?\p{Nd}/u.test(quoted[0] ?? '')) return true;
  const above = segments.at(-2)?.lines.findLast((line) => line.trim() !== '') ?? '';
  return /[:：]\s*$/.test(above) && !mayIntroduce(above);
}

/** One quote between or above the writer's words is history; several, or one below a mere greeting, are what he answers to. */
function isDispensable(quote: Segment, segments: readonly Segment[], isHtml: boolean): boolean {
  const before = segments
    .slice(0, segments.indexOf(quote))
    .flatMap((segment) => segment.lines.filter((line) => line.trim() !== ''));
  // "As the manual says:" makes it the writer's own quotation.
  if (quote.attribution.length === 0)
    return isHtml && segments.at(-1) !== quote && !/[:：]\s*$/.test(before.at(-1) ?? '');
  return !(before.length === 1 && /^[^.?!]{1,60},\s*$/.test(before[0] ?? ''));
}

function tidy(lines: readonly string[]): string {
  return lines.slice(firstFilled(lines)).join('\n').trimEnd();
}

function firstFilled(lines: readonly string[]): number {
  const at = lines.findIndex((line) => line.trim() !== '');
  return at < 0 ? lines.length : at;
}

function isBlank(lines: readonly string[]): boolean {
  return firstFilled(lines) === lines.length;
}
