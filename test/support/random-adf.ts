import { schema } from './adf-schema.ts';

type Rule = {
  readonly $ref?: string;
  readonly anyOf?: readonly Rule[];
  readonly allOf?: readonly Rule[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly required?: readonly string[];
  readonly items?: Rule | readonly Rule[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
};

const DEEP = 14;
/** What of a node a person reads, by its type; of an attachment its name. */
const READ: Readonly<Record<string, readonly string[]>> = {
  mention: ['text'],
  status: ['text'],
  placeholder: ['text'],
  extension: ['text'],
  bodiedExtension: ['text'],
  inlineExtension: ['text'],
  expand: ['title'],
  nestedExpand: ['title'],
  media: ['alt'],
  mediaInline: ['alt'],
  inlineCard: ['url'],
  embedCard: ['url'],
  emoji: ['text'],
};

/** A document drawn from Atlassian's own schema, with the words that a person would read in it. */
export function randomAdf(next: (below: number) => number) {
  let count = 0;
  const draw = (rule: Rule, depth: number): unknown => {
    if (rule.$ref !== undefined) return draw(named(rule.$ref), depth);
    if (rule.anyOf !== undefined) return draw(oneOf(rule.anyOf, depth), depth);
    if (rule.allOf !== undefined) return draw(merged(rule), depth);
    if (rule.enum !== undefined) return rule.enum[next(rule.enum.length)];
    if (rule.type === 'array') return drawList(rule, depth);
    if (rule.type === 'number') return rule.minimum ?? 1;
    if (rule.type === 'boolean') return next(2) === 0;
    if (rule.type === 'string')
      return rule.pattern === undefined ? `word${(count += 1)}` : fitting(rule.pattern);
    return rule.properties === undefined ? {} : drawObject(rule, depth);
  };
  const drawList = ({ items, minItems = 0, maxItems = 4 }: Rule, depth: number): unknown[] => {
    if (items === undefined || maxItems === 0) return [];
    if (Array.isArray(items)) return (items as readonly Rule[]).map((each) => draw(each, depth + 1));
    const most = depth > DEEP ? minItems : Math.max(minItems, Math.min(maxItems, 3));
    const length = minItems + next(most - minItems + 1);
    return Array.from({ length }, () => draw(items as Rule, depth + 1));
  };
  const drawObject = ({ properties = {}, required = [] }: Rule, depth: number): object =>
    Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => required.includes(name) || (name !== 'marks' && depth <= DEEP && next(3) > 0))
        .map(([name, rule]) => [name, draw(rule, name === 'content' ? depth + 1 : depth)]),
    );
  // Where it is deep enough, only what ends: a text, an empty paragraph.
  const oneOf = (rules: readonly Rule[], depth: number): Rule => {
    const ending = depth > DEEP ? rules.filter(({ $ref = '' }) => ENDS.test($ref)) : rules;
    const from = ending.length === 0 ? rules : ending;
    return from[next(from.length)] ?? {};
  };
  const document = draw({ $ref: schema['$ref'] as string }, 0);
  return { document, words: wordsOf(document) };
}

const ENDS = /text_|paragraph|_inline_node|inline_node|hardBreak|rule/;

function named(ref: string): Rule {
  const definitions = schema['definitions'] as Record<string, Rule>;
  return definitions[ref.replace('#/definitions/', '')] ?? {};
}

/** A rule and those it adds to, as one. */
function merged(rule: Rule): Rule {
  if (rule.$ref !== undefined) return merged(named(rule.$ref));
  if (rule.allOf === undefined) return rule;
  return rule.allOf.map(merged).reduce((all, each) => ({
    ...all,
    properties: { ...all.properties, ...each.properties },
    required: [...(all.required ?? []), ...(each.required ?? [])],
  }));
}

function fitting(pattern: string): string {
  const found = ['#aabbcc', 'neutral', 'uuid', '12', 'https://a.example'].find((each) =>
    new RegExp(pattern).test(each),
  );
  if (found === undefined) throw new Error(`nothing is known to fit ${pattern}`);
  return found;
}

function wordsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const {
    type,
    text,
    attrs = {},
    content,
  } = node as {
    type?: string;
    text?: string;
    attrs?: Record<string, unknown>;
    content?: unknown[];
  };
  const read = (READ[type ?? ''] ?? []).map((name) => attrs[name]).filter((said) => typeof said === 'string');
  return [...(text === undefined ? [] : [text]), ...read, ...(content ?? []).flatMap(wordsOf)];
}
