import type { AdfNode } from './adf.ts';

const URL_PATTERN = /https?:\/\/[^\s<>"']+/g;
const HARD_BREAK: AdfNode = { type: 'hardBreak' };

/** Lines as the content of a paragraph: breaks between them, addresses of pages as links, everything else literal. */
export function inlineLines(lines: readonly string[]): AdfNode[] {
  return lines.flatMap((line, index) => [...(index === 0 ? [] : [HARD_BREAK]), ...inlineLine(line)]);
}

function inlineLine(line: string): AdfNode[] {
  const nodes: AdfNode[] = [];
  let end = 0;
  for (const match of line.matchAll(URL_PATTERN)) {
    // A sentence that ends with an address ends after it.
    const href = match[0].replace(/[.,;:!?)\]}]+$/, '');
    if (!URL.canParse(href)) continue;
    nodes.push(...textNode(line.slice(end, match.index)));
    nodes.push({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] });
    end = match.index + href.length;
  }
  return [...nodes, ...textNode(line.slice(end))];
}

// Jira refuses a whole document for one empty text node.
function textNode(text: string): AdfNode[] {
  return text === '' ? [] : [{ type: 'text', text }];
}
