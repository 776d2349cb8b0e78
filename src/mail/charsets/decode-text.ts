import { TextDecoder } from 'node:util';
import { canonicalCharset, decoderFor } from './charset-label.ts';
import { guessCharset, readsAs } from './guess-charset.ts';
import { composed, decodeByIconv } from './iconv-charsets.ts';
import { decodeSevenBit, decodeUtf7 } from './odd-charsets.ts';

const sevenBit = new Set(['iso-2022-kr', 'iso-2022-cn', 'iso-2022-cn-ext', 'hz-gb-2312']);
const wide = new Set(['utf-16le', 'utf-16be', 'utf-32', 'utf-32le', 'utf-32be']);
const manyBytes = new Set(['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']);

const utf8 = new TextDecoder('utf-8', { ignoreBOM: false });
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text in `bytes`, believing the charset label only as far as the bytes do: strictly valid UTF-8 under a label it
 * contradicts is read as UTF-8, and bytes without a usable label are guessed. `hint` is a label from elsewhere in the email.
 */
export function decodeText(bytes: Uint8Array, label: string | null, hint: string | null = null): string {
  const marked = byteOrderMark(bytes);
  if (marked !== null) return decodeWith(marked, bytes);
  const charset = canonicalCharset(label);
  if (charset === null || charset === 'us-ascii') return decodeUnlabelled(bytes, hint);
  if (charset === 'utf-8') return decodeAsUtf8(bytes, hint);
  if (charset === 'utf-7') return hasHighBytes(bytes) ? decodeUnlabelled(bytes, hint) : decodeUtf7(bytes);
  if (sevenBit.has(charset)) {
    return hasHighBytes(bytes) ? decodeUnlabelled(bytes, hint) : decodeSevenBit(bytes, charset);
  }
  if (wide.has(charset)) return decodeWide(charset, bytes);
  if (!hasHighBytes(bytes)) return decodeWith(charset, bytes);
  if (charset === 'iso-2022-jp') return decodeUnlabelled(bytes, hint);
  const asUtf8 = strictlyUtf8(bytes);
  if (asUtf8 !== null && contradicts(charset, asUtf8)) return asUtf8;
  return decodeWith(charset, bytes);
}

/** Tells whether `decodeText` would have to guess: the bytes are neither ASCII nor UTF-8, and the label does not say what else. */
export function needsGuess(bytes: Uint8Array, label: string | null): boolean {
  if (byteOrderMark(bytes) !== null || !hasHighBytes(bytes) || strictlyUtf8(bytes) !== null) return false;
  const charset = canonicalCharset(label) ?? 'us-ascii';
  if (charset === 'utf-8') return !mostlyWhole(utf8.decode(bytes));
  return ['us-ascii', 'utf-7', 'iso-2022-jp'].includes(charset) || sevenBit.has(charset);
}

/** Text without a single zero byte is hardly ever wide, whatever its label; without a mark the zeros tell the order of the bytes. */
function decodeWide(charset: string, bytes: Uint8Array): string {
  const narrow = bytes.includes(0) ? null : strictlyUtf8(bytes);
  if (narrow !== null) return narrow;
  if (charset !== 'utf-16le') return decodeWith(charset, bytes);
  const zeros = [0, 0];
  for (let i = 0; i < Math.min(bytes.length, 1000); i++) if (bytes[i] === 0) zeros[i & 1]!++;
  return decodeWith(zeros[0]! > zeros[1]! ? 'utf-16be' : charset, bytes);
}

/** The text when `bytes` are UTF-8 without a single fault, else null. */
function strictlyUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function decodeWith(charset: string, bytes: Uint8Array): string {
  const decoder = decoderFor(charset);
  return composed(decoder === null ? decodeByIconv(bytes, charset) : decoder.decode(bytes), charset);
}

function decodeAsUtf8(bytes: Uint8Array, hint: string | null): string {
  const strict = strictlyUtf8(bytes);
  if (strict !== null) return plainOrEscaped(bytes, strict);
  const loose = utf8.decode(bytes);
  return mostlyWhole(loose) ? loose : decodeUnlabelled(bytes, hint);
}

/** Cut or damaged UTF-8 stays UTF-8; text of another charset that merely says UTF-8 has hardly a whole character. */
function mostlyWhole(loose: string): boolean {
  let broken = 0;
  let whole = 0;
  for (let i = 0; i < loose.length; i++) {
    const code = loose.charCodeAt(i);
    if (code === 0xfffd) broken++;
    else if (code >= 0x80) whole++;
  }
  return whole >= broken;
}

function decodeUnlabelled(bytes: Uint8Array, hint: string | null): string {
  const asUtf8 = strictlyUtf8(bytes);
  const hinted = canonicalCharset(hint);
  // "谢谢" in GBK is "лл" in UTF-8: for a text this short the rest of the email decides.
  const byHint = hinted !== null && manyBytes.has(hinted) && readsAs(bytes.subarray(0, 100), hinted);
  if (asUtf8 !== null && !(byHint && !contradicts(hinted, asUtf8))) return plainOrEscaped(bytes, asUtf8);
  if (
    hinted !== null &&
    hinted !== 'us-ascii' &&
    hinted !== 'utf-8' &&
    !sevenBit.has(hinted) &&
    !wide.has(hinted)
  ) {
    const text = decodeWith(hinted, bytes);
    if (!text.includes('\ufffd')) return text;
  }
  return decodeWith(guessCharset(bytes), bytes);
}

function plainOrEscaped(bytes: Uint8Array, text: string): string {
  // ISO-2022-JP is seven-bit: without its label it looks like ASCII with escape sequences.
  if (!/\u001b[$(]/.test(text) || hasHighBytes(bytes)) return text;
  return /\u001b\$\)C/.test(text) ? decodeSevenBit(bytes, 'iso-2022-kr') : decodeWith('iso-2022-jp', bytes);
}

function contradicts(charset: string, asUtf8: string): boolean {
  if (charset === 'windows-1252' || charset === 'iso-8859-15') return true;
  let wholeCharacters = 0;
  for (let i = 0; i < asUtf8.length && wholeCharacters < 3; i++) {
    if (asUtf8.charCodeAt(i) >= 0x80) wholeCharacters++;
  }
  return wholeCharacters >= (manyBytes.has(charset) ? 3 : 2);
}

function hasHighBytes(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return true;
  return false;
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}
