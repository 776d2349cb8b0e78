import { listMailboxes } from '../../mailboxes/settings/list-mailboxes.ts';
import { endSession } from '../../people/credentials/end-session.ts';
import { sessionCookie } from '../../people/callers/session-cookie.ts';
import type { Pages } from './shell/pages.ts';

/** Where one arrives and leaves: at one's own requests, or where a desk without mailboxes begins. */
export function homeHandlers(pages: Pages): void {
  pages.get('/', async ({ c, deps, actor, settings }) => {
    const mailboxes = await listMailboxes(deps, actor);
    if (mailboxes.length === 0 && actor.role === 'admin') return c.redirect('/begin', 303);
    return c.redirect(`/requests?${settings.lastView ?? 'view=open'}`, 303);
  });
  pages.post('/sign-out', async ({ c, deps }) => {
    const cookie = sessionCookie(deps.publicUrl);
    const session = cookie.read(c);
    if (session !== undefined) await endSession(deps, session);
    cookie.clear(c);
    return c.redirect('/sign-in', 303);
  });
}
