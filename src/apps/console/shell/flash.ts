import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { layoutWords, type Did } from './layout-words.ts';

/** What was just done, told once by the next page, and what takes it back: the id of a request or of a delivery. */
export type Flash = { readonly did: Did; readonly id: number; readonly undo: number };

const NAME = 'mailroom-did';

export function writeFlash(c: Context, did: Did, id = 0, undo = 0): void {
  setCookie(c, NAME, `${did}.${id}.${undo}`, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 30 });
}

export function takeFlash(c: Context): Flash | null {
  const value = getCookie(c, NAME);
  if (value === undefined) return null;
  deleteCookie(c, NAME, { path: '/' });
  const match = /^([a-z]+)\.(\d{1,15})\.(\d{1,15})$/.exec(value);
  const did = match?.[1] ?? '';
  return match === null || !(did in layoutWords.en.did)
    ? null
    : { did: did as Did, id: Number(match[2]), undo: Number(match[3]) };
}
