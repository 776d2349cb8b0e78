/**
 * The bytes as a parser expects them: without byte order mark, leading empty lines and the `From ` line of an mbox, and with
 * lone carriage returns as line ends when the header uses nothing else. The same buffer, or a view of it, when nothing is wrong.
 */
export function repairRaw(raw: Uint8Array): Buffer {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const start = contentStart(bytes);
  const rest = bytes.subarray(start);
  const whole = usesLoneReturns(rest) ? withLineFeeds(rest) : rest;
  return withoutMboxLine(whole);
}

function contentStart(bytes: Buffer): number {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length && (bytes[start] === 0x0a || bytes[start] === 0x0d)) start++;
  return start;
}

function withoutMboxLine(bytes: Buffer): Buffer {
  let rest = bytes;
  // "From  :" is a field with blanks before its colon (RFC 5322, 4.5): without it the email would have no sender.
  while (/^>?From [ \t]*[^ \t:]/.test(rest.toString('latin1', 0, 200))) {
    const newline = rest.indexOf(0x0a);
    if (newline < 0) return rest;
    rest = rest.subarray(newline + 1);
  }
  return rest;
}

/** Old Macintosh line ends: before the first line feed, if there is one, carriage returns already part header fields. */
function usesLoneReturns(bytes: Buffer): boolean {
  const firstFeed = bytes.indexOf(0x0a);
  const start = bytes.toString('latin1', 0, firstFeed < 0 ? 4096 : Math.min(firstFeed, 4096));
  return /[^\r]\r(?:\r[^\r]|[!-9;-~]{1,100}[ \t]*:|[ \t])/.test(start);
}

function withLineFeeds(bytes: Buffer): Buffer {
  let returns = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a) returns++;
  const repaired = Buffer.allocUnsafeSlow(bytes.length + returns);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    repaired[length++] = bytes[i]!;
    if (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a) repaired[length++] = 0x0a;
  }
  return repaired.subarray(0, length);
}
