import { isDeepStrictEqual } from 'node:util';

type Values = Readonly<Record<string, unknown>>;

/**
 * What an edit changed, as an event tells it: the fields whose values differ, before and after; null when none does. `after`
 * may name a part of the fields of `before`.
 */
export function changedFields<Fields extends object>(
  before: Fields,
  after: Partial<Fields>,
): { readonly old: Values; readonly new: Values } | null {
  const names = (Object.keys(after) as (keyof Fields & string)[]).filter(
    (name) => !isDeepStrictEqual(asJson(before[name]), asJson(after[name])),
  );
  if (names.length === 0) return null;
  const pick = (fields: Partial<Fields>) => Object.fromEntries(names.map((name) => [name, fields[name]]));
  return { old: pick(before), new: pick(after) };
}

// In which the order of an object's keys says nothing: of a jsonb column they come in another than they were given in.
function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
