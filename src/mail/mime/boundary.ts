import { lineAt } from './header-block.ts';

export type BoundaryLine = { readonly at: number; readonly closes: boolean };

/** Trailing blanks after a boundary are legal (RFC 2046 5.1.1); anything else makes it another line. */
export function matchBoundary(
  bytes: Buffer,
  start: number,
  end: number,
  positions: Map<string, number[]>,
): BoundaryLine | null {
  if (positions.size === 0 || end - start < 3 || end - start > 1200) return null;
  if (bytes[start] !== 0x2d || bytes[start + 1] !== 0x2d) return null;
  const value = bytes.toString('latin1', start + 2, end).trimEnd();
  const open = positions.get(value);
  const closed = value.endsWith('--') ? positions.get(value.slice(0, -2).trimEnd()) : undefined;
  // A boundary may itself end in "--": the longer reading wins, as the more exact one.
  if (open !== undefined) return { at: open.at(-1)!, closes: false };
  if (closed !== undefined) return { at: closed.at(-1)!, closes: true };
  // Words behind the closing line are epilogue already.
  const words = positions.get(value.slice(0, Math.max(0, value.search(/--[ \t]/))));
  return words === undefined ? null : { at: words.at(-1)!, closes: true };
}

/** The first line that starts with two dashes from `start` on, -1 without one. */
export function firstDashes(bytes: Buffer, start: number, limit: number): number {
  if (bytes[start] === 0x2d && bytes[start + 1] === 0x2d && start < limit) return start;
  return nextDashes(bytes, Math.max(start - 1, 0), limit);
}

/** The same below the line that holds `from`. */
export function nextDashes(bytes: Buffer, from: number, limit: number): number {
  const found = bytes.indexOf('\n--', from, 'latin1');
  return found < 0 || found + 1 >= limit ? -1 : found + 1;
}

/** The line end before a boundary belongs to the boundary. */
export function beforeLineEnd(bytes: Buffer, lineStart: number, from: number): number {
  let end = lineStart;
  if (end > from && bytes[end - 1] === 0x0a) end--;
  if (end > from && bytes[end - 1] === 0x0d) end--;
  return end;
}

/** The boundary a body really uses: the first line of dashes directly followed by a Content- field. */
export function inferBoundary(bytes: Buffer, start: number, limit: number): string | null {
  for (let position = firstDashes(bytes, start, limit); position >= 0;) {
    const line = lineAt(bytes, position, limit);
    const follows = bytes.toString('latin1', line.next, Math.min(line.next + 8, limit)).toLowerCase();
    const value = bytes.toString('latin1', line.start + 2, Math.min(line.end, line.start + 300)).trimEnd();
    if (follows === 'content-' && /^\S.{0,200}$/.test(value)) return value;
    position = nextDashes(bytes, Math.max(line.next - 1, position), limit);
  }
  return null;
}
