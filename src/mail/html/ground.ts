import { declarations } from './hidden-style.ts';
import type { StyleRule } from './style-sheets.ts';
import { namesOf, simpleName } from './style-sheets.ts';

type Style = ReadonlyMap<string, string>;
type Attributes = Readonly<Record<string, string>>;

const named: Readonly<Record<string, string>> = {
  white: '#ffffff', black: '#000000', red: '#ff0000', lime: '#00ff00', blue: '#0000ff', yellow: '#ffff00', silver: '#c0c0c0', gray: '#808080',
  grey: '#808080', navy: '#000080', maroon: '#800000', green: '#008000', whitesmoke: '#f5f5f5', snow: '#fffafa', ivory: '#fffff0', lightgray: '#d3d3d3', lightgrey: '#d3d3d3',
}; // prettier-ignore

const seeThrough = /^(?:none|transparent|inherit|initial)$/;

/** What an email's style sheets paint: the ground of each class and id that a selector names alone. */
export type SheetGrounds = {
  /** A colour; null for what is unknown, such as an image. */
  readonly byName: ReadonlyMap<string, string | null>;
  /** False when rules of other kinds paint too: then a class or id alone does not tell the ground. */
  readonly isComplete: boolean;
};

/** The ground under an element's words as #rrggbb, `around` when it sets none; null for what is unknown, such as an image. */
export function groundUnder(
  { name, attributes, style }: { name: string; attributes: Attributes; style: Style },
  around: string | null,
  sheets: SheetGrounds,
): string | null {
  if (style.has('background-image') || 'background' in attributes) return null;
  const own = paintedBy(style);
  const known =
    'class' in attributes || 'id' in attributes ? sheetGround(name, attributes, sheets) : undefined;
  const ofSheet = known === 'around' ? around : known;
  if (own !== undefined) {
    const ground = groundOf(own, around);
    // A sheet's `!important` would win.
    return sheets.isComplete && ofSheet !== undefined && ofSheet !== ground ? null : ground;
  }
  if (ofSheet !== undefined) return ofSheet;
  const color = attributes['bgcolor'];
  return color === undefined ? around : groundOf(color, around);
}

/** What the style sheets paint under an element; undefined for nothing. Of two classes that differ, the page's own order decides: it cannot be known. */
function sheetGround(name: string, attributes: Attributes, sheets: SheetGrounds): string | null | undefined {
  if (!sheets.isComplete) return null;
  if (sheets.byName.size === 0) return undefined;
  let found: string | null | undefined;
  for (const key of namesOf(name, attributes)) {
    const ground = sheets.byName.get(key);
    if (ground === undefined) continue;
    if (found !== undefined && found !== ground) return null;
    found = ground;
  }
  return found;
}

function paintedBy(style: Style): string | undefined {
  return style.get('background-color') ?? style.get('background');
}

function groundOf(painted: string, around: string | null): string | null {
  return seeThrough.test(painted) ? around : colorOf(painted);
}

type ColoredElement = {
  readonly attributes: Attributes;
  readonly style: Style;
  readonly ground: string | null;
  /** The colour that a style sheet gives the letters; undefined for none that is certain. */
  readonly letters: string | undefined;
};

/** Tells whether the element's own words have the colour of their ground: people cannot see them. */
export function blendsIn(
  { attributes, style, ground, letters: ofSheet }: ColoredElement,
  isColoredByName: boolean,
): boolean {
  // A style sheet's colour beats the attribute.
  const letters = style.get('color') ?? ofSheet ?? (isColoredByName ? undefined : attributes['color']);
  return letters !== undefined && ground !== null && colorOf(letters) === ground;
}

/** Tells whether an element sets a colour itself. */
export function setsColor(attributes: Attributes): boolean {
  return (
    'color' in attributes || 'bgcolor' in attributes || /color|background/i.test(attributes['style'] ?? '')
  );
}

/** The grounds that an email's style sheets paint. The page's own is under all others and needs no entry. */
export function sheetGrounds(rules: readonly StyleRule[]): SheetGrounds {
  const byName = new Map<string, string | null>();
  let isComplete = true;
  for (const { selectors, body } of rules) {
    if (!/background/i.test(body)) continue;
    if (selectors.trim().startsWith('@')) {
      isComplete = false;
      continue;
    }
    const style = declarations(body);
    const painted = paintedBy(style);
    if (painted === undefined && !style.has('background-image')) continue;
    const ground =
      style.has('background-image') || painted === undefined ? null : groundOf(painted, 'around');
    for (const selector of selectors.slice(0, 4000).split(',')) {
      const key = simpleName(selector);
      if (key !== null) byName.set(key, ground);
      else if (!/^\s*(?:body|html)\s*$/i.test(selector)) isComplete = false;
    }
  }
  return { byName, isComplete };
}

const setsLetters = /(?:^|[;{\s])color\s*:/i;

/** The colours that an email's style sheets give the letters of each class and id; of an element alone they give way to those. */
export function sheetLetters(rules: readonly StyleRule[]): ReadonlyMap<string, string | null> {
  const byName = new Map<string, string | null>();
  for (const { selectors, body } of rules) {
    if (!setsLetters.test(body)) continue;
    if (selectors.trim().startsWith('@')) return new Map();
    const color = declarations(body).get('color');
    if (color === undefined) continue;
    for (const selector of selectors.slice(0, 4000).split(',')) {
      const key = simpleName(selector);
      if (key !== null) byName.set(key, colorOf(color));
      // A rule for some screens or of several parts may give any of them another colour.
      else if (!/^\s*[a-z][a-z0-9]*\s*$/i.test(selector)) return new Map();
    }
  }
  return byName;
}

/** What a style sheet colours the letters of an element; undefined for nothing, and where two of its names differ. */
export function lettersOfSheet(
  name: string,
  attributes: Attributes,
  byName: ReadonlyMap<string, string | null>,
): string | undefined {
  if (byName.size === 0 || !('class' in attributes || 'id' in attributes)) return undefined;
  const found = new Set(
    namesOf(name, attributes).flatMap((key) => (byName.has(key) ? [byName.get(key)] : [])),
  );
  return found.size === 1 ? ([...found][0] ?? undefined) : undefined;
}

function colorOf(value: string): string | null {
  const color = value.trim().toLowerCase();
  if (named[color] !== undefined) return named[color];
  const [, short, long] = /^#?(?:([0-9a-f]{3})|([0-9a-f]{6}))$/.exec(color) ?? [];
  if (short !== undefined) return `#${short.replace(/./g, '$&$&')}`;
  if (long !== undefined) return `#${long}`;
  const parts = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*1(?:\.0+)?\s*)?\)$/.exec(
    color,
  );
  if (parts === null) return null;
  return `#${parts
    .slice(1)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`;
}
