import type { HidingNames } from './hidden-style.ts';
import { blendsIn, groundUnder, lettersOfSheet, setsColor, sheetGrounds, sheetLetters } from './ground.ts';
import {
  declarations,
  hiddenByName,
  hidingNames,
  isHidden,
  isInvisible,
  isOfNoSize,
} from './hidden-style.ts';
import { attributesIn, nameAt, seeker, selfClosing, tagEnd, voids } from './html-tags.ts';
import type { Again, ShownAgain } from './shown-again.ts';
import { shownAgain, showsAgainByName } from './shown-again.ts';
import { rulesIn } from './style-sheets.ts';

/** HTML nested deeper is an attack: parsers and browsers take quadratic time or recurse over it. */
const MAX_DEPTH = 200;
/** What ends a paragraph that was not closed. */
const blocks = new Set(
  'address,article,aside,blockquote,center,div,dl,fieldset,footer,form,h1,h2,h3,h4,h5,h6,header,hr,main,nav,ol,p,pre,section,table,ul'.split(
    ',',
  ),
);

/** How an element is hidden: entirely, or so that a child may show itself again. */
type How = 'whole' | Again;

/** A hidden element that is open: its place among the open ones, and the output as it was before. */
type Hidden = {
  readonly depth: number;
  readonly kept: number;
  readonly from: number;
  readonly at: number;
  /** Its own words alone are hidden by their size or colour, unless something in it sets that again. */
  readonly how: How;
};

/**
 * The same HTML with what no browser shows left out: elements hidden by style, and the islands of XML that Office leaves; and
 * with the tags beyond a depth no email needs. One pass. A hidden element that is never closed stays, or a slip would lose the email.
 */
export function shownHtml(text: string): string {
  const rules = rulesIn(text);
  const names = hidingNames(rules);
  const sheets = sheetGrounds(rules);
  const letters = sheetLetters(rules);
  const styleOf = rememberedStyles();
  const again = shownAgain(rules);
  const takesNames = rules.length > 0;
  const seek = seeker(text);
  const open: string[] = [];
  /** The ground under the words of each open element; null when it is unknown. */
  const grounds: (string | null)[] = [];
  const output = keeper(text);
  const isHiddenAt = (depth: number): boolean => output.hidden()?.depth === depth;

  let at = text.indexOf('<');
  while (at >= 0) {
    const closing = text[at + 1] === '/';
    const name = nameAt(text, at + (closing ? 2 : 1));
    const end = name === '' ? seek.pastComment(at) : tagEnd(text, at);
    if (end < 0) break;
    if (name === '') {
      at = text.indexOf('<', end);
      continue;
    }
    let fits = true;
    if (closing) {
      const last = open.lastIndexOf(name);
      fits = last >= 0 || voids.has(name);
      if (last >= 0) open.length = grounds.length = last;
      const { depth } = output.hidden() ?? { depth: -1 };
      if (last >= 0 && last <= depth) output.leaveOut(last === depth ? end : at);
    } else if (!voids.has(name)) {
      if (endsBefore(name, open.at(-1), isHiddenAt(open.length - 1))) grounds.length = open.length -= 1;
      if (isHiddenAt(open.length)) output.leaveOut(at);
      fits = open.length < MAX_DEPTH;
      if (fits) grounds[open.push(name) - 1] = grounds.at(-1) ?? null;
    }
    if (!fits) {
      output.skip(at, end);
    } else if (!closing) {
      const attributes = attributesIn(text, at + 1 + name.length, end, takesNames);
      const within = output.hidden()?.how;
      if (attributes !== null) {
        const style = styleOf(attributes['style'] ?? '');
        if (within !== undefined && showsAgain(within, { name, attributes, style }, again))
          output.showAgain();
        if (!voids.has(name)) {
          const ground = groundUnder({ name, attributes, style }, grounds.at(-1) ?? null, sheets);
          grounds[grounds.length - 1] = ground;
          const how =
            output.hidden() === null
              ? howHidden(
                  { name, attributes, style, ground, letters: lettersOfSheet(name, attributes, letters) },
                  names,
                  again,
                )
              : null;
          if (how !== null) output.hide(open.length - 1, at, how);
        }
      } else if (within !== undefined && within !== 'whole' && again[within].has(name)) output.showAgain();
      else if (name === 'xml' && within === undefined) output.hide(open.length - 1, at, 'whole');
      if (name === 'img' && (within === 'size' || within === 'color')) output.showAgain();
    }
    at = text.indexOf('<', closing ? end : seek.pastRawText(name, end));
  }
  return output.upTo(at);
}

/** What is kept of a text, from which a hidden element is taken out once it ends. */
function keeper(text: string) {
  const kept: string[] = [];
  let hidden: Hidden | null = null;
  let from = 0;
  return {
    hidden: (): Hidden | null => hidden,
    hide(depth: number, at: number, how: How): void {
      hidden = { depth, kept: kept.length, from, at, how };
    },
    showAgain(): void {
      hidden = null;
    },
    leaveOut(until: number): void {
      if (hidden === null) return;
      kept.length = hidden.kept;
      kept.push(text.slice(hidden.from, hidden.at), ' ');
      from = until;
      hidden = null;
    },
    skip(at: number, end: number): void {
      if (from < at) kept.push(text.slice(from, at), ' ');
      from = end;
    },
    /** All that is kept before a tag that never ends; before the end of the text when `at` is -1. */
    upTo: (at: number): string => [...kept, at >= 0 ? text.slice(from, at) : text.slice(from)].join(''),
  };
}

/** Whether an opening tag ends an unclosed element around it: `<p>` ends `<p>`, a table ends a hidden one. */
function endsBefore(name: string, top: string | undefined, topIsHidden: boolean): boolean {
  return (selfClosing.has(name) && top === name) || (top === 'p' && blocks.has(name) && topIsHidden);
}

/** Tells whether HTML is a data dump by its size, and no conversation that could be searched for quotes. */
export function isDump(html: string): boolean {
  return beginningOfHtml(html, 4_000_000, 100_000).length < html.length;
}

/** The beginning of HTML that has more characters or tags than any email needs; all of other HTML. */
export function beginningOfHtml(html: string, maxCharacters: number, maxTags: number): string {
  let at = -1;
  for (let tags = 0; tags <= maxTags; tags += 1) {
    at = html.indexOf('<', at + 1);
    if (at < 0 || at > maxCharacters) return html.slice(0, maxCharacters);
  }
  return html.slice(0, at);
}

type Opened = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly style: ReadonlyMap<string, string>;
  readonly ground: string | null;
  readonly letters: string | undefined;
};

/** A table says the same of each of its cells: a style is read once. */
function rememberedStyles(): typeof declarations {
  const known = new Map<string, ReturnType<typeof declarations>>();
  return (style) => {
    const read = known.get(style) ?? declarations(style);
    if (known.size < 500) known.set(style, read);
    return read;
  };
}

function howHidden(opened: Opened, names: HidingNames, again: ShownAgain): How | null {
  const { name, attributes, style } = opened;
  if (name === 'xml') return 'whole';
  // A hidden body or page is a slip of a template, and all there is.
  if (name === 'body' || name === 'html') return null;
  if (isHidden(attributes, style)) return 'whole';
  const byName = hiddenByName(name, attributes, { style, names });
  if (byName !== null) return byName;
  if (isInvisible(style)) return 'visibility';
  if (isOfNoSize(style)) return 'size';
  const isColoredByName = showsAgainByName('color', name, attributes, again);
  return blendsIn(opened, isColoredByName) ? 'color' : null;
}

function showsAgain(
  how: How,
  { name, attributes, style }: Omit<Opened, 'ground' | 'letters'>,
  again: ShownAgain,
): boolean {
  if (how === 'whole') return false;
  if (showsAgainByName(how, name, attributes, again)) return true;
  if (how === 'size')
    return style.has('font-size') || style.has('font') || (name === 'font' && 'size' in attributes);
  return how === 'color' ? setsColor(attributes) : style.get('visibility') === 'visible';
}
