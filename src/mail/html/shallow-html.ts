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
      if (from < at) kept.push(text.slice(from, at), ' ');
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
  if (!isLetter(text.charCodeAt(at))) return '';
  let end = at + 1;
  while (end < at + 41 && isNameCode(text.charCodeAt(end))) end += 1;
  return text.slice(at, end).toLowerCase();
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isNameCode(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x3a) || code === 0x2d || code === 0x5f;
}

/** Where the tag ends that begins at `at`, quoted attribute values passed over; -1 when it never ends. */
function tagEnd(text: string, at: number): number {
  let quote = 0;
  const limit = Math.min(text.length, at + tagLimit);
  for (let index = at + 1; index < limit; index += 1) {
    const code = text.charCodeAt(index);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x3e) return index + 1;
    else if ((code === 0x22 || code === 0x27) && text.charCodeAt(index - 1) === 0x3d) quote = code;
  }
  // An attribute longer than the limit is an image in a data: URL, or a quote that is never closed: the next bracket ends it.
  const next = text.indexOf('>', limit);
  return next < 0 ? -1 : next + 1;
}
