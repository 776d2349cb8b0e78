export type Uuencoded = {
  readonly name: string;
  readonly content: Buffer;
  readonly start: number;
  readonly end: number;
};

const MAX_FILES = 1000;

/** The first uuencoded file in `text`, complete with its `end` line; null without one. */
export function decodeUuencoded(text: string, from = 0): Uuencoded | null {
  for (let start = nextBegin(text, from); start >= 0; start = nextBegin(text, start + 6)) {
    const file = readFile(text, start);
    if (file !== null) return file;
  }
  return null;
}

/** Takes the uuencoded files out of a text. */
export function extractUuencoded(text: string): {
  readonly text: string;
  readonly files: readonly Uuencoded[];
} {
  if (!text.includes('begin ')) return { text, files: [] };
  const files: Uuencoded[] = [];
  let rest = '';
  let position = 0;
  for (
    let file = decodeUuencoded(text);
    file !== null && files.length < MAX_FILES;
    file = decodeUuencoded(text, position)
  ) {
    files.push(file);
    rest += text.slice(position, file.start);
    position = file.end;
  }
  return { text: rest + text.slice(position), files };
}

function nextBegin(text: string, from: number): number {
  if (from === 0 && text.startsWith('begin ')) return 0;
  const found = text.indexOf('\nbegin ', Math.max(from - 1, 0));
  return found < 0 ? -1 : found + 1;
}

function readFile(text: string, start: number): Uuencoded | null {
  const head = /^begin [0-7]{3,4} ([^\r\n]{1,300})\r*\n/.exec(text.slice(start, start + 330));
  if (head === null) return null;
  const lines: Buffer[] = [];
  let position = start + head[0].length;
  while (position < text.length) {
    const newline = text.indexOf('\n', position);
    const next = newline < 0 ? text.length : newline + 1;
    if (next - position > 200) return null;
    const line = text.slice(position, newline < 0 ? text.length : newline).replace(/\r+$/, '');
    position = next;
    if (line.trimEnd() === 'end')
      return { name: head[1]!.trim(), content: Buffer.concat(lines), start, end: position };
    if (line.trim() === '') continue;
    const decoded = decodeLine(line);
    if (decoded === null) return null;
    lines.push(decoded);
  }
  return null;
}

function decodeLine(line: string): Buffer | null {
  const length = (line.charCodeAt(0) - 32) & 63;
  const first = line.charCodeAt(0);
  const needed = Math.ceil((length * 4) / 3);
  // Relays strip trailing blanks (which stand for zeros), so a line may be short; a line longer than its padded length is not uuencode.
  if (
    first < 32 ||
    first > 96 ||
    line.length > 1 + Math.ceil(length / 3) * 4 + 2 ||
    (line.length < 2 && length > 0)
  )
    return null;
  const decoded = Buffer.alloc(length);
  for (let i = 0, out = 0; i < needed; i += 4) {
    const group = [0, 1, 2, 3].map((k) => sixBits(line, 1 + i + k));
    if (group.includes(-1)) return null;
    const bits = (group[0]! << 18) | (group[1]! << 12) | (group[2]! << 6) | group[3]!;
    for (let shift = 16; shift >= 0 && out < length; shift -= 8) decoded[out++] = (bits >> shift) & 0xff;
  }
  return decoded;
}

function sixBits(line: string, at: number): number {
  if (at >= line.length) return 0;
  const code = line.charCodeAt(at);
  return code < 32 || code > 96 ? -1 : (code - 32) & 63;
}
