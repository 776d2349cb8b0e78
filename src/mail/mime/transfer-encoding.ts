import { decodeUuencoded } from '../enclosed/uuencode.ts';

/** The bytes a body stands for. Unknown encodings and 7bit, 8bit, binary are the bytes themselves (a view, not a copy). */
export function decodeBody(bytes: Buffer, encoding: string): Buffer {
  switch (encoding) {
    case 'base64':
    case 'base-64':
    case 'b64':
      return decodeBase64(bytes);
    case 'quoted-printable':
    case 'quotedprintable':
    case 'quoted':
      return decodeQuotedPrintable(bytes);
    case 'x-uuencode':
    case 'x-uue':
    case 'uuencode':
    case 'uue':
      return decodeUuencoded(bytes.toString('latin1'))?.content ?? bytes;
    default:
      return bytes;
  }
}

const values = new Int8Array(256).fill(-1);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries()) {
  values[character.charCodeAt(0)] = value;
}

/**
 * Base64 by hand: what is no base64 is skipped, and padding inside ends a unit instead of the whole content. Words that only
 * say they are base64 stay as they are, and the footer a mailing list puts below is left out.
 */
function decodeBase64(bytes: Buffer): Buffer {
  if (readsAsWords(bytes)) return bytes;
  const decoded = Buffer.allocUnsafeSlow(Math.ceil((bytes.length * 3) / 4) + 3);
  let length = 0;
  let held = 0;
  let bits = 0;
  /** After a blank line or padding the content may be over. */
  let mayEnd = false;
  let lineStart = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const value = values[byte]!;
    if (byte === 0x0a) {
      if (isBlank(bytes, lineStart, i)) mayEnd = length > 0;
      if (mayEnd && isFooterLine(bytes, i + 1)) break;
      lineStart = i + 1;
    } else if (value >= 0 && i === lineStart) mayEnd = false;
    if (value >= 0) {
      held = ((held << 6) | value) & 0xffffff;
      bits += 6;
      if (bits === 24) {
        decoded[length++] = held >> 16;
        decoded[length++] = (held >> 8) & 0xff;
        decoded[length++] = held & 0xff;
        bits = 0;
      }
    } else if (byte === 0x3d) {
      length = flush(decoded, length, held, bits);
      bits = 0;
      mayEnd = true;
      if (isTail(bytes, i + 1)) {
        // The line's end is still to be seen: below it the content may go on, or a footer begin.
        i = lineEnd(bytes, i) - 1;
      }
    }
  }
  return decoded.subarray(0, flush(decoded, length, held, bits));
}

/** Tells whether words follow the padding: a scanner's remark, not another piece of base64. */
function isTail(bytes: Buffer, start: number): boolean {
  const rest = bytes.toString('latin1', start, Math.min(lineEnd(bytes, start), start + 200)).trimEnd();
  return rest !== '' && !/^[A-Za-z0-9+/=]*$/.test(rest);
}

/** Prose has a blank every few letters; base64 has at most one, where a relay joined two long lines. */
function readsAsWords(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 1000).trim();
  if (/^[A-Za-z0-9+/]{8,}(?:={1,2}|\r*(?:\n|$))/.test(start)) return false;
  const words = start.split(/\s+/);
  const blanks = words.length - start.split(/\s*\n\s*/).length;
  return blanks >= 3 && words.join('').length / words.length < 12;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++)
    if (bytes[i] !== 0x20 && bytes[i] !== 0x09 && bytes[i] !== 0x0d) return false;
  return true;
}

function isFooterLine(bytes: Buffer, start: number): boolean {
  const line = bytes.toString('latin1', start, lineEnd(bytes, start)).trim();
  return /\S[ \t]+\S/.test(line) || /^[-_*]{2,}$/.test(line);
}

/** Looks no further than 1000 bytes: a line of a megabyte is looked at again for each padding in it. */
function lineEnd(bytes: Buffer, start: number): number {
  const window = bytes.subarray(start, start + 1000);
  const end = window.indexOf(0x0a);
  return start + (end < 0 ? window.length : end);
}

function flush(decoded: Buffer, length: number, held: number, bits: number): number {
  if (bits === 12) decoded[length++] = (held >> 4) & 0xff;
  if (bits === 18) {
    decoded[length++] = (held >> 10) & 0xff;
    decoded[length++] = (held >> 2) & 0xff;
  }
  return length;
}

function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const decoded = Buffer.allocUnsafeSlow(bytes.length);
  let length = 0;
  /** Where the blanks before this place begin: blanks at the end of a line are padding of a relay, not content. */
  let solid = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x3d) {
      const high = hex(bytes[i + 1]);
      const low = hex(bytes[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded[length++] = (high << 4) | low;
        solid = length;
        i += 2;
        continue;
      }
      const next = afterSoftBreak(bytes, i + 1);
      if (next >= 0) {
        solid = length;
        i = next - 1;
        continue;
      }
    }
    if (byte === 0x0a) {
      const carriage = length > solid && decoded[length - 1] === 0x0d;
      length = solid;
      if (carriage) decoded[length++] = 0x0d;
    }
    decoded[length++] = byte;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) solid = length;
  }
  return decoded.subarray(0, length);
}

/** Past the line end when only blanks stand between `=` and it, else -1. */
function afterSoftBreak(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && i - from < 200 && (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === 0x0d))
    i++;
  if (i >= bytes.length) return i;
  return bytes[i] === 0x0a ? i + 1 : -1;
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}
