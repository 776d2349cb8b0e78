import { isUtf8 } from 'node:buffer';
import { cleanLine } from '../text.ts';

/** Longer ids than this are not kept: they would not fit an index. */
const MAX_ID_LENGTH = 998;
const MAX_IDS = 200;

/** The Message-ID with its angle brackets; null when it is missing, empty or too long to be one. */
export function readMessageId(value: string | null): string | null {
  return readMessageIds(value, 1)[0] ?? null;
}

/** The ids of a References or In-Reply-To field, in order, each once; of very many the first and the last. */
export function readMessageIds(value: string | null, most = MAX_IDS): readonly string[] {
  const text = cleanLine(asUtf8((value ?? '').slice(0, 256 * 1024)));
  const ids = new Set<string>();
  for (const [id] of text.matchAll(/<[^<>\s]{1,996}>/g)) ids.add(id);
  // No id in brackets: one that lost them, or one that was folded in its middle.
  if (ids.size === 0) for (const id of withoutBrackets(text)) ids.add(id);
  const list = [...ids];
  return list.length <= most ? list : [...list.slice(0, 1), ...list.slice(list.length - most + 1)];
}

/** Header values come as latin1; an id of RFC 6532 is UTF-8, and one of neither kind stays as its bytes. */
function asUtf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}

function withoutBrackets(text: string): readonly string[] {
  const open = text.indexOf('<');
  const close = text.indexOf('>', open + 1);
  const words =
    open >= 0 && close > open ? [text.slice(open + 1, close).replaceAll(' ', '')] : text.split(/[\s,<>]+/);
  return words
    .filter((word) => /^[^@"]+@[^@]+$/.test(word) && word.length <= MAX_ID_LENGTH - 2)
    .map((word) => `<${word}>`);
}
