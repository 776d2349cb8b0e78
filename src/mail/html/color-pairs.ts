import { isColor, lightness } from './colors.ts';
import { declarationsOf } from './safe-style.ts';

type Attributes = Readonly<Record<string, string>>;
type Kept = Map<string, string>;
/** An open element: how light the ground and the letters in it are (null is the page's own, white and black), and a colour taken from it. */
type Shade = { readonly ground: number | null; readonly taken: string | null; readonly inLink: boolean };

const NEARLY_WHITE = 0.85;
const NEARLY_BLACK = 0.35;
const page: Shade = { ground: null, taken: null, inLink: false };
const ownGround = new Set(['table', 'tbody', 'thead', 'tr', 'td', 'th', 'body']);

export type ColorPairs = ReturnType<typeof colorPairs>;

/**
 * Keeps the colours of letters and ground together while elements open and close: of an element that sets both, both or none; and no
 * light letters where the dark ground under them is not kept, for it was an image or stood in a style sheet.
 */
export function colorPairs() {
  const open: Shade[] = [];
  return {
    open: (name: string): void => {
      const around = open.at(-1) ?? page;
      open.push(name === 'a' ? { ...around, inLink: true } : around);
    },
    close: (): void => void open.pop(),
    inLink: (): boolean => open.at(-1)?.inLink ?? false,
    /** Settles the colours of the element opened last: takes them out of `style` and gives back the attributes, or puts one back. */
    settle: (name: string, attributes: Attributes, style: Kept): Attributes => {
      const around = open.at(-1) ?? page;
      const { bgcolor, color: fontColor, ...rest } = attributes;
      const ground = style.get('background-color') ?? groundOf(name, bgcolor);
      const letters = style.get('color') ?? (name === 'font' ? fontColor : undefined);
      const lost = lostColors(attributes, ground, letters);
      const wanted = lost.ground ? null : around.ground;
      const keptGround = lost.letters ? undefined : ground;
      const under = keptGround === undefined ? wanted : (lightness(keptGround) ?? wanted);
      const unreadable = letters !== undefined && under === null && (lightness(letters) ?? 0) > NEARLY_WHITE;
      const keptLetters =
        letters === undefined || (lost.ground && ground === undefined) || unreadable ? undefined : letters;
      const taken =
        unreadable || lost.ground
          ? (letters ?? around.taken)
          : keptLetters === undefined
            ? around.taken
            : null;
      // The ground that light letters of an element around it were meant for.
      const back =
        letters === undefined && under !== null && under < NEARLY_BLACK && around.taken !== null
          ? around.taken
          : undefined;
      open[open.length - 1] = { ...around, ground: under, taken: back === undefined ? taken : null };
      apply(style, 'background-color', style.has('background-color') ? keptGround : undefined);
      apply(style, 'color', back ?? (style.has('color') ? keptLetters : undefined));
      return {
        ...rest,
        ...(bgcolor === undefined || keptGround === undefined ? {} : { bgcolor }),
        ...(fontColor === undefined || keptLetters === undefined ? {} : { color: fontColor }),
      };
    },
  };
}

function groundOf(name: string, bgcolor: string | undefined): string | undefined {
  if (bgcolor === undefined || !ownGround.has(name)) return undefined;
  const value = bgcolor.trim();
  const color = /^[0-9a-f]{6}$/i.test(value) ? `#${value}` : value;
  return isColor(color) ? color : undefined;
}

/** Which of the two colours an element sets in a way that is not kept. */
function lostColors(
  attributes: Attributes,
  ground: string | undefined,
  letters: string | undefined,
): { ground: boolean; letters: boolean } {
  const said = declarationsOf(attributes['style'] ?? '');
  const isSaid = (property: RegExp): boolean =>
    said.some(
      ([name, value]) =>
        property.test(name) && !/^(?:none|transparent|inherit|initial|unset|revert|0 0|0)\b/.test(value),
    );
  return {
    ground: ground === undefined && (isSaid(/^background(?:-color|-image)?$/) || 'background' in attributes),
    letters: letters === undefined && isSaid(/^color$/),
  };
}

function apply(style: Kept, property: string, value: string | undefined): void {
  if (value === undefined) style.delete(property);
  else style.set(property, value);
}
