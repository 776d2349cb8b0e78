import { LIQUID_LIMITS, renderWithin } from '../../mailboxes/templates/template.ts';
import { Drop, Liquid, type Template } from 'liquidjs';

/** The variables that are filled in without asking, for the documentation. */
export const CANNED_VARIABLES = [
  'contact.name',
  'contact.email',
  'request.id',
  'request.subject',
  'mailbox.name',
  'mailbox.address',
  'operator.name',
] as const;

export type CannedValues = Readonly<Record<string, string>>;

/** A text with its values filled in, and the names shown in it that had neither a value nor a `default:`. */
export type Filled = { readonly text: string; readonly unfilled: readonly string[] };

/** Stands for a missing value: false in a condition, replaced by `default:`, and recorded where it is shown. */
class Unfilled extends Drop {
  readonly name: string;
  readonly tell: (name: string) => void;

  constructor(name: string, tell: (name: string) => void) {
    super();
    this.name = name;
    this.tell = tell;
  }

  override valueOf(): null {
    return null;
  }
}

// A field's key may have hyphens.
const NAME = /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_-]*)*$/i;

const engine = cannedEngine();

/** Puts values into a text. Throws for a text that `textFault` would have refused. */
export function fillText(text: string, values: CannedValues): Filled {
  const tree = engine.parse(text);
  const unfilled = new Set<string>();
  const scope = scopeOf(namesIn(tree), values, (name) => unfilled.add(name));
  return { text: renderWithin(engine, tree, scope), unfilled: [...unfilled] };
}

/** What is wrong with a text, by trying it with nothing and with everything filled in; null when nothing is. */
export function textFault(text: string): string | null {
  try {
    const tree = engine.parse(text);
    const names = namesIn(tree);
    const odd = names.find((name) => !NAME.test(name));
    if (odd !== undefined) return `names ${odd}; a variable is words with dots between them`;
    const full = Object.fromEntries(names.map((name) => [name, 'x']));
    for (const values of [{}, full])
      renderWithin(
        engine,
        tree,
        scopeOf(names, values, () => {}),
      );
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/, file:[^,]*/, '').replace(/\s+/g, ' ');
  }
}

function namesIn(tree: Template[]): string[] {
  return engine.globalFullVariablesSync(tree);
}

type Scope = { [name: string]: Scope | string | Unfilled };

function scopeOf(names: readonly string[], values: CannedValues, tell: (name: string) => void): Scope {
  const root = Object.create(null) as Scope;
  // Longest names first: of `order` and `order.number` the shorter one is the object that contains the other.
  for (const name of names.toSorted((a, b) => b.length - a.length)) {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : '';
    const parts = name.split('.');
    const last = parts.pop() ?? name;
    let place = root;
    for (const part of parts) {
      const held = place[part];
      const next =
        typeof held === 'object' && !(held instanceof Unfilled) ? held : (Object.create(null) as Scope);
      place[part] = next;
      place = next;
    }
    place[last] ??= value.trim() === '' ? new Unfilled(name, tell) : value;
  }
  return root;
}

function cannedEngine(): Liquid {
  const engine = new Liquid({ ...LIQUID_LIMITS, outputEscape: shown });
  // What is made of a missing value is missing itself; only `default` makes something of nothing.
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (name === 'default') continue;
    const handler = typeof filter === 'function' ? filter : filter.handler;
    engine.registerFilter(name, function (...given: [unknown, ...unknown[]]): unknown {
      return given.find((each) => each instanceof Unfilled) ?? handler.apply(this, given);
    });
  }
  return engine;
}

function shown(value: unknown): string {
  if (value instanceof Unfilled) value.tell(value.name);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
