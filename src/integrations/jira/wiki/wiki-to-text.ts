/** What has a meaning in wiki markup, the longest first. Emphasis stays as it is: plain text means the same by it. */
const MARKUP = new RegExp(
  [
    /\{(?<code>code|noformat)(?::[^}\n]*)?\}(?<raw>[^]*?)\{\k<code>\}/,
    /\{(?:color|panel|quote|anchor|section|column|expand)(?::(?<options>[^}\n]*))?\}/,
    /\{\{(?<mono>[^}\n]+)\}\}/,
    /\\(?<escaped>[!-/:-@[-`{-~])/,
    /&(?<entity>#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|nbsp);/,
    /\[~(?!accountid:)(?<person>[^\]\n]+)\]/,
    /\[\^(?<file>[^\]\n]+)\]/,
    /\[(?:(?<words>[^|\]\n]+)\|)?(?<address>(?:https?|ftp|mailto|file):[^|\]\n]+)(?:\|[^\]\n]*)?\]/,
    /!(?<image>[^\s!|][^!|\n]*\.\w{2,5})(?:\|[^!\n]*)?!/,
    /^ *h[1-6]\. +(?<heading>)/,
    /^ *bq\. +(?<quoted>)/,
    /\|\|(?<cell>)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gim',
);
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/** A body of Data Center's as plain text: what marks it is taken off or said in words, and no word is lost. */
export function wikiToText(body: unknown): string {
  if (typeof body !== 'string') return '';
  return body
    .replace(/\r\n?/g, '\n')
    .replace(MARKUP, (...found) => spoken(found.at(-1) as Record<string, string | undefined>))
    .trim();
}

function spoken(found: Readonly<Record<string, string | undefined>>): string {
  const { raw, options, mono, escaped, entity, person, file, words, address, image } = found;
  if (raw !== undefined) return `\`\`\`\n${raw.replace(/^\n|\n$/g, '')}\n\`\`\``;
  if (entity !== undefined) return character(entity);
  if (person !== undefined) return `@${person}`;
  if (address !== undefined)
    return words === undefined || words === address ? address : `${words} (${address})`;
  if (file !== undefined || image !== undefined) return `[attachment: ${file ?? image}]`;
  if (found['quoted'] !== undefined) return '> ';
  if (found['cell'] !== undefined) return '|';
  return mono ?? escaped ?? titleIn(options ?? '');
}

function character(entity: string): string {
  const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  return NAMED[entity] ?? (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '');
}

function titleIn(options: string): string {
  const title = /(?:^|\|)title=([^|]+)/.exec(options)?.[1];
  return title === undefined ? '' : `${title}\n`;
}
