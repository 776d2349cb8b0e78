import { domainToASCII } from 'node:url';
import { addressParser } from 'postal-mime';
import type { Piece } from '../mime/encoded-words.ts';
import { decodePieces, splitEncodedWords } from '../mime/encoded-words.ts';
import type { Address } from '../parsed-mail.ts';
import { cleanLine, cleanText, shorten } from '../text.ts';

/** An address list never grows past this: a header of 10 MB holds a million. */
const MAX_ADDRESSES = 1000;
const MAX_LIST_LENGTH = 64 * 1024;
const MAX_COMMENT_LENGTH = 500;
const MAX_ADDRESS_LENGTH = 512;
/** Marks of writing direction and blanks without width, which come along when an address is pasted. */
const invisible = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/**
 * The mailboxes of an address field given as latin1, groups flattened, in order. Entries without an address are left out;
 * a lone word such as MAILER-DAEMON counts as an address without a domain.
 */
export function parseAddresses(latin1: string, hint: string | null = null): readonly Address[] {
  const field = latin1.slice(0, MAX_LIST_LENGTH);
  const found = readList(field, hint);
  const usable = joinSplitNames(found).filter((mailbox) => mailbox.address !== '');
  if (usable.some(({ address }) => address.includes('@')) || (usable.length > 0 && !/<[^<>]*@/.test(field)))
    return usable.slice(0, MAX_ADDRESSES);
  // Lone words before an address in brackets are its name: `<b>Ann</b> <ann@x>`.
  const [last] = lastResort(field, hint);
  if (last !== undefined && (usable.length === 0 || last.address.includes('@'))) return [last];
  return usable.slice(0, MAX_ADDRESSES);
}

/** The address as the desk compares it: lower case, IDNA domain, no blanks; '' when it cannot be one. */
export function normalizeAddress(text: string): string {
  if (text.length > 2 * MAX_ADDRESS_LENGTH) return '';
  const address = cleanText(text)
    .replace(invisible, '')
    .trim()
    .replace(/^[<[]+|>+$/g, '')
    .replace(/^(?:mailto|smtp):/i, '')
    .replace(/^([^[]*)\]+$/, '$1')
    .replace(/^'([^']+)'$/, '$1')
    .replace(/^@[^:@]*(?:,@[^:@]*)*:/, '')
    .replace(/\s*@\s*(?=[^@]*$)/, '@')
    .trim();
  const at = address.lastIndexOf('@');
  if (at < 0) return /^[^\s<>,;:()[\]"]+$/.test(address) ? address.toLowerCase() : '';
  const local = canonicalLocalPart(address.slice(0, at));
  const domain = canonicalDomain(address.slice(at + 1));
  if (local === '' || domain === null || local.length + domain.length >= MAX_ADDRESS_LENGTH) return '';
  return domain === '' ? local : `${local}@${domain}`;
}

type Restore = (text: string) => string;
type AddressEntry = { readonly name: string; readonly address: string; readonly inGroup: boolean };

/** Encoded words are replaced by private-use characters before parsing, so nothing inside them can act as a comma or bracket. */
function readList(latin1: string, hint: string | null): readonly AddressEntry[] {
  const pieces = splitEncodedWords(latin1);
  const runs: Piece[][] = [];
  let marked = '';
  let open = false;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      marked += decodePieces([piece], hint).replaceAll(/[\ue000-\ue002]/g, '');
      open = false;
    } else if (open) {
      runs.at(-1)!.push(piece);
    } else {
      runs.push([piece]);
      marked += `\ue000${runs.length - 1}\ue001`;
      open = true;
    }
  }
  const decoded: Restore = (text) => restore(text, (run) => decodePieces(runs[run] ?? [], hint));
  const written: Restore = (text) => restore(text, (run) => (runs[run] ?? []).map(asWritten).join(''));

  const mailboxes: AddressEntry[] = [];
  for (const entry of addressParser(plainComments(balancedQuotes(marked)))) {
    for (const member of entry.group ?? [entry]) {
      const name = displayName(decoded(member.name));
      const address = addressOf(member.address, decoded, written);
      mailboxes.push({
        name: name === member.address ? '' : name,
        address,
        inGroup: entry.group !== undefined,
      });
    }
  }
  return mailboxes;
}

function restore(text: string, run: (index: number) => string): string {
  return text.replaceAll(/\ue000(\d+)\ue001/g, (_, index: string) => run(Number(index)));
}

function asWritten(piece: Piece): string {
  return typeof piece === 'string' ? piece : `=?${piece.charset}?${piece.encoding}?${piece.content}?=`;
}

/** A quote that is never closed, or one escaped outside of quotes (`Ann \"Annie\" <ann@x>`), would hide the address behind it. */
function balancedQuotes(text: string): string {
  let result = '';
  let open = -1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') {
      const escape = text.slice(i, ++i + 1);
      if (open >= 0 || escape !== '\\"') result += escape;
      continue;
    }
    if (text[i] === '"') open = open < 0 ? result.length : -1;
    result += text[i]!;
  }
  if (open < 0) return result;
  return result.slice(0, open) + result.slice(open + 1).replaceAll('\\"', '');
}

/** Comments may nest and stand inside an address, which the grammar below does not know: flattened, or dropped between brackets. */
function plainComments(text: string): string {
  if (!text.includes('(')) return text;
  let result = '';
  let quoted = false;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '(' && !quoted) {
      const end = commentEnd(text, i);
      if (end > i && !angle)
        result += ` (${text
          .slice(i + 1, end)
          .replaceAll(/\\(.)/gs, '$1')
          .replaceAll(/[()]/g, ' ')
          .trim()}) `;
      // A parenthesis that is never closed is a slip of the pen.
      if (end > i) i = end;
      continue;
    }
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '<' || character === '>')) angle = character === '<';
    result += character;
    if (quoted && character === '\\') result += text[++i] ?? '';
  }
  return result;
}

function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length && i < start + MAX_COMMENT_LENGTH; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

/**
 * RFC 2047 forbids encoded words in an address. One that holds nothing but atom characters is read; any other stays as
 * written, or it could smuggle in an "@" and make the email appear to be somebody else's.
 */
function addressOf(text: string, decoded: Restore, written: Restore): string {
  if (!text.includes('\ue000')) return normalizeAddress(text);
  const atoms = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,200}(?:@[\p{L}\p{N}._-]{1,300})?$/u;
  const address = decoded(text);
  return normalizeAddress(atoms.test(address) ? address : written(text));
}

function displayName(text: string): string {
  return cleanLine(shorten(text, 500))
    .replace(/^"(.*)"$/s, '$1')
    .replace(/^'(.*)'$/s, '$1')
    .replace(/\[\s*\]/, '')
    .replaceAll(/^[<>\s]+|[<>\s]+$/g, '');
}

/** `Doe, John <j@x>` without quotes reads as two entries, the first without an address. */
function joinSplitNames(mailboxes: readonly AddressEntry[]): readonly Address[] {
  const joined: Address[] = [];
  let pending: string[] = [];
  for (const { name, address, inGroup } of mailboxes) {
    if (address === '' && !inGroup) {
      if (name !== '' && pending.length < 4) pending.push(name);
      continue;
    }
    joined.push({ name: [...pending, name].filter((part) => part !== '').join(', '), address });
    pending = [];
  }
  return joined;
}

/** Nothing parsed: the whole `Name <address>` inside encoded words, an address in broken syntax, or a lone word. */
function lastResort(latin1: string, hint: string | null): readonly Address[] {
  const pieces = splitEncodedWords(latin1);
  const literal = cleanLine(
    decodePieces(
      pieces.filter((piece) => typeof piece === 'string'),
      hint,
    ),
  );
  const text = literal === '' ? cleanLine(decodePieces(pieces, hint)) : literal;
  const open = text.lastIndexOf('<');
  const close = text.indexOf('>', open + 1);
  if (open >= 0) {
    const address = normalizeAddress(text.slice(open + 1, close < 0 ? undefined : close));
    if (address !== '')
      return [{ name: displayName(text.slice(0, open).replaceAll(/<[^<>]*>|"/g, '')), address }];
  }
  if (literal === '') return [];
  for (const word of text.split(/[\s,;<>()"]+/)) {
    const address = word.includes('@') ? normalizeAddress(word) : '';
    if (address !== '') return [{ name: '', address }];
  }
  const [, word, name] = /^([^\s"<>@,;:()]+)(?:\s*\((.*)\))?$/.exec(text.slice(0, 1000)) ?? [];
  const address = word === undefined ? '' : normalizeAddress(word);
  return address === '' ? [] : [{ name: displayName(name ?? ''), address }];
}

/** `"john"@x` and `john@x` are one mailbox; quotes stay only where the characters need them. */
function canonicalLocalPart(text: string): string {
  const bare = text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll(/\\(.)/gs, '$1')
    .toLowerCase();
  if (/^[^\s"(),:;<>@[\\\]]+$/.test(bare)) return bare;
  return bare === '' ? '' : `"${bare.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** The domain in lower-case ASCII, '' for none, null for an invalid domain. */
function canonicalDomain(text: string): string | null {
  const domain = text
    .trim()
    .replaceAll(/\s*\.\s*/g, '.')
    // What is left of a link (`?subject=`) or of an HTML bracket (`&gt;`).
    .replace(/[?&].*$/s, '')
    .replace(/\.+$/, '')
    .toLowerCase();
  if (/^\[[^\s[\]]*\]$/.test(domain)) return domain;
  if (/[\s"(),:;<>@[\\\]]/.test(domain)) return null;
  // Node treats the name as a URL host, which rewrites plain ASCII ("1" becomes 0.0.0.1): only real IDNs go through it.
  return /^[\u0021-\u007e]*$/.test(domain) ? domain : domainToASCII(domain) || domain;
}
