const LF = 10;
const SPACE = 32;
const TAB = 9;

/** An ordinary header field has some hundred bytes; endless fields are what takes longest to read in small emails. */
const MAX_FIELD_LENGTH = 4096;

/**
 * Tells whether an email is so small and plain that reading it takes milliseconds whatever it says: the reader is linear but
 * for lists inside one field. What is not may take its thread's whole deadline.
 */
export function isQuick(raw: Uint8Array, mostBytes: number): boolean {
  if (raw.byteLength > mostBytes) return false;
  let fieldFrom = 0;
  for (let at = 0; at < raw.byteLength;) {
    const end = raw.indexOf(LF, at);
    if (end === -1) return raw.byteLength - fieldFrom <= MAX_FIELD_LENGTH;
    if (end - fieldFrom > MAX_FIELD_LENGTH) return false;
    const isBlank = end - at <= 1;
    if (isBlank) return true;
    at = end + 1;
    if (raw[at] !== SPACE && raw[at] !== TAB) fieldFrom = at;
  }
  return true;
}
