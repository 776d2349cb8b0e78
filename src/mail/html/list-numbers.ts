type List = { readonly style: string; next: number; readonly step: number };

export type ListNumbers = ReturnType<typeof listNumbers>;

/** The deepest nesting that is counted; items of deeper lists get the mark of the last counted one. */
const MAX_DEPTH = 100;
const romans = [
  ['m', 1000], ['cm', 900], ['d', 500], ['cd', 400], ['c', 100], ['xc', 90], ['l', 50], ['xl', 40], ['x', 10], ['ix', 9], ['v', 5], ['iv', 4], ['i', 1],
] as const; // prettier-ignore

/** Keeps count of the lists that stand open while HTML becomes text, so that "as in point 4" finds its point. */
export function listNumbers() {
  const open: List[] = [];
  let beyond = 0;
  return {
    open: (name: string, attributes: Readonly<Record<string, string>>): void => {
      if (open.length >= MAX_DEPTH) return void (beyond += 1);
      const start = Number.parseInt(attributes['start'] ?? '', 10);
      open.push({
        style: name === 'ol' ? styleOf(attributes) : 'none',
        next: Number.isSafeInteger(start) ? start : 1,
        step: 'reversed' in attributes && Number.isSafeInteger(start) ? -1 : 1,
      });
    },
    close: (): void => {
      if (beyond > 0) beyond -= 1;
      else open.pop();
    },
    /** The mark before an item: its number and a dot, or the bullet. */
    item: (attributes: Readonly<Record<string, string>>, bullet: string): string => {
      const list = open.at(-1);
      if (list === undefined || list.style === 'none') return bullet;
      const value = Number.parseInt(attributes['value'] ?? '', 10);
      if (Number.isSafeInteger(value)) list.next = value;
      const number = list.next;
      list.next += list.step;
      return `${numberIn(list.style, number)}. `;
    },
  };
}

function styleOf(attributes: Readonly<Record<string, string>>): string {
  const named =
    /list-style(?:-type)?\s*:[^;]{0,60}?\b(decimal|lower-alpha|lower-latin|upper-alpha|upper-latin|lower-roman|upper-roman|none)\b/i.exec(
      (attributes['style'] ?? '').slice(0, 1000),
    )?.[1];
  const type = attributes['type']?.trim() ?? '';
  const byType: Readonly<Record<string, string>> = {
    a: 'lower-alpha',
    A: 'upper-alpha',
    i: 'lower-roman',
    I: 'upper-roman',
  };
  return (named?.toLowerCase() ?? byType[type] ?? 'decimal').replace('latin', 'alpha');
}

function numberIn(style: string, number: number): string {
  const written =
    number > 0 && number < 4000 && style.endsWith('alpha')
      ? letters(number)
      : number > 0 && number < 4000 && style.endsWith('roman')
        ? roman(number)
        : String(number);
  return style.startsWith('upper') ? written.toUpperCase() : written;
}

function letters(number: number): string {
  let rest = number;
  let written = '';
  while (rest > 0) {
    rest -= 1;
    written = String.fromCharCode(97 + (rest % 26)) + written;
    rest = Math.floor(rest / 26);
  }
  return written;
}

function roman(number: number): string {
  let rest = number;
  let written = '';
  for (const [sign, value] of romans) {
    for (; rest >= value; rest -= value) written += sign;
  }
  return written;
}
