const PIECES = [
  'word', 'two words', 'https://example.org/a?b=c#d', 'see http://example.org.', '> quoted', '>> deeper', '>', '> ',
  '- item', '* item', '-no item', '1. one', '2. two', '7. seven', '1. again', '007. spy', '```', '```ts', '```ts x',
  '    indented', '\ttab', '', ' ', '\u0000', '\ud800', '\u0007bell', '<b>&amp;</b>', '|a|b|', '*bold* _it_ {code}', '👩‍👧 émoji',
  'https://', 'http://[', '#', '# heading', '---', '\r\nline', 'very '.repeat(50), '\ufffe', '“quotes”', '@someone', '$&',
]; // prettier-ignore

/** A fixed sequence of numbers, so that a failure comes again. */
export function sequence(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

/** Lines of all that a mail may hold and a markup may stumble over. */
export function anyText(next: (below: number) => number): string {
  return Array.from(
    { length: next(14) },
    () => PIECES[next(PIECES.length)]! + ['\n', '\n\n', ' ', '\r\n'][next(4)]!,
  ).join('');
}
