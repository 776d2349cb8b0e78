import { domainOf } from '../../../mail/headers/address-parts.ts';
import { matchesAny } from '../../../mailboxes/mailbox.ts';

/**
 * How much a rule may search of one email, in characters: all its alternatives in the longest text. It is work that is counted
 * and not time, so that a machine that stands still for a moment fails no rule.
 */
const MAX_WORK = 5_000_000;

/** What a place counts where a word was found that is only a part of a longer one. */
const PLACE_WORK = 50;

const LETTER_BEFORE = /[\p{L}\p{N}\p{M}]$/u;
const LETTER_AFTER = /^[\p{L}\p{N}\p{M}]/u;
/** Written without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Counts the work of one rule on one email. */
export type Work = { done: number };

/** Whether a pattern holds for a folded text. Throws when the rule has done more than it may. */
export type Pattern = (text: string, work: Work) => boolean;

/** Text as it is compared: whatever its case, its line breaks, and how its accents are encoded. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ');
}

/**
 * The words of a pattern somewhere in the text, in this order where a `*` parts them. There are no regular expressions: each
 * part is searched for once, from where the one before it ends, so that no pattern takes longer than its text is long.
 */
export function containing(pattern: string): Pattern {
  const parts = folded(pattern).split('*').filter(isFilled);
  return (text, work) => {
    spend(work, text.length);
    return endOf(parts, text, 0) !== null;
  };
}

/** Where the last of these parts ends, each searched for behind the one before; null when one is missing. */
function endOf(parts: readonly string[], text: string, start: number): number | null {
  let end = start;
  for (const part of parts) {
    const at = text.indexOf(part, end);
    if (at === -1) return null;
    end = at + part.length;
  }
  return end;
}

/** A word or words by themselves: `art` is not found in `party`. A `*` before or behind stands for the rest of a word. */
export function wording(pattern: string): Pattern {
  const word = folded(pattern).trim();
  const parts = word.split('*').filter(isFilled);
  const [only] = parts;
  if (only === undefined || parts.length > 1) return containing(word);
  const [first = '', last = ''] = [[...only].at(0), [...only].at(-1)];
  const bound = {
    left: !word.startsWith('*') && isBound(first),
    right: !word.endsWith('*') && isBound(last),
  };
  return (text, work) => {
    spend(work, text.length);
    for (let at = text.indexOf(only); at !== -1; at = text.indexOf(only, at + 1)) {
      spend(work, PLACE_WORK);
      const end = at + only.length;
      const joinsLeft = bound.left && LETTER_BEFORE.test(text.slice(Math.max(0, at - 2), at));
      if (!joinsLeft && !(bound.right && LETTER_AFTER.test(text.slice(end, end + 2)))) return true;
    }
    return false;
  };
}

/** An address (`eve@example.com`), a domain with its subdomains (`example.com`), or either with `*` in it. */
export function addressed(pattern: string): Pattern {
  const entry = pattern.trim().toLowerCase();
  if (!entry.includes('*')) return (address) => matchesAny(address, [entry]);
  const parts = entry.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const inner = parts.slice(1, -1).filter(isFilled);
  return (address, work) => {
    const whole = entry.includes('@') ? address : domainOf(address);
    spend(work, whole.length);
    if (whole.length < first.length + last.length || !whole.startsWith(first) || !whole.endsWith(last))
      return false;
    const end = endOf(inner, whole, first.length);
    return end !== null && end <= whole.length - last.length;
  };
}

function isBound(character: string): boolean {
  return LETTER_AFTER.test(character) && !UNSPACED.test(character);
}

function spend(work: Work, steps: number): void {
  work.done += steps;
  if (work.done > MAX_WORK) throw new Error('it searches more than a rule may');
}

function isFilled(part: string): boolean {
  return part !== '';
}
