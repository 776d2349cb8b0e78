import { type AdfDocument, type AdfNode, paragraph } from './adf.ts';
import { type Inline, inlineFor } from './inline.ts';
import type { Mention } from './mention.ts';

/** More nodes make Jira slow or refuse; what follows them stays whole, as one block of plain text. */
const MAX_NODES = 2000;
const FENCE = /^```([\w+#-]{0,20})\s*$/;
const QUOTE = /^>\s?/;
const BULLET = /^- (?=\S)/;
const NUMBER = /^(\d{1,9})\. (?=\S)/;
const INDENT = /^ {4}/;

type Block = { readonly node: AdfNode; readonly end: number };

/**
 * Plain text as a document of Jira's, of the few nodes that it surely takes. Nothing but whitespace is lost: quotes, lists
 * with numbers in a row and code become what they are, everything else stays literal.
 */
export function textToAdf(text: string, mentions: readonly Mention[] = []): AdfDocument {
  const inline = inlineFor(mentions);
  const lines = acceptable(text).split('\n');
  const content: AdfNode[] = [];
  let nodes = 1;
  for (let at = 0; at < lines.length;) {
    if (lines[at]?.trim() === '') {
      at += 1;
      continue;
    }
    const block = blockAt(lines, at, inline);
    nodes += countNodes(block.node);
    if (nodes > MAX_NODES) {
      content.push(codeBlock(lines.slice(at)));
      break;
    }
    content.push(block.node);
    at = block.end;
  }
  return { version: 1, type: 'doc', content };
}

/** The text without what no document may hold: control characters and halves of surrogate pairs. */
export function acceptable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g, '');
}

function blockAt(lines: readonly string[], at: number, inline: Inline): Block {
  return (
    fencedAt(lines, at) ??
    runAt(lines, at, QUOTE, (run) => quote(run, inline)) ??
    runAt(lines, at, BULLET, (run) => list('bulletList', run, { marker: BULLET, inline })) ??
    numberedAt(lines, at, inline) ??
    runAt(lines, at, INDENT, (run) => codeBlock(run.map((line) => line.slice(4)))) ??
    paragraphAt(lines, at, inline)
  );
}

function fencedAt(lines: readonly string[], at: number): Block | null {
  const fence = FENCE.exec(lines[at] ?? '');
  if (fence === null) return null;
  const closing = lines.findIndex((line, index) => index > at && /^```\s*$/.test(line));
  if (closing === -1) return null;
  return { node: codeBlock(lines.slice(at + 1, closing), fence[1] ?? ''), end: closing + 1 };
}

function runAt(
  lines: readonly string[],
  at: number,
  pattern: RegExp,
  make: (run: readonly string[]) => AdfNode,
): Block | null {
  let end = at;
  while (end < lines.length && pattern.test(lines[end] ?? '')) end += 1;
  return end === at ? null : { node: make(lines.slice(at, end)), end };
}

// Jira numbers a list by itself: one whose numbers are not in a row would come out with others.
function numberedAt(lines: readonly string[], at: number, inline: Inline): Block | null {
  const first = NUMBER.exec(lines[at] ?? '')?.[1];
  if (first === undefined || String(Number(first)) !== first) return null;
  let end = at;
  while (NUMBER.exec(lines[end] ?? '')?.[1] === String(Number(first) + end - at)) end += 1;
  const node = list('orderedList', lines.slice(at, end), { marker: NUMBER, inline });
  return { node: { ...node, attrs: { order: Number(first) } }, end };
}

function paragraphAt(lines: readonly string[], at: number, inline: Inline): Block {
  let end = at + 1;
  while (end < lines.length && !startsBlock(lines, end)) end += 1;
  return { node: paragraph(inline(lines.slice(at, end))), end };
}

// An indented line in the middle of a paragraph is a line that was indented, no code.
function startsBlock(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return (
    line.trim() === '' || QUOTE.test(line) || BULLET.test(line) || NUMBER.test(line) || line.startsWith('```')
  );
}

// A quote within the quote is none to Jira: its marks stay in the text.
function quote(run: readonly string[], inline: Inline): AdfNode {
  const paragraphs: string[][] = [[]];
  for (const line of run.map((each) => each.replace(QUOTE, ''))) {
    if (line.trim() === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  const filled = paragraphs.filter((lines) => lines.length > 0);
  return {
    type: 'blockquote',
    content: (filled.length === 0 ? [[]] : filled).map((lines) => paragraph(inline(lines))),
  };
}

function list(
  type: 'bulletList' | 'orderedList',
  run: readonly string[],
  { marker, inline }: { readonly marker: RegExp; readonly inline: Inline },
): AdfNode {
  return {
    type,
    content: run.map((line) => ({
      type: 'listItem',
      content: [paragraph(inline([line.replace(marker, '')]))],
    })),
  };
}

function codeBlock(lines: readonly string[], language = ''): AdfNode {
  const text = lines.join('\n');
  return {
    type: 'codeBlock',
    ...(language === '' ? {} : { attrs: { language } }),
    content: text === '' ? [] : [{ type: 'text', text }],
  };
}

function countNodes(node: AdfNode): number {
  return (node.content ?? []).reduce((sum, child) => sum + countNodes(child), 1);
}
