import { parseDocument } from 'htmlparser2';
import { htmlToText } from '../html/html-to-text.ts';
import { linkTarget } from '../html/link-target.ts';
import type { ListNumbers } from '../html/list-numbers.ts';
import { listNumbers } from '../html/list-numbers.ts';
import { beginningOfHtml, shownHtml } from '../html/shown-html.ts';
import { attributionLength } from './attribution.ts';
import {
  firstLine,
  historyOrQuote,
  introducesInside,
  isBareQuote,
  isHistoryComment,
  isLeftOut,
} from './client-marks.ts';
import type { DomNode } from './client-marks.ts';
import { mayIntroduce } from './rarer-introductions.ts';
import { historyMark, introductionMark } from './segments.ts';

/** Lines of text as they come: closing a line puts the quote marks of the depth it stands at before it. */
type QuotedLines = {
  readonly lines: string[];
  readonly lists: ListNumbers;
  /** The line that is being written, in pieces: joined as it grows, a long one would be copied for every word. */
  current: string[];
  depth: number;
  filled: boolean;
  /** Where the words began that introduce the next quote. */
  introducedFrom: number | null;
};

const MAX_DEPTH = 5;
const MAX_INTRODUCTION_LINES = 4;
/** HTML with more than this is a data dump and no conversation: it is not searched for quotes. */
const MAX_HTML_LENGTH = 4_000_000;
const MAX_TAGS = 100_000;
const blocks = new Set([
  'address', 'article', 'aside', 'blockquote', 'body', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
  'header', 'html', 'li', 'main', 'nav', 'ol', 'pre', 'section', 'table', 'tr', 'ul',
]); // prettier-ignore

/**
 * HTML as text whose quoted parts carry `>` marks, as a mail program would have written them, so that the rules for text find them;
 * where the marks of a program say that the earlier message begins or is introduced, a line says so. Signature elements are left out.
 * HTML too large to be a conversation becomes text without marks.
 */
export function quotedText(html: string): string {
  if (beginningOfHtml(html, MAX_HTML_LENGTH, MAX_TAGS).length < html.length) return htmlToText(html);
  const root = parseDocument(shownHtml(html)) as unknown as DomNode;
  const written: QuotedLines = {
    lines: [],
    lists: listNumbers(),
    current: [],
    depth: 0,
    filled: false,
    introducedFrom: null,
  };
  const open: { node: DomNode; next: number; close: (() => void) | null; kept: boolean }[] = [
    { node: root, next: 0, close: null, kept: false },
  ];
  while (open.length > 0) {
    const top = open.at(-1);
    const child = top?.node.children?.[top.next];
    if (top === undefined) break;
    if (child === undefined) {
      top.close?.();
      open.pop();
      continue;
    }
    top.next += 1;
    if (isHistoryComment(child) && hasReply(written)) rule(written, historyMark);
    if (child.type === 'text') addText(written, child.data ?? '', top.kept);
    else if (child.children !== undefined && !isLeftOut(child))
      open.push({ node: child, next: 0, close: enter(written, child), kept: keepsBlanks(child, top.kept) });
  }
  endLine(written);
  return written.lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function keepsBlanks(node: DomNode, kept: boolean): boolean {
  if (node.name === 'pre') return true;
  const style = node.attribs?.['style'] ?? '';
  if (style === '' || !/white-space/i.test(style)) return kept;
  return /white-space\s{0,5}:\s{0,5}(?:pre|break-spaces)/i.test(style);
}

function enter(written: QuotedLines, node: DomNode): (() => void) | null {
  const name = node.name ?? '';
  if (name === 'br') written.lines.push(closed(written));
  if (name === 'hr') rule(written, '________________________________');
  if (name === 'img') add(written, node.attribs?.['alt'] ?? '');
  if (name === 'a') return link(written, node);
  if (name === 'li') {
    endLine(written);
    written.current = [written.lists.item(node.attribs ?? {}, '- ')];
    return () => endLine(written);
  }
  if ((name === 'td' || name === 'th') && written.current.length > 0) add(written, ' ');
  const marked = historyOrQuote(node);
  if (marked === 'quote' && isBareQuote(node)) endLine(written);
  const role = marked === 'quote' && isBareQuote(node) && !isIntroduced(written, node) ? null : marked;
  // With nothing above the quote there is no reply, so it stays.
  if ((role === 'history' || role === 'copy') && hasReply(written)) {
    rule(written, historyMark);
    if (role === 'copy') return deeper(written);
  }
  if (role === 'introduction' && written.depth === 0) {
    endLine(written);
    const from = written.lines.length;
    return () => {
      endLine(written);
      markIntroduction(written, from);
    };
  }
  if (role === 'quote') {
    endLine(written);
    if (written.introducedFrom !== null) markIntroduction(written, written.introducedFrom);
    written.introducedFrom = null;
    return deeper(written);
  }
  if (name === 'p' || /^h[1-6]$/.test(name)) {
    gap(written);
    return () => gap(written);
  }
  if (!blocks.has(name)) return null;
  endLine(written);
  if (written.depth === 0 && introducesInside(node)) written.introducedFrom = written.lines.length;
  if (name !== 'ol' && name !== 'ul') return () => endLine(written);
  written.lists.open(name, node.attribs ?? {});
  return () => {
    endLine(written);
    written.lists.close();
  };
}

/** Tells whether something stands above that may be the reply, outside of any copy. */
function hasReply(written: QuotedLines): boolean {
  return written.depth === 0 && (written.filled || !isBlank(written));
}

function deeper(written: QuotedLines): () => void {
  written.depth += 1;
  return () => {
    endLine(written);
    written.depth -= 1;
  };
}

/** Tells whether a quote without marks is a copy of an email: it stands in one, or a line above or in it introduces it. */
function isIntroduced({ lines, depth, introducedFrom }: QuotedLines, quote: DomNode): boolean {
  if (depth > 0 || introducedFrom !== null) return true;
  const end = lines.findLastIndex((line) => line.trim() !== '') + 1;
  const last = lines[end - 1] ?? '';
  const first = firstLine(quote);
  if (last.startsWith(introductionMark) || mayIntroduce(last) || mayIntroduce(first)) return true;
  const near = [...lines.slice(Math.max(0, end - MAX_INTRODUCTION_LINES), end), '> '];
  return (
    near.slice(0, -1).some((_, at) => at + attributionLength(near, at) === near.length - 1) ||
    attributionLength([first, '> '], 0) > 0
  );
}

function markIntroduction(written: QuotedLines, from: number): void {
  for (let at = from; at < written.lines.length; at += 1)
    if (written.lines[at] !== '') written.lines[at] = `${introductionMark}${written.lines[at] ?? ''}`;
}

/** The text has the link's address after its words. */
function link(written: QuotedLines, node: DomNode): () => void {
  const lines = written.lines.length;
  const from = written.current.length;
  return () => {
    const shown =
      written.lines.length === lines
        ? written.current.slice(from, from + 50).join('')
        : `${written.lines.slice(lines, lines + 5).join(' ')} ${written.current.slice(0, 50).join('')}`;
    const holdsImage = node.children?.some((child) => child.name === 'img') ?? false;
    const target = linkTarget(node.attribs?.['href'] ?? '', shown.replace(/^[\s>]+/, ''), holdsImage);
    if (target !== '') add(written, written.current.length === 0 ? target : ` ${target}`);
  };
}

function add(written: QuotedLines, words: string): void {
  if (words !== '') written.current.push(words);
}

function isBlank(written: QuotedLines): boolean {
  return written.current.every((words) => words.trim() === '');
}

function addText(written: QuotedLines, given: string, kept: boolean): void {
  const data = given.replaceAll(historyMark, '').replaceAll(introductionMark, '');
  if (kept) {
    const [first, ...rest] = data.split('\n');
    add(written, first ?? '');
    for (const line of rest) {
      written.lines.push(closed(written));
      add(written, line);
    }
    return;
  }
  const text = data.replace(/[ \t\r\n\f]+/g, ' ');
  const last = written.current.at(-1);
  add(written, last === undefined || last.endsWith(' ') ? text.trimStart() : text);
}

function closed(written: QuotedLines): string {
  const text = written.current.join('').trimEnd();
  written.current = [];
  written.filled ||= text !== '';
  return written.depth === 0 ? text : `${'>'.repeat(Math.min(written.depth, MAX_DEPTH))} ${text}`.trimEnd();
}

function endLine(written: QuotedLines): void {
  if (!isBlank(written)) written.lines.push(closed(written));
  written.current = [];
}

function gap(written: QuotedLines): void {
  endLine(written);
  const last = written.lines.at(-1);
  if (last !== undefined && !/^>*$/.test(last)) written.lines.push(closed(written));
}

function rule(written: QuotedLines, line: string): void {
  endLine(written);
  written.current = [line];
  endLine(written);
}
