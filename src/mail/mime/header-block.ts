/** A header field as bytes: the name lower-cased, the value unfolded, one character a byte (latin1). */
export type RawHeader = { readonly name: string; readonly value: string };

export type HeaderBlock = { readonly headers: readonly RawHeader[]; readonly bodyStart: number };

type Line = { readonly start: number; readonly end: number; readonly next: number };

/** These fields are always kept; of the others only so many, or a 10 MB block would cost gigabytes. */
const important = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'authentication-results',
  'auto-submitted',
  'precedence',
  'return-path',
  'x-failed-recipients',
  'list-id',
]);
/** Length, first and last letter of the important names: tells nearly every other field without making a string of it. */
const importantShapes = new Set(
  [...important].map((name) => shapeOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1))),
);
const MAX_HEADERS = 4000;
/** Fields below a line of blanks are looked at this far for a known one. */
const MAX_LOOK_AHEAD = 20;
const MAX_FIELD_LENGTH = 4 * 1024 * 1024;

/**
 * The header fields from `start` on and where the body begins. The block ends at the first empty line, at one of blanks with
 * no further fields below, at a line that `isEnd` claims, or before the first line that is no field when no known field follows.
 * Never throws.
 */
export function readHeaderBlock(
  bytes: Buffer,
  start: number,
  end: number,
  isEnd: (lineStart: number, lineEnd: number) => boolean = () => false,
): HeaderBlock {
  const headers: RawHeader[] = [];
  const kept = { important: 0, other: 0 };
  let field: { start: number; end: number } | null = null;
  let strayStart = -1;
  let lastFieldEnd = start;

  const keep = (): void => {
    if (field === null) return;
    const { start: from, end: to } = field;
    field = null;
    if (kept.other >= MAX_HEADERS && !mayBeImportant(bytes, from, to)) return;
    const header = readField(bytes, from, to);
    if (kept[important.has(header.name) ? 'important' : 'other']++ < MAX_HEADERS) headers.push(header);
  };

  for (let position = start; position < end;) {
    const line = lineAt(bytes, position, end);
    if (isEnd(line.start, line.end)) {
      keep();
      return { headers, bodyStart: strayStart >= 0 ? strayStart : line.start };
    }
    const ends = line.end === line.start || (isBlank(bytes, line) && !goesOn(bytes, line.next, end));
    if (ends && !(line.start === start && line.end > line.start)) {
      keep();
      return { headers, bodyStart: strayStart >= 0 ? strayStart : line.next };
    }
    const first = bytes[line.start]!;
    const indented = line.start === start ? indentOf(bytes, line) : 0;
    if (indented > 0 && isKnownField(bytes, { ...line, start: start + indented })) {
      field = { start: start + indented, end: line.end };
    } else if ((first === 0x20 || first === 0x09) && (field !== null || isBlank(bytes, line))) {
      if (field !== null) field.end = line.end;
      if (field === null && strayStart < 0) strayStart = line.start;
    } else if (isField(bytes, line)) {
      // After a stray line only a field we know counts: "Note: …" may be the first words of a body without its empty line.
      if (strayStart < 0 || isKnownField(bytes, line)) {
        keep();
        strayStart = -1;
        field = { start: line.start, end: line.end };
      }
    } else {
      keep();
      if (strayStart < 0) strayStart = line.start;
    }
    if (strayStart < 0) lastFieldEnd = line.next;
    position = line.next;
  }
  keep();
  return { headers, bodyStart: strayStart >= 0 ? strayStart : Math.max(lastFieldEnd, start) };
}

/** Tells whether a line of blanks lies inside a header: a parameter or an id follows, or nothing but fields, one of them known. */
function goesOn(bytes: Buffer, from: number, end: number): boolean {
  if (
    /^[ \t]+(?:[a-z0-9*-]{1,60}=|<\S+>|=\?)/i.test(bytes.toString('latin1', from, Math.min(end, from + 200)))
  )
    return true;
  for (let position = from, lines = 0; position < end && lines < MAX_LOOK_AHEAD; lines++) {
    const line = lineAt(bytes, position, end);
    const first = bytes[line.start];
    if (line.end === line.start) return lines === 0;
    if (first !== 0x20 && first !== 0x09) {
      if (!isField(bytes, line)) return false;
      if (isKnownField(bytes, line)) return true;
    }
    position = line.next;
  }
  return false;
}

/** The first field of that name, or null. */
export function firstHeader(headers: readonly RawHeader[], name: string): string | null {
  return headers.find((header) => header.name === name)?.value ?? null;
}

/** The line at `start`: its end without CR and LF, and where the next one begins. */
export function lineAt(bytes: Buffer, start: number, limit: number): Line {
  const newline = bytes.indexOf(0x0a, start);
  const next = newline < 0 || newline >= limit ? limit : newline + 1;
  let lineEnd = newline < 0 || newline >= limit ? limit : newline;
  while (lineEnd > start && bytes[lineEnd - 1] === 0x0d) lineEnd--;
  return { start, end: lineEnd, next };
}

function shapeOf(length: number, first: number, last: number): number {
  return length * 0x10000 + (first | 0x20) * 0x100 + (last | 0x20);
}

function mayBeImportant(bytes: Buffer, start: number, end: number): boolean {
  let colon = start;
  while (colon < end && bytes[colon] !== 0x3a) colon++;
  let last = colon - 1;
  while (last > start && (bytes[last] === 0x20 || bytes[last] === 0x09)) last--;
  return importantShapes.has(shapeOf(last - start + 1, bytes[start] ?? 0, bytes[last] ?? 0));
}

function readField(bytes: Buffer, start: number, end: number): RawHeader {
  let colon = bytes.indexOf(0x3a, start);
  if (colon < 0 || colon >= end) colon = end;
  const name = bytes.toString('latin1', start, colon).trimEnd().toLowerCase();
  return { name, value: trimBlanks(unfolded(bytes, colon + 1, Math.min(end, colon + 1 + MAX_FIELD_LENGTH))) };
}

/** Copied byte by byte: replacing the line ends of a field of two million folds in a string takes a second. */
function unfolded(bytes: Buffer, start: number, end: number): string {
  const feed = bytes.indexOf(0x0a, start);
  const carriage = bytes.indexOf(0x0d, start);
  if ((feed < 0 || feed >= end) && (carriage < 0 || carriage >= end))
    return bytes.toString('latin1', start, end);
  const kept = Buffer.allocUnsafe(Math.max(0, end - start));
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x0a || (byte === 0x0d && bytes[i + 1] === 0x0a)) continue;
    kept[length++] = byte === 0x0d ? 0x20 : byte;
  }
  return kept.toString('latin1', 0, length);
}

function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && (value[start] === ' ' || value[start] === '\t')) start++;
  while (end > start && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--;
  return value.slice(start, end);
}

/** A field name is printable ASCII up to a colon (blanks before the colon are tolerated). */
function isField(bytes: Buffer, line: Line): boolean {
  let i = line.start;
  while (i < line.end && bytes[i]! > 0x20 && bytes[i] !== 0x3a && bytes[i]! !== 0x7f) i++;
  if (i === line.start) return false;
  while (i < line.end && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++;
  return i < line.end && bytes[i] === 0x3a;
}

function isKnownField(bytes: Buffer, line: Line): boolean {
  const name = bytes.toString('latin1', line.start, Math.min(line.end, line.start + 60)).toLowerCase();
  return /^(?:content-[a-z-]+|from|to|cc|subject|date|message-id|mime-version|received|return-path|reply-to|references|in-reply-to|sender|x-[a-z0-9-]+)[ \t]*:/.test(
    name,
  );
}

function indentOf(bytes: Buffer, line: Line): number {
  let i = line.start;
  while (i < line.end && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++;
  return i - line.start;
}

function isBlank(bytes: Buffer, line: Line): boolean {
  for (let i = line.start; i < line.end; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09) return false;
  return true;
}
