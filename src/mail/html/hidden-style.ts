/** Classes and ids whose style sheet hides what carries them (".x", "#y", "p.x" for paragraphs alone). */
export type HidingNames = ReadonlySet<string>;

const nothing = /^0(?:\.0+)?(?:px|pt|em|rem|%|in|cm|mm)?$/;
const farAway = /^-\d{3,}(?:\.\d+)?(?:px|pt|em|rem|%)?$/;
const MAX_STYLE_LENGTH = 4000;

/** Tells whether an element is not shown in a browser: by its own style, by the attribute `hidden`, or by a style sheet of the mail. */
export function isHidden(
  element: string,
  attributes: Readonly<Record<string, string>>,
  { style, names }: { readonly style: ReadonlyMap<string, string>; readonly names: HidingNames },
): boolean {
  if ('hidden' in attributes) return true;
  if (hides(style)) return true;
  if (names.size === 0 || (style.get('display') ?? 'none') !== 'none') return false;
  const classes = (attributes['class'] ?? '').slice(0, 1000).split(/\s+/);
  return [...classes.map((name) => `.${name}`), `#${attributes['id'] ?? ''}`].some(
    (key) => names.has(key.toLowerCase()) || names.has(element + key.toLowerCase()),
  );
}

/** Tells whether the words right inside are not shown, though elements in it may set a size of their own: newsletters do so against gaps. */
export function isOfNoSize(style: ReadonlyMap<string, string>): boolean {
  return (
    nothing.test(style.get('font-size') ?? '') ||
    /(?:^|\s)0(?:px|pt)?(?:\s*\/|\s)/.test(style.get('font') ?? '')
  );
}

/** Tells whether an element is not painted, though elements in it may be. */
export function isInvisible(style: ReadonlyMap<string, string>): boolean {
  return /^(?:hidden|collapse)$/.test(style.get('visibility') ?? '');
}

/** The names that the mail's own style sheets hide on every screen; rules for some screens alone say nothing. */
export function hidingNames(html: string): HidingNames {
  const names = new Set<string>();
  let at = 0;
  for (let sheets = 0; sheets < 50; sheets += 1) {
    const start = indexOfTag(html, '<style', at);
    if (start < 0) break;
    const open = html.indexOf('>', start);
    const end = indexOfTag(html, '</style', open);
    if (open < 0 || end < 0) break;
    readSheet(html.slice(open + 1, Math.min(end, open + 200_000)), names);
    at = end;
  }
  return names;
}

function indexOfTag(html: string, tag: string, from: number): number {
  const pattern = new RegExp(tag, 'gi');
  pattern.lastIndex = Math.max(from, 0);
  return pattern.exec(html)?.index ?? -1;
}

function readSheet(sheet: string, names: Set<string>): void {
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
    if (!selectors.trim().startsWith('@')) readRule(selectors, text.slice(from, index), names);
    from = index + 1;
  }
}

function withoutComments(sheet: string): string {
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

function readRule(selectors: string, body: string, names: Set<string>): void {
  const style = declarations(body);
  const hidden = hides(style) || isInvisible(style) || isOfNoSize(style);
  if (!hidden && !style.has('display') && !style.has('visibility')) return;
  for (const selector of selectors.slice(0, 4000).split(',')) {
    const [, element = '', sign, name] =
      /^\s*([a-z][a-z0-9]*)?([.#])([\w-]{1,100})\s*$/i.exec(selector) ?? [];
    if (sign === undefined || name === undefined) continue;
    const key = `${element.toLowerCase()}${sign}${name.toLowerCase()}`;
    if (hidden) names.add(key);
    else names.delete(key);
  }
}

function hides(style: ReadonlyMap<string, string>): boolean {
  const is = (property: string, value: RegExp): boolean => value.test(style.get(property) ?? '');
  if (is('display', /^none$/) || is('opacity', nothing)) return true;
  if (
    ['overflow', 'overflow-x', 'overflow-y'].some((one) => is(one, /^(?:hidden|clip)\b/)) &&
    ['max-height', 'height', 'max-width', 'width'].some((one) => is(one, nothing))
  )
    return true;
  if (is('text-indent', farAway) || is('content-visibility', /^hidden$/)) return true;
  if (
    is('clip-path', /^(?:inset\(\s*(?:100|50)%|circle\(\s*0)/) ||
    is('transform', /^scale[xy]?\(\s*0(?:\.0+)?\s*[,)]/)
  )
    return true;
  if (is('position', /^(?:absolute|fixed)$/))
    return is('left', farAway) || is('top', farAway) || is('clip', /^rect\((?:\s*[01](?:px)?[\s,]*){4}\)$/);
  return is(
    'color',
    /^(?:transparent|#[0-9a-f]{6}00|#[0-9a-f]{3}0|(?:rgb|hsl)a?\((?:[^,/)]+[,\s]){3}\s*\/?\s*0(?:\.0+)?%?\s*\))$/,
  );
}

/** The declarations of a style, the last of each property, names and values in lower case; comments and references are read as a browser does. */
export function declarations(given: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (given === '') return found;
  const cut = given.slice(0, MAX_STYLE_LENGTH);
  const decoded = cut.includes('&#')
    ? cut.replace(/&#(?:x([0-9a-f]{1,4})|(\d{1,5}));?/gi, (_, hex, decimal) =>
        String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
      )
    : cut;
  const style = decoded.includes('/*') ? withoutComments(decoded) : decoded;
  for (const declaration of style.toLowerCase().split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    found.set(
      declaration.slice(0, colon).trim(),
      declaration
        .slice(colon + 1)
        .replace(/!\s*important/, '')
        .trim(),
    );
  }
  return found;
}
