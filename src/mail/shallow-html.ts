/** Deeper nesting than this is no mail but an attack: parsers and browsers take quadratic time or recurse over it. */
const depthLimit = 200;
const sizeLimit = 4_000_000;
const tagLimit = 20_000;

const voids = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);
const selfClosing = new Set(['p', 'li', 'td', 'th', 'tr', 'option', 'dt', 'dd']);

/** The same HTML with the tags beyond a depth no mail needs left out and its length bounded, in one pass over it. */
export function shallowHtml(html: string): string {
  const text = html.length > sizeLimit ? html.slice(0, sizeLimit) : html;
  const open: string[] = [];
  const kept: string[] = [];
  let from = 0;
  let at = text.indexOf('<');
  while (at >= 0) {
    const closing = text[at + 1] === '/';
    const name = nameAt(text, at + (closing ? 2 : 1));
    if (name === '') {
      at = text.indexOf('<', at + 1);
      continue;
    }
    const end = tagEnd(text, at);
    if (end < 0) break;
    if (!fits(open, name, closing)) {
      kept.push(text.slice(from, at), ' ');
      from = end;
    }
    at = text.indexOf('<', end);
  }
  kept.push(at >= 0 ? text.slice(from, at) : text.slice(from));
  return kept.join('');
}

/** Keeps the account of open elements; false for a tag that would open one too many or closes one that was left out. */
function fits(open: string[], name: string, closing: boolean): boolean {
  if (voids.has(name)) return true;
  if (closing) {
    const last = open.lastIndexOf(name);
    if (last < 0) return false;
    open.length = last;
    return true;
  }
  if (selfClosing.has(name) && open.at(-1) === name) open.pop();
  if (open.length >= depthLimit) return false;
  open.push(name);
  return true;
}

function nameAt(text: string, at: number): string {
  const match = /^[a-z][a-z0-9:_-]{0,40}/i.exec(text.slice(at, at + 42));
  return match === null ? '' : match[0].toLowerCase();
}

/** Where the tag ends that begins at `at`, quoted attribute values passed over; -1 when it never ends. */
function tagEnd(text: string, at: number): number {
  let quote = '';
  const limit = Math.min(text.length, at + tagLimit);
  for (let index = at + 1; index < limit; index += 1) {
    const character = text[index] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return index + 1;
    else if ((character === '"' || character === "'") && text[index - 1] === '=') quote = character;
  }
  // An attribute longer than the limit is an image in a data: URL, or a quote that is never closed: the next bracket ends it.
  const next = text.indexOf('>', limit);
  return next < 0 ? -1 : next + 1;
}
