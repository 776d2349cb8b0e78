import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { takeFlash, writeFlash } from './flash.ts';
import { layout, type PageParts } from './layout.ts';
import type { Did } from './layout-words.ts';
import { readNavigation } from './navigation.ts';
import { PAGE_POLICY } from './policy.ts';
import type { Visit } from './visit.ts';

/** Answers with a page. */
export async function respond(
  visit: Visit,
  parts: PageParts,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  // A live look at the page must not take what the page itself has yet to tell.
  const isLive = visit.c.req.header('x-live') !== undefined;
  const flash = isLive ? null : takeFlash(visit.c);
  const navigation = await readNavigation(visit);
  return visit.c.html(layout(visit, parts, { navigation, flash }), status, {
    'content-security-policy': PAGE_POLICY,
    // A form leads back to the list that its page came from; other sites learn nothing.
    'referrer-policy': 'same-origin',
  });
}

/** Leads on to a page after a change, which tells what was done. */
export function done(
  visit: Visit,
  to: string,
  told?: { readonly did: Did; readonly id?: number; readonly undo?: number },
): Response {
  if (told !== undefined) writeFlash(visit.c, told.did, told.id, told.undo);
  return visit.c.redirect(to, 303);
}
