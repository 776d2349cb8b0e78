import { unescapedBytes } from '../charsets/unescaped-bytes.ts';
import { decodeText } from '../charsets/decode-text.ts';

/** A structured field such as Content-Type: its value lower-cased, parameters by lower-cased name, all as latin1 except `decoded`. */
export type Structured = {
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
  /** Parameters that RFC 2231 wrote in pieces or percent-encoded, as text. */
  readonly decoded: ReadonlyMap<string, string>;
};

type Section = { readonly number: number; readonly value: string; readonly encoded: boolean };

const MAX_LENGTH = 64 * 1024;

/** Reads `value; name=token; name="quoted"; name*0*=utf-8''a%20b` with the faults real mailers make. The first of two equal names wins. */
export function parseStructured(field: string | null, hint: string | null = null): Structured {
  const params = new Map<string, string>();
  const sections = new Map<string, Section[]>();
  const [head = '', ...rest] = splitAtSemicolons((field ?? '').slice(0, MAX_LENGTH));
  let firstPart = unquote(stripComments(head)).trim().toLowerCase();
  const items = rest;
  // `text/plain charset=utf-8`: the semicolon forgotten.
  const forgotten = /^([^\s;=]+)[\s,]+([a-z*0-9-]+\s*=.*)$/s.exec(firstPart);
  if (forgotten !== null) {
    firstPart = forgotten[1]!;
    items.unshift(
      head
        .trim()
        .slice(forgotten[1]!.length)
        .replace(/^[\s,]+/, ''),
    );
  }
  for (const item of items) {
    const equals = item.indexOf('=');
    if (equals < 0) continue;
    const name = stripComments(item.slice(0, equals)).trim().toLowerCase();
    const value = parameterValue(item.slice(equals + 1));
    const piece = /^(.+?)\*(?:(\d{1,4})(\*)?)?$/.exec(name);
    if (piece === null) {
      if (name !== '' && !params.has(name)) params.set(name, value);
      continue;
    }
    const list = sections.get(piece[1]!) ?? [];
    list.push({
      number: Number(piece[2] ?? 0),
      value,
      encoded: piece[2] === undefined || piece[3] !== undefined,
    });
    sections.set(piece[1]!, list);
  }
  const decoded = new Map<string, string>();
  for (const [name, list] of sections) decoded.set(name, joinSections(list, hint));
  return { value: firstPart, params, decoded };
}

/** The field without its parenthesised comments; an unclosed parenthesis stays. */
export function stripComments(text: string): string {
  if (!text.includes('(')) return text;
  let result = '';
  let depth = 0;
  let quoted = false;
  let opened = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\' && (quoted || depth > 0)) {
      if (depth === 0) result += text.slice(i, i + 2);
      i++;
    } else if (character === '"' && depth === 0) {
      quoted = !quoted;
      result += character;
    } else if (character === '(' && !quoted) {
      if (depth++ === 0) opened = i;
    } else if (character === ')' && !quoted && depth > 0) {
      depth--;
    } else if (depth === 0) {
      result += character;
    }
  }
  return depth === 0 ? result : result + text.slice(opened);
}

function splitAtSemicolons(field: string): string[] {
  const items: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < field.length; i++) {
    const character = field[i];
    if (character === '\\' && quoted) i++;
    else if (character === '"') quoted = !quoted && closes(field, i);
    else if (character === ';' && !quoted) {
      items.push(field.slice(start, i));
      start = i + 1;
    }
  }
  items.push(field.slice(start));
  return items;
}

/** A quote that is never closed is an ordinary character, or it would swallow the parameters behind it. */
function closes(field: string, quote: number): boolean {
  return field.indexOf('"', quote + 1) >= 0;
}

function parameterValue(text: string): string {
  const value = text.trim();
  if (value.startsWith('"')) return unquote(value);
  // A comment needs a blank before it: in `name=Invoice(1).pdf` the parenthesis belongs to the name.
  const comment = value.search(/\s\(/);
  const bare = comment >= 0 && value.endsWith(')') && !/\.\w+$/.test(value) ? value.slice(0, comment) : value;
  return bare.replace(/^'(.*)'$/s, '$1').trim();
}

function unquote(text: string): string {
  const value = text.trim();
  if (!value.startsWith('"')) return value;
  let result = '';
  for (let i = 1; i < value.length; i++) {
    const character = value[i]!;
    if (character === '"') break;
    // Windows paths are written with single backslashes; only a quote or another backslash is really escaped.
    if (character === '\\' && (value[i + 1] === '"' || value[i + 1] === '\\')) result += value[++i]!;
    else result += character;
  }
  return result;
}

function joinSections(sections: readonly Section[], hint: string | null): string {
  const ordered = sections.toSorted((a, b) => a.number - b.number);
  let charset: string | null = null;
  const parts: Buffer[] = [];
  ordered.forEach(({ value, encoded }, index) => {
    const tagged = index === 0 && encoded ? /^([^']{0,60})'[^']{0,60}'(.*)$/s.exec(value) : null;
    if (tagged !== null) charset = tagged[1]! || 'utf-8';
    parts.push(encoded ? unescapedBytes(tagged?.[2] ?? value, '%') : Buffer.from(value, 'latin1'));
  });
  return decodeText(Buffer.concat(parts), charset, hint);
}
