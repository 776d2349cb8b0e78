import { invalidField, Problem } from './problems.ts';

type Versioned = { readonly id: number; readonly version: number };

/** The entity tag of a row: its own version. The names of what it refers to are not part of it. */
export function entityTag(row: Versioned): string {
  return `"${row.id}.${row.version}"`;
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

/** The tags of a call's `If-Match` header, one of which must be the current one; null: any version. */
export function ifMatchOf(header: string | undefined): readonly string[] | null {
  if (header === undefined) return null;
  const tags = readIfMatch(header);
  if (tags === undefined) throw invalidField('if-match', 'must be entity tags such as "1042.7", or *');
  return tags;
}

/** Refuses a call whose caller has seen another version: `what` is named in the message. */
export function ensureUnchanged(what: string, row: Versioned, ifMatch: readonly string[] | null): void {
  if (ifMatch === null || ifMatch.includes(entityTag(row))) return;
  throw new Problem('precondition_failed', `${what} ${row.id} has changed since it was read.`, {
    members: { currentTag: entityTag(row) },
  });
}
