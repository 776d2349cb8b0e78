import { z } from 'zod';
import type { AdfNode } from './adf.ts';
import { namelessMention } from './mention.ts';

const MAX_DEPTH = 100;
const BLOCKS = new Set(['paragraph', 'heading', 'codeBlock', 'blockquote', 'bulletList', 'orderedList']);
const nodeShape = z.looseObject({ type: z.string() });

/**
 * A document as plain text. Nodes that are not known are read for the text in them: Atlassian adds new ones, and what a
 * person wrote must arrive. A body that is text already, as webhooks and Data Center have it, stays as it is.
 */
export function adfToText(body: unknown): string {
  if (typeof body === 'string') return body.trim();
  const document = nodeShape.safeParse(body);
  if (!document.success) return '';
  return blocks((body as AdfNode).content ?? [], 0)
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
}

function blocks(nodes: readonly AdfNode[], depth: number): string {
  if (depth > MAX_DEPTH) return wordsIn(nodes);
  return nodes
    .filter((node) => typeof node === 'object' && node !== null)
    .map((node) => block(node, depth + 1))
    .join('');
}

function block(node: AdfNode, depth: number): string {
  const content = Array.isArray(node.content) ? (node.content as readonly AdfNode[]) : [];
  const inside = () => blocks(content, depth);
  switch (node.type) {
    case 'blockquote':
      return `${prefixed(inside(), '> ')}\n\n`;
    case 'codeBlock':
      return `\`\`\`${attribute(node, 'language')}\n${inside()}\n\`\`\`\n\n`;
    case 'bulletList':
    case 'taskList':
    case 'decisionList':
      return `${items(content, () => '- ', depth)}\n`;
    case 'orderedList':
      return `${items(content, (index) => `${orderOf(node) + index}. `, depth)}\n`;
    case 'tableRow':
      return `${content.map((cell) => blocks(cell.content ?? [], depth).trim()).join(' | ')}\n`;
    case 'rule':
      return '---\n\n';
    case 'blockCard':
    case 'embedCard':
      return `${attribute(node, 'url')}\n\n`;
    case 'expand':
    case 'nestedExpand':
      return `${attribute(node, 'title')}\n\n${inside()}\n\n`;
    case 'extension':
    case 'bodiedExtension':
      return `${attribute(node, 'text')}\n\n${inside()}\n\n`;
    case 'media':
      return `${attachment(node)}\n`;
    default:
      return BLOCKS.has(node.type) || node.type === 'table' || node.type === 'mediaSingle'
        ? `${inside()}\n\n`
        : inline(node, inside);
  }
}

function inline(node: AdfNode, inside: () => string): string {
  switch (node.type) {
    case 'text':
      return linked(node);
    case 'hardBreak':
      return '\n';
    case 'mention':
      return mentioned(attribute(node, 'id'), attribute(node, 'text').replace(/^@/, ''));
    case 'emoji':
      return attribute(node, 'text') || attribute(node, 'shortName');
    case 'inlineCard':
      return attribute(node, 'url');
    case 'date':
      return isoDay(Number(attribute(node, 'timestamp')));
    case 'status':
      return `[${attribute(node, 'text')}]`;
    case 'mediaInline':
      return attachment(node);
    case 'placeholder':
    case 'inlineExtension':
      return attribute(node, 'text') + inside();
    default:
      return (typeof node.text === 'string' ? node.text : '') + inside();
  }
}

function mentioned(id: string, name: string): string {
  return name !== '' && name !== id ? `@${name}` : namelessMention(id);
}

function linked(node: AdfNode): string {
  const { text = '' } = node;
  const href = hrefOf(node);
  return href === '' || href === text || href === `mailto:${text}` ? text : `${text} (${href})`;
}

// A picture has no text: what it is called and where it is or leads to is all there is to read.
function attachment(node: AdfNode): string {
  const said = [attribute(node, 'alt'), attribute(node, 'url'), hrefOf(node)].filter((each) => each !== '');
  return said.length === 0 ? '[attachment]' : `[attachment: ${said.join(' ')}]`;
}

function hrefOf({ marks = [] }: AdfNode): string {
  const href = marks.find(({ type }) => type === 'link')?.attrs?.['href'];
  return typeof href === 'string' ? href : '';
}

/** The words of nodes that lie too deep to be laid out. */
function wordsIn(nodes: readonly AdfNode[]): string {
  const words: string[] = [];
  const left = nodes.toReversed();
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const said = inline(node, () => '');
    if (said !== '') words.push(said);
    if (Array.isArray(node.content)) left.push(...(node.content as readonly AdfNode[]).toReversed());
  }
  return words.join(' ');
}

function items(content: readonly AdfNode[], marker: (index: number) => string, depth: number): string {
  return content
    .map((item, index) => {
      const done = attribute(item, 'state');
      const box = item.type === 'taskItem' ? (done === 'DONE' ? '[x] ' : '[ ] ') : '';
      const text = blocks(item.content ?? [], depth + 1)
        .replace(/\n{2,}/g, '\n')
        .trim();
      return `${marker(index)}${box}${text.replace(/\n/g, '\n  ')}\n`;
    })
    .join('');
}

function prefixed(text: string, prefix: string): string {
  return text.trim().replace(/^/gm, prefix);
}

function orderOf(node: AdfNode): number {
  const order = node.attrs?.['order'];
  return typeof order === 'number' ? order : 1;
}

function isoDay(timestamp: number): string {
  return Number.isNaN(timestamp) || Math.abs(timestamp) > 8.64e15
    ? ''
    : new Date(timestamp).toISOString().slice(0, 10);
}

function attribute(node: AdfNode, name: string): string {
  const value = node.attrs?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
