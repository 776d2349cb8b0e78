/** Keywords that CSS allows in place of a colour. */
const otherWords = new Set(
  'none,repeat,no-repeat,repeat-x,repeat-y,round,space,center,left,right,top,bottom,fixed,scroll,local,cover,contain,auto,initial,inherit,unset,revert,url,text'.split(
    ',',
  ),
);
const lightNames = new Set(
  'white,whitesmoke,snow,ivory,ghostwhite,floralwhite,seashell,mintcream,azure,aliceblue,lavender,lavenderblush,linen,oldlace,beige,cornsilk,honeydew,lightyellow,lightcyan,lightgoldenrodyellow,lemonchiffon,papayawhip,antiquewhite,gainsboro,yellow'.split(
    ',',
  ),
);
const darkNames = new Set(
  'black,navy,darkblue,midnightblue,darkgreen,darkred,maroon,indigo,purple,darkslategray,darkslategrey,darkmagenta,darkolivegreen,saddlebrown,blue,mediumblue,rebeccapurple'.split(
    ',',
  ),
);
const numeric =
  /^(?:rgba?|hsla?)\(\s*[\d.]+(?:%|deg)?(?:\s*[,/]\s*|\s+)[\d.]+%?(?:\s*[,/]\s*|\s+)[\d.]+%?(?:\s*[,/]\s*[\d.]+%?\s*)?\s*\)$/i;

/** Tells whether a value of a style is a colour and nothing else. */
export function isColor(value: string): boolean {
  if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)) return true;
  if (/^[a-z]{3,20}$/i.test(value)) return !otherWords.has(value.toLowerCase());
  return value.length < 80 && numeric.test(value);
}

/** How light a colour is, from 0 to 1; null for one that says nothing, such as a transparent one. */
export function lightness(value: string): number | null {
  const color = value.toLowerCase();
  if (color === 'transparent' || color === 'currentcolor' || !isColor(color)) return null;
  if (lightNames.has(color)) return 0.95;
  if (darkNames.has(color)) return 0.05;
  if (color.startsWith('#')) return fromHex(color.slice(1));
  const numbers = (color.match(/[\d.]+/g) ?? []).map(Number);
  if (numbers.length === 4 && numbers[3] === 0) return null;
  if (color.startsWith('hsl')) return (numbers[2] ?? 0) / 100;
  if (color.startsWith('rgb')) return luminance(numbers.slice(0, 3).map((part) => part / 255));
  return 0.5;
}

function fromHex(digits: string): number {
  const short = digits.length < 6;
  const parts = [0, 1, 2].map((index) => {
    const pair = short ? (digits[index] ?? '0').repeat(2) : digits.slice(index * 2, index * 2 + 2);
    return Number.parseInt(pair, 16) / 255;
  });
  return luminance(parts);
}

/** Weighed as the eye does, without the curve: only near white and near black have to be told. */
function luminance([red = 0, green = 0, blue = 0]: readonly number[]): number {
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}
