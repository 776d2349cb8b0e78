import { unescapedBytes } from '../charsets/unescaped-bytes.ts';
import { cleanLine } from '../text.ts';
import { decodeText } from '../charsets/decode-text.ts';

export type EncodedWord = {
  readonly charset: string;
  readonly encoding: 'B' | 'Q';
  readonly content: string;
};
export type Piece = string | EncodedWord;

/** By RFC 2047 a word has 75 characters, in real mail up to some thousands. */
const MAX_WORD_LENGTH = 20_000;

/**
 * The text of an unstructured header field given as latin1: RFC 2047 words decoded, words of one charset joined before
 * decoding (a character may be split over two), raw 8-bit text detected. `hint` is the charset of the email's own text.
 */
export function decodeHeaderText(latin1: string, hint: string | null = null): string {
  return cleanLine(decodePieces(splitEncodedWords(latin1), hint));
}

/** Latin1 text cut into encoded words and what is between them; blanks between two words are dropped. */
export function splitEncodedWords(latin1: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let literalStart = 0;
  let position = latin1.indexOf('=?');
  let lastEnd = -1;
  // Where the next "?=" is, searched for again only when passed: thousands of words that never end stay linear.
  let closing = 0;
  const nextClosing = (from: number): number => {
    if (closing >= 0 && closing < from) closing = latin1.indexOf('?=', from);
    return closing;
  };
  while (position >= 0) {
    const found = encodedWordAt(latin1, position, nextClosing);
    if (found === null) {
      position = latin1.indexOf('=?', position + 2);
      continue;
    }
    const literal = latin1.slice(literalStart, position);
    if (literal !== '' && !(lastEnd === literalStart && /^[ \t\r\n]+$/.test(literal))) pieces.push(literal);
    pieces.push(found.word);
    literalStart = lastEnd = found.end;
    position = latin1.indexOf('=?', found.end);
  }
  if (literalStart < latin1.length) pieces.push(latin1.slice(literalStart));
  return pieces;
}

/** The text of pieces in a row. */
export function decodePieces(pieces: readonly Piece[], hint: string | null): string {
  let text = '';
  for (let i = 0; i < pieces.length;) {
    const piece = pieces[i]!;
    if (typeof piece === 'string') {
      text += decodeLiteral(piece, hint);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < pieces.length && sameCharset(piece, pieces[end]!)) end++;
    text += decodeRun(pieces.slice(i, end) as EncodedWord[], hint);
    i = end;
  }
  return text;
}

function encodedWordAt(
  text: string,
  start: number,
  nextClosing: (from: number) => number,
): { word: EncodedWord; end: number } | null {
  const head = /^=\?([^?\s]{0,80})\?([QqBb])\?/.exec(text.slice(start, start + 90));
  if (head === null) return null;
  const from = start + head[0].length;
  const charset = head[1]!;
  const encoding = head[2]!.toUpperCase() as 'B' | 'Q';
  const end = nextClosing(from);
  if (end < 0 || end - from > MAX_WORD_LENGTH) {
    // Cut off by a length limit somewhere: base64 up to the very end is still readable.
    const rest = text.slice(from, from + MAX_WORD_LENGTH + 1);
    const cut = encoding === 'B' && rest.length <= MAX_WORD_LENGTH && /^[A-Za-z0-9+/]+={0,2}\??$/.test(rest);
    return cut ? { word: { charset, encoding, content: rest.replace('?', '') }, end: text.length } : null;
  }
  const content = text.slice(from, end);
  if (encoding === 'B' && !/^[A-Za-z0-9+/=\s_.-]*$/.test(content)) return null;
  if (encoding === 'Q' && content.includes('=?') && /=\?[^?\s]{1,80}\?[QqBb]\?/.test(content)) return null;
  // Quoted-printable by mistake called base64, which has "=" at its end only.
  const mistaken = encoding === 'B' && /=[0-9A-F]{2}/.test(content);
  return { word: { charset, encoding: mistaken ? 'Q' : encoding, content }, end: end + 2 };
}

function sameCharset(word: EncodedWord, other: Piece): other is EncodedWord {
  return typeof other !== 'string' && other.charset.toLowerCase() === word.charset.toLowerCase();
}

function decodeRun(words: readonly EncodedWord[], hint: string | null): string {
  const label = words[0]!.charset === '' ? null : words[0]!.charset;
  // Base64 cut between two words without regard to its groups of four only decodes when joined as text.
  if (
    words.every(({ encoding }) => encoding === 'B') &&
    words.slice(0, -1).some(({ content }) => !endsGroup(content))
  ) {
    const joined = decodeText(Buffer.from(words.map((word) => word.content).join(''), 'base64'), label, hint);
    if (faults(joined) === 0) return joined;
  }
  const whole = decodeText(Buffer.concat(words.map(wordBytes)), label, hint);
  if (words.length === 1 || faults(whole) === 0) return whole;
  const apart = words.map((word) => decodeText(wordBytes(word), label, hint)).join('');
  return faults(apart) < faults(whole) ? apart : whole;
}

function endsGroup(base64: string): boolean {
  return base64.length % 4 === 0 || base64.endsWith('=');
}

function faults(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === 0xfffd) count++;
  return count;
}

function wordBytes(word: EncodedWord): Buffer {
  // Node stops at the first padding, but some mailers join whole base64 texts.
  if (word.encoding === 'B')
    return Buffer.concat(word.content.split(/=+/).map((group) => Buffer.from(group, 'base64')));
  return unescapedBytes(word.content.replaceAll('_', ' '), '=');
}

function decodeLiteral(latin1: string, hint: string | null): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\u0080-\u00ff\u001b]/.test(latin1)) return latin1;
  return decodeText(Buffer.from(latin1, 'latin1'), null, hint);
}
