import type { Context } from 'hono';
import { getCookie, setCookie, deleteCookie } from 'hono/cookie';

/** Where browsers keep a session: out of reach of scripts, never sent by other sites' forms, over https when public. */
export function sessionCookie(publicUrl: string) {
  const secure = publicUrl.startsWith('https:');
  // The prefix makes browsers refuse a cookie of this name that a neighbouring host or plain http has set.
  const name = secure ? '__Host-mailroom' : 'mailroom';
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
 * True when a browser says that a page of our own made the call. A session goes with every call to us, whoever's page
 * makes it, so one that changes something has to come from here; browsers let no page lie in these headers.
 */
export function isFromHere(c: Context, publicUrl: string): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && (origin === publicUrl || origin === new URL(c.req.url).origin);
}
