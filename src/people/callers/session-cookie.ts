import type { Context } from 'hono';
import { getCookie, setCookie, deleteCookie } from 'hono/cookie';
import { pathInFront } from '../../platform/http/path-in-front.ts';
import { Problem } from '../../platform/problems.ts';

/**
 * Where browsers keep a session: out of reach of scripts, never sent by other sites' forms, over https when public. A requester's
 * lies beside an operator's: one browser may have both.
 */
export function sessionCookie(publicUrl: string, whose: 'operator' | 'requester' = 'operator') {
  const secure = publicUrl.startsWith('https:');
  const plain = whose === 'operator' ? 'mailroom' : 'mailroom-requester';
  const name = secure ? sessionCookieName(publicUrl, plain) : plain;
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
  return {
    read: (c: Context): string | undefined => getCookie(c, name),
    write: (c: Context, session: string, expires: Date): void =>
      setCookie(c, name, session, { ...options, expires }),
    clear: (c: Context): void => {
      deleteCookie(c, name, options);
    },
  };
}

/**
 * The name over https. Its prefix makes browsers refuse a cookie of this name that plain http has set, and at the root of a
 * host one that a neighbouring host has set; the latter prefix allows no path.
 */
export function sessionCookieName(publicUrl: string, name = 'mailroom'): string {
  return `${pathInFront(publicUrl) === '' ? '__Host' : '__Secure'}-${name}`;
}

/**
 * True when a browser says that a page of our own made the call. A session goes with every call to us, whoever's page
 * makes it, so one that changes something has to come from here; browsers let no page lie in these headers.
 */
function isFromHere(c: Context, publicUrl: string): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  return (
    origin !== undefined && (origin === new URL(publicUrl).origin || origin === new URL(c.req.url).origin)
  );
}

/** True for a call that changes nothing. */
export function isReading(c: Context): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD';
}

/** Refuses a change that a session is to make for another site's page. */
export function requireOwnChange(c: Context, deps: { readonly publicUrl: string }): void {
  if (!isReading(c) && !isFromHere(c, deps.publicUrl))
    throw new Problem('forbidden', "A session cannot make changes from another site's page.");
}

/** Refuses a form that another site's page has sent, where nobody has to be signed in. */
export function requireOwnPage(c: Context, { publicUrl }: { readonly publicUrl: string }): void {
  if (!isFromHere(c, publicUrl)) throw new Problem('forbidden', 'This form is sent from its own page.');
}
