import type { AdfNode } from './adf.ts';
import { addressOrMention, type Mention, mentionIn } from './mention.ts';

const ADDRESS = /https?:\/\/[^\s<>"']+/;
const HARD_BREAK: AdfNode = { type: 'hardBreak' };

/** Lines as the content of a paragraph. */
export type Inline = (lines: readonly string[]) => AdfNode[];

/** Makes content of lines: breaks between them, addresses of pages as links, people who are named, everything else literal. */
export function inlineFor(mentions: readonly Mention[]): Inline {
  const pattern = addressOrMention(ADDRESS, mentions);
  const inline = (line: string): AdfNode[] => {
    const nodes: AdfNode[] = [];
    let end = 0;
    for (const match of line.matchAll(pattern)) {
      const mention = mentionIn(match, mentions);
      // A sentence that ends with an address ends after it.
      const href = match[0].replace(/[.,;:!?)\]}]+$/, '');
      if (mention === undefined && !URL.canParse(href)) continue;
      nodes.push(...textNode(line.slice(end, match.index)));
      nodes.push(
        mention === undefined
          ? { type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] }
          : { type: 'mention', attrs: { id: mention.id, text: `@${mention.name}` } },
      );
      end = match.index + (mention === undefined ? href : match[0]).length;
    }
    return [...nodes, ...textNode(line.slice(end))];
  };
  return (lines) => lines.flatMap((line, index) => [...(index === 0 ? [] : [HARD_BREAK]), ...inline(line)]);
}

// Jira refuses a whole document for one empty text node.
function textNode(text: string): AdfNode[] {
  return text === '' ? [] : [{ type: 'text', text }];
}
