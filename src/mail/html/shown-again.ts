import { declarations, isOfNoSize } from './hidden-style.ts';
import type { StyleRule } from './style-sheets.ts';
import { namesOf } from './style-sheets.ts';

type Attributes = Readonly<Record<string, string>>;

/** What hides an element's own words, but not those of an element in it that sets the same again. */
export type Again = 'size' | 'color' | 'visibility';

/** By property: the classes, ids and elements for which a style sheet sets it again, in whatever context. */
export type ShownAgain = Readonly<Record<Again, ReadonlySet<string>>>;

/** What a style sheet shows again. Rules for some screens alone say nothing. */
export function shownAgain(rules: readonly StyleRule[]): ShownAgain {
  const found = { size: new Set<string>(), color: new Set<string>(), visibility: new Set<string>() };
  for (const { selectors, body } of rules) {
    if (selectors.trim().startsWith('@')) continue;
    const style = declarations(body);
    const sets: Again[] = [];
    if ((style.has('font-size') || style.has('font')) && !isOfNoSize(style)) sets.push('size');
    if (
      ['color', 'background', 'background-color', 'background-image'].some((property) => style.has(property))
    )
      sets.push('color');
    if (style.get('visibility') === 'visible') sets.push('visibility');
    if (sets.length === 0) continue;
    for (const name of selectors.slice(0, 4000).split(',').flatMap(lastNames))
      for (const how of sets) found[how].add(name);
  }
  return found;
}

/** Tells whether a style sheet sets again what hides the words around an element. */
export function showsAgainByName(
  how: Again,
  element: string,
  attributes: Attributes,
  again: ShownAgain,
): boolean {
  const names = again[how];
  return (
    names.size > 0 && (names.has(element) || namesOf(element, attributes).some((name) => names.has(name)))
  );
}

/** The classes and ids of a selector's last part (the element it matches), or that part's tag name when it has neither. */
function lastNames(selector: string): readonly string[] {
  const last =
    selector
      .trim()
      .toLowerCase()
      .split(/[\s>+~]+/)
      .at(-1) ?? '';
  const names = last.match(/[.#][\w-]{1,100}/g);
  return names ?? last.match(/^[a-z][a-z0-9]*/) ?? [];
}
