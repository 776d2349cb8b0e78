const MAX_TAGS = 20_000;

export const voids = new Set([
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
/** Elements that the next one of their kind ends. */
export const selfClosing = new Set(['p', 'li', 'td', 'th', 'tr', 'option', 'dt', 'dd']);
const rawText = new Set(['style', 'script']);

/** The lower-case name of the tag whose name begins at `at`; '' when none does. */
export function nameAt(text: string, at: number): string {
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
export function tagEnd(text: string, at: number): number {
  let quote = 0;
  const limit = Math.min(text.length, at + MAX_TAGS);
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

/** The attributes of a tag, those that may hide it; null when it has none of them. */
export function attributesIn(
  text: string,
  from: number,
  end: number,
  named: boolean,
): Readonly<Record<string, string>> | null {
  if (end - from < 6) return null;
  const tag = text.slice(from, Math.min(end - 1, from + MAX_TAGS));
  if (
    !/\b(?:style|hidden|bgcolor|color|background|size)\b/i.test(tag) &&
    !(named && /\b(?:class|id)\b/i.test(tag))
  )
    return null;
  const found: Record<string, string> = {};
  for (const [, name = '', double, single, bare] of tag.matchAll(
    /(?<=^|[\s"'/])([^\s"'<>/=]{1,200})(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]*)))?/g,
  ))
    found[name.toLowerCase()] ??= double ?? single ?? bare ?? '';
  return found;
}

/** Skips comments and raw text. A missing end is looked for once, or HTML of openings alone would be read again for each. */
export function seeker(text: string) {
  const missing = new Set<string>();
  const find = (end: string, from: number): number => {
    if (missing.has(end)) return -1;
    const pattern = new RegExp(end, 'gi');
    pattern.lastIndex = from;
    const at = pattern.exec(text)?.index ?? -1;
    if (at < 0) missing.add(end);
    return at;
  };
  return {
    /** Behind the comment that begins at `at`, or behind the bracket that begins nothing. */
    pastComment: (at: number): number => {
      if (!text.startsWith('<!--', at)) return at + 1;
      const end = find('-->', at + 4);
      return end < 0 ? at + 1 : end + 3;
    },
    /** Behind the text of a style sheet or script that begins at `from`; `from` for other elements. */
    pastRawText: (name: string, from: number): number => {
      if (!rawText.has(name)) return from;
      const end = find(`</${name}`, from);
      return end < 0 ? from : end;
    },
  };
}
