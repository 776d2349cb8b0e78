/** A rule of a style sheet: what it is for, and its declarations; a rule for some screens alone (`@media`) with all that is in it. */
export type StyleRule = { readonly selectors: string; readonly body: string };

const MAX_SHEETS = 50;
const MAX_SHEET_LENGTH = 200_000;

/** The rules of an email's own style sheets, in order. */
export function rulesIn(html: string): readonly StyleRule[] {
  const rules: StyleRule[] = [];
  let at = 0;
  for (let sheets = 0; sheets < MAX_SHEETS; sheets += 1) {
    const start = indexOfTag(html, '<style', at);
    if (start < 0) break;
    const open = html.indexOf('>', start);
    const end = indexOfTag(html, '</style', open);
    if (open < 0 || end < 0) break;
    readSheet(html.slice(open + 1, Math.min(end, open + MAX_SHEET_LENGTH)), rules);
    at = end;
  }
  return rules;
}

/** A selector that is one class or id (".x", "#y", "p.x" for paragraphs alone), in lower case; null for any other. */
export function simpleName(selector: string): string | null {
  const [, element = '', sign, name] = /^\s*([a-z][a-z0-9]*)?([.#])([\w-]{1,100})\s*$/i.exec(selector) ?? [];
  return sign === undefined || name === undefined
    ? null
    : `${element.toLowerCase()}${sign}${name.toLowerCase()}`;
}

/** The names that selectors may know an element by, in lower case. */
export function namesOf(element: string, attributes: Readonly<Record<string, string>>): readonly string[] {
  const names: string[] = [];
  const id = attributes['id']?.toLowerCase() ?? '';
  if (id !== '') names.push(`#${id}`, `${element}#${id}`);
  const classes = attributes['class']?.slice(0, 1000).toLowerCase() ?? '';
  if (classes !== '') for (const name of classes.split(/\s+/)) names.push(`.${name}`, `${element}.${name}`);
  return names;
}

function indexOfTag(html: string, tag: string, from: number): number {
  const pattern = new RegExp(tag, 'gi');
  pattern.lastIndex = Math.max(from, 0);
  return pattern.exec(html)?.index ?? -1;
}

function readSheet(sheet: string, rules: StyleRule[]): void {
  const text = withoutComments(sheet).replace(/<!--|-->/g, ' ');
  let depth = 0;
  let from = 0;
  let selectors = '';
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === '{') {
      if (depth === 0) selectors = text.slice(from, index);
      depth += 1;
      if (depth === 1) from = index + 1;
      continue;
    }
    depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    rules.push({ selectors, body: text.slice(from, index) });
    from = index + 1;
  }
}

export function withoutComments(sheet: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = sheet.indexOf('/*'); at >= 0; at = sheet.indexOf('/*', from)) {
    kept.push(sheet.slice(from, at), ' ');
    const end = sheet.indexOf('*/', at + 2);
    if (end < 0) return kept.join('');
    from = end + 2;
  }
  return kept.join('') + sheet.slice(from);
}
