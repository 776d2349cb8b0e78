import { addressOrMention, type Mention, mentionIn } from '../adf/mention.ts';
import { acceptable } from '../adf/text-to-adf.ts';

const ADDRESS = /https?:\/\/[\w\-.~:/?#@$&'()*+,;=%]+[\w\-~/#@$&*+=%]/;

/**
 * Plain text as Data Center's wiki markup, in which it shows as it was written: nothing in it becomes markup, embeds a file or
 * runs a macro. Addresses stay links, and people who are named are called.
 */
export function textToWiki(text: string, mentions: readonly Mention[] = []): string {
  const clean = acceptable(text);
  let wiki = '';
  let at = 0;
  for (const match of clean.matchAll(addressOrMention(ADDRESS, mentions))) {
    const person = mentionIn(match, mentions);
    const link = person === undefined ? match[0] : `~${person.id}`;
    wiki += `${escaped(clean.slice(at, match.index))}[${link}]`;
    at = match.index + match[0].length;
  }
  return (wiki + escaped(clean.slice(at))).replace(/^( *(?:h[1-6]|bq))\./gm, '$1&#46;');
}

// A backslash before another one breaks the line, and what looks like an entity is shown as its character.
const MARKUP = /\\|&(?=#\d+;|#x[\da-f]+;|[a-z]\w*;)|[{}[\]*_\-+^~!|#?]|\((?=(?:[xyni/]|on|off)\))/gi;

function escaped(text: string): string {
  return text.replace(MARKUP, (mark) => ENTITIES[mark] ?? `\\${mark}`);
}

const ENTITIES: Readonly<Record<string, string>> = { '\\': '&#92;', '&': '&amp;' };
