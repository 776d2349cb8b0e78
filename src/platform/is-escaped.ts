/** Whether a part of a URL can be decoded: each `%` begins an escape. */
export function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
