import type { Context, MiddlewareHandler } from 'hono';
import { getPath } from 'hono/utils/url';

/** The path that the desk stands under at its public address, such as `/desk`; empty at the root of a host. */
export function pathInFront(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** A path of the desk, whether the path in front is still on it or a proxy has taken it off. */
export function pathBehind(front: string, path: string): string {
  if (front === '' || (path !== front && !path.startsWith(`${front}/`))) return path;
  return path.slice(front.length) || '/';
}

/** What a call asks for within the desk: routes know nothing of the path in front. */
export function routedPath(front: string): (request: Request) => string {
  return (request) => pathBehind(front, getPath(request));
}

/** What is in front of a call's path for the browser that made it. */
export function frontOf(c: Context): string {
  const front: unknown = c.get('front');
  return typeof front === 'string' ? front : '';
}

/**
 * Every page, redirect and cookie is written as if the desk stood at the root of a host; here they are moved to where it
 * stands, all of them, so that no page can forget to.
 */
export function belowFront(front: string): MiddlewareHandler {
  return async (c, next) => {
    c.set('front', front);
    await next();
    if (front === '') return;
    if (c.res.headers.get('content-type')?.startsWith('text/html') === true && c.res.body !== null)
      c.res = new Response(addressesBelow(front, await c.res.text()), c.res);
    const { headers } = c.res;
    const below = (path: string) => (path === '/' ? front : `${front}${path}`);
    const location = headers.get('location');
    if (location !== null && isOfDesk(location)) headers.set('location', `${front}${location}`);
    const cookies = headers.getSetCookie();
    headers.delete('set-cookie');
    for (const cookie of cookies) headers.append('set-cookie', cookie.replace(/(?<=; Path=)[^;]*/i, below));
  };
}

const TAG = /<[a-z][^<>]*>/gi;
const ADDRESS = /(\s(?:href|src|action|formaction|data-page|data-draft)=")(?=\/(?!\/))/gi;

// Within tags alone: what somebody wrote may look like an attribute, and is text. Our templates and the sanitiser of mail
// both write `<` and `>` as entities everywhere else, and quote every attribute.
function addressesBelow(front: string, page: string): string {
  return page.replace(TAG, (tag) => tag.replace(ADDRESS, `$1${front}`));
}

function isOfDesk(address: string): boolean {
  return /^\/(?!\/)/.test(address);
}
