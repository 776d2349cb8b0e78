import { parseDocument } from 'htmlparser2';
import { htmlToText } from '../html/html-to-text.ts';
import { linkTarget } from '../html/link-target.ts';
import type { ListNumbers } from '../html/list-numbers.ts';
import { listNumbers } from '../html/list-numbers.ts';
import { beginningOfHtml, shownHtml } from '../html/shown-html.ts';
import { historyOrQuote, isLeftOut } from './client-marks.ts';
import type { DomNode } from './client-marks.ts';
import { historyMark, introductionMark } from './segments.ts';

/** Lines of text as they come: closing a line puts the quote marks of the depth it stands at before it. */
type Page = {
  readonly lines: string[];
  readonly lists: ListNumbers;
  /** The line that is being written, in pieces: joined as it grows, a long one would be copied for every word. */
  current: string[];
  depth: number;
  filled: boolean;
};

const MAX_DEPTH = 5;
/** HTML with more than this is a data dump and no conversation: it is not searched for quotes. */
const MAX_HTML_LENGTH = 4_000_000;
const MAX_TAGS = 100_000;
const blocks = new Set([
  'address', 'article', 'aside', 'blockquote', 'body', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
  'header', 'html', 'li', 'main', 'nav', 'ol', 'pre', 'section', 'table', 'tr', 'ul',
]); // prettier-ignore

/**
 * HTML as text whose quoted parts carry `>` marks, as a mail program would have written them, so that the rules for text find them;
 * where the marks of a program say that the earlier mail begins or is introduced, a line says so. Signature elements are left out.
 * HTML too large to be a conversation becomes text without marks.
 */
export function quotedText(html: string): string {
  if (beginningOfHtml(html, MAX_HTML_LENGTH, MAX_TAGS).length < html.length) return htmlToText(html);
  const root = parseDocument(shownHtml(html)) as unknown as DomNode;
  const page: Page = { lines: [], lists: listNumbers(), current: [], depth: 0, filled: false };
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
    if (child.type === 'text') addText(page, child.data ?? '', top.kept);
    else if (child.children !== undefined && !isLeftOut(child))
      open.push({ node: child, next: 0, close: enter(page, child), kept: keepsBlanks(child, top.kept) });
  }
  endLine(page);
  return page.lines
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

function enter(page: Page, node: DomNode): (() => void) | null {
  const name = node.name ?? '';
  if (name === 'br') page.lines.push(closed(page));
  if (name === 'hr') rule(page, '________________________________');
  if (name === 'img') add(page, node.attribs?.['alt'] ?? '');
  if (name === 'a') return link(page, node);
  if (name === 'li') {
    endLine(page);
    page.current = [page.lists.item(node.attribs ?? {}, '- ')];
    return () => endLine(page);
  }
  if ((name === 'td' || name === 'th') && page.current.length > 0) add(page, ' ');
  const role = historyOrQuote(node);
  // With nothing above it there is no reply to part it from.
  if (role === 'history' && (page.filled || !isBlank(page))) rule(page, historyMark);
  if (role === 'introduction' && page.depth === 0) {
    endLine(page);
    const from = page.lines.length;
    return () => {
      endLine(page);
      for (let at = from; at < page.lines.length; at += 1)
        if (page.lines[at] !== '') page.lines[at] = `${introductionMark}${page.lines[at] ?? ''}`;
    };
  }
  if (role === 'quote') {
    endLine(page);
    page.depth += 1;
    return () => {
      endLine(page);
      page.depth -= 1;
    };
  }
  if (name === 'p' || /^h[1-6]$/.test(name)) {
    gap(page);
    return () => gap(page);
  }
  if (!blocks.has(name)) return null;
  endLine(page);
  if (name !== 'ol' && name !== 'ul') return () => endLine(page);
  page.lists.open(name, node.attribs ?? {});
  return () => {
    endLine(page);
    page.lists.close();
  };
}

/** Behind a link's words stands where it leads. */
function link(page: Page, node: DomNode): () => void {
  const lines = page.lines.length;
  const from = page.current.length;
  return () => {
    const shown =
      page.lines.length === lines
        ? page.current.slice(from, from + 50).join('')
        : `${page.lines.slice(lines, lines + 5).join(' ')} ${page.current.slice(0, 50).join('')}`;
    const holdsImage = node.children?.some((child) => child.name === 'img') ?? false;
    const target = linkTarget(node.attribs?.['href'] ?? '', shown.replace(/^[\s>]+/, ''), holdsImage);
    if (target !== '') add(page, page.current.length === 0 ? target : ` ${target}`);
  };
}

function add(page: Page, words: string): void {
  if (words !== '') page.current.push(words);
}

function isBlank(page: Page): boolean {
  return page.current.every((words) => words.trim() === '');
}

function addText(page: Page, given: string, kept: boolean): void {
  const data = given.replaceAll(historyMark, '').replaceAll(introductionMark, '');
  if (kept) {
    const [first, ...rest] = data.split('\n');
    add(page, first ?? '');
    for (const line of rest) {
      page.lines.push(closed(page));
      add(page, line);
    }
    return;
  }
  const text = data.replace(/[ \t\r\n\f]+/g, ' ');
  const last = page.current.at(-1);
  add(page, last === undefined || last.endsWith(' ') ? text.trimStart() : text);
}

function closed(page: Page): string {
  const text = page.current.join('').trimEnd();
  page.current = [];
  page.filled ||= text !== '';
  return page.depth === 0 ? text : `${'>'.repeat(Math.min(page.depth, MAX_DEPTH))} ${text}`.trimEnd();
}

function endLine(page: Page): void {
  if (!isBlank(page)) page.lines.push(closed(page));
  page.current = [];
}

function gap(page: Page): void {
  endLine(page);
  const last = page.lines.at(-1);
  if (last !== undefined && !/^>*$/.test(last)) page.lines.push(closed(page));
}

function rule(page: Page, line: string): void {
  endLine(page);
  page.current = [line];
  endLine(page);
}
