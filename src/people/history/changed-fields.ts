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
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (names.length === 0) return null;
  const pick = (fields: Partial<Fields>) => Object.fromEntries(names.map((name) => [name, fields[name]]));
  return { old: pick(before), new: pick(after) };
}
