/** The path of a form's `back`, or `otherwise`: never another host. */
export function pathBack(given: string | null, otherwise: string): string {
  return given !== null && /^\/(?![/\\])/.test(given) && !/[\p{Cc}\\]/u.test(given) ? given : otherwise;
}
