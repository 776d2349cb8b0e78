import type { SearchTerm } from '../../platform/lists/search-terms.ts';
import { isDay } from '../../platform/time.ts';

/** What `is:` may say of a request. */
const STATES = [
  'open',
  'closed',
  'new',
  'in_progress',
  'pending',
  'resolved',
  'assigned',
  'unassigned',
  'mine',
  'read',
  'unread',
  'flagged',
  'escalated',
  'overdue',
  'due_soon',
  'merged',
] as const;

export type State = (typeof STATES)[number];

type Part =
  | SearchTerm
  /** Words in subjects alone, or in the names and addresses of recipients. */
  | { readonly kind: 'subject' | 'to'; readonly text: string; readonly prefix: boolean }
  | { readonly kind: 'tag' | 'category' | 'assignee' | 'team' | 'mailbox' | 'jira'; readonly name: string }
  | { readonly kind: 'is'; readonly state: State }
  | { readonly kind: 'has'; readonly what: 'attachment' }
  /** A day as `2026-11-22`, which begins where the operator is; `at`: when that is, once it was asked for. */
  | { readonly kind: 'before' | 'after'; readonly day: string; readonly at?: Date };

/** A part of a search in the list of requests; a request is found when every part fits it, and none that is `not`. */
export type RequestTerm = Part & { readonly not?: boolean };

const MAX_TERMS = 20;
const MAX_ID = 1e15;
const KEYS = [
  'from',
  'to',
  'subject',
  'tag',
  'category',
  'assignee',
  'team',
  'is',
  'mailbox',
  'jira',
  'before',
  'after',
  'has',
] as const;
type Key = (typeof KEYS)[number];

// One at a time: a minus, a key before a colon, and a quoted phrase (a missing end quote is forgiven) or anything without blanks.
const TERM = /(?<not>-)?(?:(?<key>[a-z]+):)?(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/giu;

export type SearchFault = { readonly fault: string };

/**
 * Reads what an operator typed: words, `"an exact phrase"`, `-not`, `#1042`, and `from:` `to:` `subject:` `tag:`
 * `category:` `assignee:` `team:` `is:` `mailbox:` `jira:` `before:` `after:` `has:` with a value. The last word, and every name of a
 * person, may be a prefix. Any other word before a colon is an ordinary word. A fault names the term.
 */
export function parseRequestSearch(query: string): readonly RequestTerm[] | SearchFault {
  const matches = [...query.matchAll(TERM)];
  const terms: RequestTerm[] = [];
  for (const [index, match] of matches.entries()) {
    const read = readTerm(match, index === matches.length - 1);
    if (typeof read === 'string') return { fault: `${match[0]}: ${read}` };
    if (read !== null) terms.push(match.groups?.['not'] === undefined ? read : { ...read, not: true });
  }
  if (terms.length >= 1 && terms.length <= MAX_TERMS) return terms;
  return { fault: 'must have 1 to 20 words to look for' };
}

/** The parsed part; null if there is nothing to look for, a text if it is wrong. */
function readTerm(match: RegExpExecArray, isLast: boolean): Part | null | string {
  const { key: written, phrase, word } = match.groups ?? {};
  const value = phrase ?? word ?? '';
  const key = KEYS.find((each) => each === written?.toLowerCase());
  if (key !== undefined) return value.trim() === '' ? 'needs a value' : readKeyed(key, value.trim(), phrase);
  const empty = KEYS.find((each) => word?.toLowerCase() === `${each}:`);
  if (empty !== undefined && written === undefined) return 'needs a value';
  const text = written === undefined ? value : `${written}:${value}`;
  if (phrase === undefined && /^#\d{1,15}$/.test(text)) {
    return { kind: 'request', id: Math.min(Number(text.slice(1)), MAX_ID) };
  }
  if (!hasWord(text)) return null;
  return { kind: 'words', text, people: false, prefix: phrase === undefined && isLast };
}

function readKeyed(key: Key, value: string, phrase: string | undefined): Part | string {
  switch (key) {
    case 'from':
    case 'to':
    case 'subject': {
      if (!hasWord(value)) return 'needs a word';
      const prefix = phrase === undefined;
      return key === 'from'
        ? { kind: 'words', text: value, people: true, prefix }
        : { kind: key, text: value, prefix };
    }
    case 'tag':
    case 'category':
    case 'assignee':
    case 'team':
    case 'mailbox':
    case 'jira':
      return { kind: key, name: value };
    case 'is': {
      const state = STATES.find((each) => each === value.toLowerCase());
      return state === undefined
        ? `must be one of ${STATES.map((each) => `is:${each}`).join(', ')}`
        : { kind: 'is', state };
    }
    case 'has':
      return /^attachments?$/i.test(value) ? { kind: 'has', what: 'attachment' } : 'must be has:attachment';
    case 'before':
    case 'after':
      return isDay(value) ? { kind: key, day: value } : `must be a day such as ${key}:2026-11-22`;
  }
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
