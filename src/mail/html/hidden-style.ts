import type { StyleRule } from './style-sheets.ts';
import { namesOf, simpleName, withoutComments } from './style-sheets.ts';

/** How a style sheet hides: all of an element, or what an element in it may set again. */
type HowByName = 'whole' | 'size' | 'visibility';

/** Classes and ids whose style sheet hides what carries them (".x", "#y", "p.x" for paragraphs alone). */
export type HidingNames = ReadonlyMap<string, HowByName>;

const nothing = /^0(?:\.0+)?(?:px|pt|em|rem|%|in|cm|mm)?$/;
const farAway = /^-\d{3,}(?:\.\d+)?(?:px|pt|em|rem|%)?$/;
const MAX_STYLE_LENGTH = 4000;

/** Tells whether an element is not shown in a browser, by its own style or by the attribute `hidden`. */
export function isHidden(
  attributes: Readonly<Record<string, string>>,
  style: ReadonlyMap<string, string>,
): boolean {
  return 'hidden' in attributes || hides(style);
}

/** How the email's style sheets hide an element by its classes and its id, unless its own style says otherwise; null for not. */
export function hiddenByName(
  element: string,
  attributes: Readonly<Record<string, string>>,
  { style, names }: { readonly style: ReadonlyMap<string, string>; readonly names: HidingNames },
): HowByName | null {
  if (names.size === 0) return null;
  let found: HowByName | null = null;
  for (const key of namesOf(element, attributes)) {
    const how = names.get(key);
    if (how === undefined || properties[how].some((property) => style.has(property))) continue;
    if (how === 'whole') return how;
    found = how;
  }
  return found;
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

/** What an element or a later rule sets to undo that its name hides it. */
const properties: Readonly<Record<HowByName, readonly string[]>> = {
  whole: ['display'],
  size: ['font-size', 'font'],
  visibility: ['visibility'],
};

/** The names that the email's own style sheets hide on every screen; rules for some screens alone say nothing. */
export function hidingNames(rules: readonly StyleRule[]): HidingNames {
  const names = new Map<string, HowByName>();
  for (const { selectors, body } of rules) {
    if (selectors.trim().startsWith('@')) continue;
    const style = declarations(body);
    const how = howByRule(style);
    for (const selector of selectors.slice(0, 4000).split(',')) {
      const key = simpleName(selector);
      const before = key === null ? undefined : names.get(key);
      if (key === null) continue;
      if (how !== null) names.set(key, how);
      else if (before !== undefined && properties[before].some((property) => style.has(property)))
        names.delete(key);
    }
  }
  return names;
}

function howByRule(style: ReadonlyMap<string, string>): HowByName | null {
  if (hides(style)) return 'whole';
  if (isInvisible(style)) return 'visibility';
  return isOfNoSize(style) ? 'size' : null;
}

function hides(style: ReadonlyMap<string, string>): boolean {
  const is = (property: string, value: RegExp): boolean => value.test(style.get(property) ?? '');
  if (is('display', /^none$/) || is('opacity', nothing)) return true;
  if (
    ['overflow', 'overflow-x', 'overflow-y'].some((one) => is(one, /^(?:hidden|clip)\b/)) &&
    ['max-height', 'height', 'max-width', 'width'].some((one) => is(one, nothing))
  )
    return true;
  if ((is('text-indent', farAway) && !hangs(style)) || is('content-visibility', /^hidden$/)) return true;
  if (
    is('clip-path', /^(?:inset\(\s*(?:100|50)%|circle\(\s*0)/) ||
    is('transform', /^scale[xy]?\(\s*0(?:\.0+)?\s*[,)]/)
  )
    return true;
  if (is('position', /^(?:absolute|fixed)$/))
    return is('left', farAway) || is('top', farAway) || is('clip', /^rect\((?:\s*[01](?:px)?[\s,]*){4}\)$/);
  // A shadow or a picture in the shape of the letters shows letters without a colour.
  if (
    style.has('text-shadow') ||
    /text/.test(style.get('-webkit-background-clip') ?? style.get('background-clip') ?? '')
  )
    return false;
  return is(
    'color',
    /^(?:transparent|#[0-9a-f]{6}00|#[0-9a-f]{3}0|(?:rgb|hsl)a?\((?:[^,/)]+[,\s]){3}\s*\/?\s*0(?:\.0+)?%?\s*\))$/,
  );
}

/** Word moves a paragraph in and its first line out again: a margin on the left that is as wide brings the words back. */
function hangs(style: ReadonlyMap<string, string>): boolean {
  const wide = (property: string): number => Number.parseFloat(style.get(property) ?? '') || 0;
  const margin = Number.parseFloat(style.get('margin')?.split(/\s+/)[3] ?? '') || 0;
  return Math.max(wide('margin-left'), margin) + wide('padding-left') >= -wide('text-indent') / 2;
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
