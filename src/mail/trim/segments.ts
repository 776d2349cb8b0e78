import { attributionInside, attributionLength } from './attribution.ts';
import { headerBlockLength } from './header-block.ts';
import { originalMarker } from './original-message.ts';

/**
 * A stretch of a mail's text: the writer's own lines, or quoted ones with what introduced them.
 * `history` runs to the end of the mail without any quote mark, `verbatim` is a forwarded mail the writer sends on.
 */
export type Segment = {
  readonly kind: 'own' | 'quote' | 'history' | 'verbatim';
  readonly attribution: readonly string[];
  readonly lines: readonly string[];
};

/** Divides lines into the writer's own, quoted and forwarded stretches, in order, none of them lost. */
export function segmentsOf(lines: readonly string[]): readonly Segment[] {
  const segments: Segment[] = [];
  let own: string[] = [];
  let fenced = false;
  const closeOwn = (): void => {
    if (own.length > 0) segments.push({ kind: 'own', attribution: [], lines: own });
    own = [];
  };
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (isFence(line)) fenced = !fenced;
    if (line === '') {
      own.push(line);
      at += 1;
      continue;
    }
    const inside = fenced ? -1 : attributionInside(line);
    const found = fenced || inside > 0 ? null : introductionAt(lines, at);
    if (found === 'forward') {
      closeOwn();
      segments.push({ kind: 'verbatim', attribution: [], lines: lines.slice(at) });
      return segments;
    }
    if (found === null) {
      own.push(inside < 0 ? line : line.slice(0, inside).replace(/[\s-]+$/, ''));
      at += 1;
      if (inside < 0) continue;
    }
    closeOwn();
    const attribution = lines.slice(at, at + (found ?? 0));
    const start = at + attribution.length;
    const end = quoteEnd(lines, start);
    if (end === start) {
      segments.push({ kind: 'history', attribution, lines: lines.slice(start) });
      return segments;
    }
    const inner = attribution.length === 0 && found === 0 ? quotedAttribution(lines, start, end) : start;
    segments.push({
      kind: 'quote',
      attribution: found === null ? [line] : [...attribution, ...lines.slice(start, inner)],
      lines: lines.slice(inner, end),
    });
    at = end;
  }
  closeOwn();
  return segments;
}

/** Lines that introduce a quote at `at` (0 when the quote itself begins there), `forward`, or null for the writer's own text. */
function introductionAt(lines: readonly string[], at: number): number | 'forward' | null {
  const line = lines[at] ?? '';
  if (line.trim() === '') return null;
  if (isQuoted(line)) return 0;
  const marker = originalMarker(line);
  if (marker === 'forward') return 'forward';
  if (marker === 'original') return 1 + headerBlockLength(lines, at + 1);
  return headerBlockLength(lines, at) || attributionLength(lines, at) || null;
}

/** Some clients quote the line that introduces the quote as well: where the quoted words begin behind it. */
function quotedAttribution(lines: readonly string[], start: number, end: number): number {
  const opening: string[] = [];
  for (let at = start; at < Math.min(end, start + 8); at += 1)
    opening.push((lines[at] ?? '').replace(/^[ \t\u00a0]{0,20}>[ \t]?/, ''));
  const first = opening.findIndex((line) => line.trim() !== '');
  const length = first < 0 ? 0 : attributionLength(opening, first);
  return length === 0 ? start : start + first + length;
}

/** Where the run of quoted lines ends: blank lines inside it and lines a mail program wrapped belong to it. */
function quoteEnd(lines: readonly string[], start: number): number {
  let at = start;
  let end = start;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (isQuoted(line)) end = at + 1;
    else if (line.trim() !== '' && !(end > start && at === end && isWrapped(lines, at))) break;
    else if (line.trim() !== '') end = at + 1;
    at += 1;
  }
  return end;
}

function isWrapped(lines: readonly string[], at: number): boolean {
  const above = lines[at - 1] ?? '';
  const line = lines[at] ?? '';
  if (!isQuoted(above) || !isQuoted(lines[at + 1] ?? '')) return false;
  if (above.length > 2000 || line.length > 400) return false;
  if (/^\s*[(<]?(https?:|\()\S*[)>]?\s*>?\s*$/.test(line)) return true;
  const open = above.lastIndexOf('(http');
  if (open >= 0 && !above.slice(open).includes(')')) return true;
  return (
    above.length >= 60 &&
    line.length <= 80 &&
    /^[\p{Ll}\d"'(]/u.test(line) &&
    /[\p{L}\p{N},-]\s*$/u.test(above)
  );
}

/** Code between fences may hold anything; a fence that is never closed counts for nothing. */
function isFence(line: string): boolean {
  return line.length < 100 && line.includes('```') && line.trimStart().startsWith('```');
}

function isQuoted(line: string): boolean {
  return /^[ \t\u00a0]{0,20}>/.test(line);
}
