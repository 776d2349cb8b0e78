/** A form without files. */
export const FORM_BYTES = 1024 * 1024;

/** True where a form may bring files along: that of the box for replies and notes, wherever its buttons lead. */
export function takesFiles(path: string): boolean {
  return /^\/requests\/\d+\/(replies|notes|canned|drafts\/(reply|note)\/remove-file)$/.test(path);
}
