import { isColor } from './colors.ts';

/** The allowed properties, each with a function that returns the value to keep or null. None can load anything, cover the page or exceed it. */
type Rule = (value: string) => string | null;

const MAX_STYLE_LENGTH = 2000;
const MAX_DECLARATIONS = 60;
const MAX_WIDTH = 2000;
const MAX_OFFSET = 200;
const MAX_FONT_SIZE = 100;

const matching =
  (pattern: RegExp): Rule =>
  (value) =>
    pattern.test(value) ? value : null;
const color: Rule = (value) => (isColor(value) ? value : null);
const width: Rule = (value) => (value === 'auto' || isLength(value, MAX_WIDTH, true) ? value : null);
const height: Rule = (value) => (value === 'auto' || isLength(value, MAX_WIDTH, false) ? value : null);
const space: Rule = (value) => (isLength(value, MAX_OFFSET, true) ? value : null);
const spaces: Rule = (value) => {
  const parts = value.split(/\s+/);
  return parts.length <= 4 && parts.every((part) => part === 'auto' || isLength(part, MAX_OFFSET, true))
    ? value
    : null;
};
const border: Rule = (value) =>
  /^[a-z0-9#.,()% -]{1,80}$/i.test(value) && numbersIn(value.replace(/#[0-9a-f]+|\([^)]*\)/gi, '')) <= 20
    ? value
    : null;

const rules: Readonly<Record<string, Rule>> = {
  color,
  'background-color': color,
  'text-align': matching(/^(left|right|center|justify|start|end)$/),
  'vertical-align': matching(/^(baseline|top|middle|bottom|sub|super|text-top|text-bottom)$/),
  'font-weight': matching(/^(normal|bold|bolder|lighter|[1-9]00)$/),
  'font-style': matching(/^(normal|italic|oblique)$/),
  'font-size': (value) =>
    /^((x{1,3}-)?(small|large)|medium|smaller|larger)$/.test(value) || isLength(value, MAX_FONT_SIZE, true)
      ? value
      : null,
  'font-family': matching(/^[\w\s"',.-]{1,200}$/),
  'text-decoration': decoration,
  'text-decoration-line': decoration,
  'text-transform': matching(/^(none|uppercase|lowercase|capitalize)$/),
  'line-height': (value) =>
    value === 'normal' || /^\d(\.\d{1,3})?$/.test(value) || isLength(value, MAX_FONT_SIZE, true)
      ? value
      : null,
  'white-space': (value) =>
    value === 'break-spaces'
      ? 'pre-wrap'
      : /^(normal|nowrap|pre|pre-wrap|pre-line)$/.test(value)
        ? value
        : null,
  'list-style-type': matching(/^[a-z-]{1,30}$/),
  'border-collapse': matching(/^(collapse|separate)$/),
  direction: matching(/^(ltr|rtl)$/),
  width,
  'max-width': width,
  height,
  padding: spaces,
  'padding-left': space,
  'padding-right': space,
  'padding-top': space,
  'padding-bottom': space,
  margin: spaces,
  'margin-left': space,
  'margin-right': space,
  'margin-top': space,
  'margin-bottom': space,
  border,
  'border-left': border,
  'border-right': border,
  'border-top': border,
  'border-bottom': border,
};

/** Shorthands of which a part is kept, under its own name. */
const shorthands: Readonly<Record<string, { readonly name: string; readonly part: RegExp }>> = {
  background: { name: 'background-color', part: /^/ },
  'list-style': {
    name: 'list-style-type',
    part: /^(decimal|disc|circle|square|none|(?:lower|upper)-(?:alpha|latin|roman|greek))$/,
  },
  'white-space-collapse': { name: 'white-space', part: /^(preserve|preserve-breaks|break-spaces)$/ },
};

/** What is kept of a style attribute, by property, in its order; nothing of one that is longer than any program writes. */
export function safeStyle(style: string): Map<string, string> {
  const kept = new Map<string, string>();
  if (style.length > MAX_STYLE_LENGTH) return kept;
  for (const [property, value] of declarationsOf(style)) {
    const { name, value: part } = expanded(property, value);
    const safe = part === null ? null : (rules[name]?.(part) ?? null);
    if (safe !== null) kept.set(name, safe);
  }
  return kept;
}

/** The declarations of a style attribute, names and values in lower case except font families. */
export function declarationsOf(style: string): readonly (readonly [string, string])[] {
  return style
    .slice(0, MAX_STYLE_LENGTH)
    .split(';', MAX_DECLARATIONS)
    .flatMap((declaration) => {
      const colon = declaration.indexOf(':');
      if (colon < 1) return [];
      const name = declaration.slice(0, colon).trim().toLowerCase();
      const value = declaration
        .slice(colon + 1)
        .replace(/\s*!\s*important\s*$/i, '')
        .trim();
      return [[name, name === 'font-family' ? value : value.toLowerCase()] as const];
    });
}

function expanded(property: string, value: string): { name: string; value: string | null } {
  const shorthand = shorthands[property];
  if (shorthand === undefined) return { name: property, value };
  const parts = value.match(/[^\s(]+(?:\([^)]{0,200}\))?/g) ?? [];
  if (property === 'background') return { name: shorthand.name, value: parts.find(isColor) ?? null };
  const part = parts.find((one) => shorthand.part.test(one)) ?? null;
  if (property === 'white-space-collapse')
    return {
      name: 'white-space',
      value: part === null ? null : part === 'preserve-breaks' ? 'pre-line' : 'pre-wrap',
    };
  return { name: shorthand.name, value: part };
}

/** Of a decoration with colour, style and thickness only its lines. */
function decoration(value: string): string | null {
  const lines = value.split(/\s+/).filter((word) => /^(none|underline|line-through|overline)$/.test(word));
  return lines.length === 0 ? null : [...new Set(lines)].join(' ');
}

const pixels: Readonly<Record<string, number>> = {
  px: 1,
  pt: 1.34,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
  in: 96,
  cm: 38,
  mm: 3.8,
  '': 1,
};

/** Tells whether a value is a length, not negative and no longer than so many pixels; a share of the place around it where that has a meaning. */
export function isLength(value: string, maxPixels: number, share: boolean): boolean {
  const [, number, unit = ''] =
    /^(\d{1,6}(?:\.\d{1,6})?)(px|pt|em|rem|ex|ch|in|cm|mm|%)?$/i.exec(value) ?? [];
  if (number === undefined) return false;
  if (unit === '%') return share && Number(number) <= (maxPixels === MAX_FONT_SIZE ? 400 : 100);
  return Number(number) * (pixels[unit.toLowerCase()] ?? 1) <= maxPixels;
}

function numbersIn(value: string): number {
  return Math.max(0, ...(value.match(/\d+(?:\.\d+)?/g) ?? []).map(Number));
}
