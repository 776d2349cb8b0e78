import { beforeLineEnd, firstDashes, inferBoundary, matchBoundary, nextDashes } from './boundary.ts';
import { decodeHeaderText } from './encoded-words.ts';
import type { HeaderBlock, RawHeader } from './header-block.ts';
import { firstHeader, lineAt, readHeaderBlock } from './header-block.ts';
import type { Structured } from './parameters.ts';
import { parseStructured, stripComments } from './parameters.ts';

/** One node of the MIME tree: its header and the range of its body in the email's bytes. */
export type Entity = {
  readonly parent: Entity | null;
  readonly depth: number;
  readonly headers: readonly RawHeader[];
  readonly type: string;
  readonly contentType: Structured;
  readonly disposition: Structured;
  readonly encoding: string;
  readonly contentId: string | null;
  readonly bodyStart: number;
  bodyEnd: number;
  /** How many parts a multipart was found to have; one without any is treated as a leaf. */
  parts: number;
  /** The outermost multipart/alternative around this part, and its branch that holds this part. */
  readonly alternative: { readonly of: Entity; readonly branch: number } | null;
};

type Open = { readonly entity: Entity; readonly boundary: string };

/** Beyond this many parts the rest of the email belongs to the last one: a part of five bytes costs a hundred times that in memory. */
const MAX_PARTS = 20_000;
/** Boundary parameters that lie are searched for in the body this often; each search reads the body again. */
const MAX_INFERENCES = 8;

/** Every leaf of the email in order, with its ancestors. Linear in the bytes, without recursion: any depth of nesting will do. */
export function readEntities(bytes: Buffer): { readonly root: Entity; readonly leaves: readonly Entity[] } {
  const root = readPart(bytes, 0, bytes.length, null, 0);
  const entities: Entity[] = [root];
  const waiting: Entity[] = [];
  splitInto(bytes, root, boundaryOf(root), entities, waiting);
  for (let tries = 0; tries < MAX_INFERENCES && waiting.length > 0; tries++) {
    const entity = waiting.shift()!;
    const boundary = inferBoundary(bytes, entity.bodyStart, entity.bodyEnd);
    if (boundary !== null) splitInto(bytes, entity, boundary, entities, waiting);
  }
  const leaves = entities.filter((entity) => entity.parts === 0);
  return { root, leaves: leaves.toSorted((a, b) => a.bodyStart - b.bodyStart || a.depth - b.depth) };
}

/** Walks the lines that start with "--" under `top`, opening and closing parts; multiparts that got none go to `waiting`. */
function splitInto(
  bytes: Buffer,
  top: Entity,
  boundary: string | null,
  entities: Entity[],
  waiting: Entity[],
): void {
  const limit = top.bodyEnd;
  const stack: Open[] = [];
  const positions = new Map<string, number[]>();
  let current: Entity = top;

  const push = (entity: Entity, value: string | null): void => {
    if (value === null) return void (isMultipart(entity) && waiting.push(entity));
    const list = positions.get(value);
    if (list === undefined) positions.set(value, [stack.length]);
    else list.push(stack.length);
    stack.push({ entity, boundary: value });
  };
  const closeDownTo = (size: number, end: number): void => {
    while (stack.length > size) {
      const { entity, boundary: value } = stack.pop()!;
      const list = positions.get(value)!;
      list.pop();
      if (list.length === 0) positions.delete(value);
      entity.bodyEnd = Math.min(entity.bodyEnd, end);
      if (entity.parts === 0) waiting.push(entity);
    }
  };
  push(top, boundary);

  let position = firstDashes(bytes, top.bodyStart, limit);
  while (position >= 0 && position < limit && stack.length > 0) {
    const line = lineAt(bytes, position, limit);
    const hit = matchBoundary(bytes, line.start, line.end, positions);
    if (hit === null) {
      position = nextDashes(bytes, Math.max(line.next - 1, position), limit);
      continue;
    }
    if (!hit.closes && entities.length >= MAX_PARTS) break;
    const end = beforeLineEnd(bytes, position, top.bodyStart);
    if (current.bodyEnd > end) current.bodyEnd = Math.max(end, current.bodyStart);
    if (hit.closes) {
      const parent = stack[hit.at]!.entity;
      closeDownTo(hit.at, end);
      // What follows up to the outer boundary is epilogue: it belongs to nobody.
      current = parent;
      position = nextDashes(bytes, Math.max(line.next - 1, position), limit);
      continue;
    }
    closeDownTo(hit.at + 1, end);
    const parent = stack[hit.at]!.entity;
    const unopened = current === parent && parent.parts === 0 ? unopenedPart(bytes, parent, end) : null;
    if (unopened !== null) entities.push(unopened);
    current = readPart(
      bytes,
      line.next,
      limit,
      parent,
      parent.parts++,
      (start, stop) => matchBoundary(bytes, start, stop, positions) !== null,
    );
    entities.push(current);
    push(current, boundaryOf(current));
    position = firstDashes(bytes, current.bodyStart, limit);
  }
  closeDownTo(0, limit);
}

function readPart(
  bytes: Buffer,
  start: number,
  end: number,
  parent: Entity | null,
  branch: number,
  isEnd?: (lineStart: number, lineEnd: number) => boolean,
): Entity {
  return partOf(readHeaderBlock(bytes, start, end, isEnd), end, parent, branch);
}

/**
 * The part above a multipart's first boundary: some mailers forget that boundary, so that the part's own fields end up among
 * the multipart's or at the beginning of what is its preamble.
 */
function unopenedPart(bytes: Buffer, parent: Entity, end: number): Entity | null {
  const start = parent.bodyStart;
  const second = parent.headers.findLastIndex(({ name }) => name === 'content-type');
  const first = parent.headers.findIndex(({ name }) => name === 'content-type');
  const isText = /^\s*text\//i.test(parent.headers[second]?.value ?? '');
  if (second > first && isText && bytes.toString('latin1', start, Math.min(end, start + 1000)).trim() !== '')
    return partOf({ headers: parent.headers.slice(second), bodyStart: start }, end, parent, parent.parts++);
  const opening = /^\s*(?=content-type\s*:)/i.exec(
    bytes.toString('latin1', start, Math.min(end, start + 200)),
  );
  return opening === null ? null : readPart(bytes, start + opening[0].length, end, parent, parent.parts++);
}

function partOf(
  { headers, bodyStart }: HeaderBlock,
  end: number,
  parent: Entity | null,
  branch: number,
): Entity {
  const contentType = parseStructured(firstHeader(headers, 'content-type'));
  const disposition = parseStructured(firstHeader(headers, 'content-disposition'));
  const fallback = parent?.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const id = firstHeader(headers, 'content-id');
  return {
    parent,
    depth: parent === null ? 0 : parent.depth + 1,
    headers,
    type: mediaType(contentType.value, fallback),
    contentType,
    disposition,
    encoding: transferEncoding(firstHeader(headers, 'content-transfer-encoding')),
    contentId:
      id === null
        ? null
        : decodeHeaderText(id).replace(/^<+/, '').replace(/>.*$/, '').trim().slice(0, 500) || null,
    bodyStart,
    bodyEnd: end,
    parts: 0,
    alternative:
      parent?.alternative ?? (parent?.type === 'multipart/alternative' ? { of: parent, branch } : null),
  };
}

function mediaType(value: string, fallback: string): string {
  const clean = value.replaceAll(/\s+/g, '');
  if (/^[a-z0-9!#$&^_.+-]{1,80}\/[a-z0-9!#$&^_.+-]{1,120}$/.test(clean)) return clean;
  if (clean === '') return fallback;
  // "multipart" alone: its boundary tells what it is.
  if (/^multipart\/?$/.test(clean)) return 'multipart/mixed';
  // A type with the next field or other words run into it.
  const first = /^([a-z]{1,40}\/[a-z0-9.+-]{1,120})[\s,:\\]/.exec(value.trimStart())?.[1];
  if (first !== undefined) return first;
  // "text", "html", "Mail message body" and the like of old mailers.
  return clean === 'html'
    ? 'text/html'
    : clean.startsWith('text') || !clean.includes('/')
      ? 'text/plain'
      : 'application/octet-stream';
}

function transferEncoding(field: string | null): string {
  return /[a-z0-9-]+/.exec(stripComments((field ?? '').slice(0, 1000)).toLowerCase())?.[0] ?? '';
}

function isMultipart(entity: Entity): boolean {
  return entity.type.startsWith('multipart/');
}

function boundaryOf(entity: Entity): string | null {
  if (!isMultipart(entity)) return null;
  const value = entity.contentType.decoded.get('boundary') ?? entity.contentType.params.get('boundary') ?? '';
  return value.trimEnd() === '' ? null : value.trimEnd().slice(0, 1000);
}
