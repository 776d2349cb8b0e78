/** The bytes of text in which an escape (`=C3`, `%C3`) stands for a byte. A sign that escapes nothing stands for itself. */
export function unescapedBytes(text: string, sign: '=' | '%'): Buffer {
  const bytes = Buffer.alloc(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const pair = text[i] === sign ? text.slice(i + 1, i + 3) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      bytes[length++] = Number.parseInt(pair, 16);
      i += 2;
    } else {
      bytes[length++] = text.charCodeAt(i) & 0xff;
    }
  }
  return bytes.subarray(0, length);
}
