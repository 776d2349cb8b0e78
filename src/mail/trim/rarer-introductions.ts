import { attributionLength } from './attribution.ts';
import { headerBlock, headerOf } from './header-block.ts';
import type { QuotedHeaders } from './header-block.ts';

/** GroupWise: ">>> Desk <desk@example.com> 23.11.2026 10:04 >>>", and the earlier message below it without marks. */
const groupwise =
  /^>{3} \S.{1,200} \d{1,4}[./-]\d{1,2}[./-]\d{1,4},? (?:(?:at|um|à|a las) )?\d{1,2}[:.]\d{2}(?::\d{2})?(?: [AP]M)? >{3}\s*$/i;
/** "-------- Паёми аслӣ --------": words of whatever language between rules. */
const worded = /^\s*[-_=]{3,}\s*[^\s\-_=][^\-_=]{2,60}[-_=]{3,}\s*$/u;
const ruled = /^\s*[-_]{5,}\s*$/;
/** Marks that some programs put before quoted lines instead of ">": the writer's initials, a bar. */
const oddMark = /^\s{0,3}(?:\p{Lu}{1,5}>|\|(?:\s[^|]*)?$)/u;

/** An introduction that few programs write, at `at`; null for any other line. */
export function rarerIntroduction(
  lines: readonly string[],
  at: number,
  subject: string,
): QuotedHeaders | null {
  const line = lines[at] ?? '';
  if (line.length > 300) return null;
  if (isGroupwise(line)) return { length: 1, languages: new Set() };
  const next = (lines[at + 1] ?? '').trim() === '' ? at + 2 : at + 1;
  // Words between rules in no known language are a program's when its header block stands right below.
  const block = worded.test(line) ? headerBlock(lines, next, subject) : null;
  if (block !== null) return { ...block, length: next - at + block.length };
  if (!ruled.test(line)) return null;
  // Yandex puts "Кому: … Тема: …" between the rule and the line that introduces the quote.
  let end = at + 1;
  while (end < at + 6 && headerOf(lines[end] ?? '') !== null && attributionLength(lines, end) === 0) end += 1;
  const length = end === at + 1 ? 0 : attributionLength(lines, end);
  return length === 0 ? null : { length: end + length - at, languages: new Set() };
}

/** Tells whether a line right above a quote may be a program's in whatever language: an address or a time, and a colon behind it. */
export function mayIntroduce(line: string): boolean {
  return /[:：]\s{0,20}$/.test(line.slice(-30)) && /@|\d[:.]\d\d|(?:19|20)\d\d/.test(line.slice(-1000));
}

/** Tells whether a line is the one by which GroupWise introduces an earlier email. */
export function isGroupwise(line: string): boolean {
  return line.length <= 300 && groupwise.test(line);
}

/** Tells whether a line behind an introduction carries another mark than ">". */
export function isOddlyQuoted(line: string): boolean {
  return line.length < 1000 && oddMark.test(line);
}
