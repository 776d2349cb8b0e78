/** Keeps of a JSON value what a `fields` mask such as `messages(id),nextPageToken` names, as Google's servers do. */
export function applyFieldMask(mask: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => applyFieldMask(mask, item));
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const part of splitOutsideParentheses(mask)) {
    const [, name = '', inner] = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(part) ?? [];
    if (name === '') throw new Error(`simulated Gmail: the field mask ${part} is not modelled`);
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) kept[name] = inner === undefined ? member : applyFieldMask(inner, member);
  }
  return kept;
}

function splitOutsideParentheses(mask: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of mask) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
