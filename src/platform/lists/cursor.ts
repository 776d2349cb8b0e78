import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { invalidField } from '../problems.ts';

/**
 * Where a page ended: the sort value of its last row as text (null when the row has none) and that row's id; or a place right beside
 * a row, whose id no row needs to have.
 */
export type Position = { readonly value: string | null; readonly id: number };

const positionSchema = z.tuple([z.union([z.string(), z.null()]), z.int().nonnegative()]);

/** Writes a position as an opaque cursor. `scope` names the list, its sort and its filters; the cursor fits no other. */
export function encodeCursor(position: Position, scope: string): string {
  const payload = Buffer.from(JSON.stringify([position.value, position.id])).toString('base64url');
  return `${payload}.${checksum(payload, scope).toString('base64url')}`;
}

/** Reads a cursor back; a damaged one, or one from another list, sort or filter, is refused by the name
 * of its parameter. */
export function decodeCursor(cursor: string, scope: string, parameter = 'cursor'): Position {
  const [payload, sum, ...rest] = cursor.split('.');
  if (payload === undefined || sum === undefined || rest.length > 0) throw badCursor(parameter);
  const given = Buffer.from(sum, 'base64url');
  const expected = checksum(payload, scope);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badCursor(parameter);
  const parsed = positionSchema.safeParse(readJson(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success) throw badCursor(parameter);
  return { value: parsed.data[0], id: parsed.data[1] };
}

/** The refusal of a cursor that this list did not give for this sort and these filters. */
export function badCursor(parameter = 'cursor'): Error {
  return invalidField(parameter, 'is not a cursor of this list with the same sort and filters');
}

// No secret is in it: it tells a damaged or foreign cursor apart. A forged one reaches nothing that its caller may not
// read anyway, because the list's own conditions stay in the query.
function checksum(payload: string, scope: string): Buffer {
  return createHash('sha256').update(`${scope}\n${payload}`).digest().subarray(0, 12);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
