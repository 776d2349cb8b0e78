type Style = ReadonlyMap<string, string>;
type Attributes = Readonly<Record<string, string>>;

const named: Readonly<Record<string, string>> = {
  white: '#ffffff', black: '#000000', red: '#ff0000', lime: '#00ff00', blue: '#0000ff', yellow: '#ffff00', silver: '#c0c0c0', gray: '#808080',
  grey: '#808080', navy: '#000080', maroon: '#800000', green: '#008000', whitesmoke: '#f5f5f5', snow: '#fffafa', ivory: '#fffff0', lightgray: '#d3d3d3', lightgrey: '#d3d3d3',
}; // prettier-ignore

/** The ground under an element's words as #rrggbb, `around` when it sets none; null for what cannot be told, such as an image or a class. */
export function groundUnder(
  attributes: Attributes,
  style: Style,
  around: string | null,
  isPainted: boolean,
): string | null {
  const painted = style.get('background-color') ?? style.get('background') ?? attributes['bgcolor'];
  if (style.has('background-image') || 'background' in attributes) return null;
  if (painted !== undefined)
    return /^(?:none|transparent|inherit|initial)$/.test(painted) ? around : colorOf(painted);
  return isPainted && ('class' in attributes || 'id' in attributes) ? null : around;
}

/** Tells whether the words right inside have the colour of the ground they stand on: only a program reads them. */
export function blendsIn(attributes: Attributes, style: Style, ground: string | null): boolean {
  const letters = style.get('color') ?? attributes['color'];
  return letters !== undefined && ground !== null && colorOf(letters) === ground;
}

/** Tells whether an element sets a colour itself. */
export function setsColor(attributes: Attributes): boolean {
  return (
    'color' in attributes || 'bgcolor' in attributes || /color|background/i.test(attributes['style'] ?? '')
  );
}

/** Tells whether the mail's style sheets paint a ground: what has a class may then stand on another than its own style says. */
export function sheetsPaint(html: string): boolean {
  return /<style\b/i.test(html) && /background/i.test(html);
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
