/** A request's entity tag: its own version. The names of its contact, assignee and mailbox are not part of it. */
export function entityTag(request: { readonly id: number; readonly version: number }): string {
  return `"${request.id}.${request.version}"`;
}

const LIST = /^\s*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*|$))+$/;

/** The strong tags of an `If-Match` header; `null` for `*` (any version), `undefined` for a malformed header. */
export function readIfMatch(header: string): readonly string[] | null | undefined {
  if (header.trim() === '*') return null;
  if (!LIST.test(header)) return undefined;
  // A weak tag never matches (RFC 9110, 13.1.1): it does not promise that nothing has changed.
  return [...header.matchAll(/(W\/)?("[^"]*")/g)]
    .filter((tag) => tag[1] === undefined)
    .map((tag) => String(tag[2]));
}
