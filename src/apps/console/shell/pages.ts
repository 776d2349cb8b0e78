import type { Context, Hono } from 'hono';
import { compress } from 'hono/compress';
import type { AppEnv } from '../../../people/access/app-env.ts';
import { isFromHere, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { authenticateToken } from '../../../people/credentials/authenticate-token.ts';
import { limitBodies } from '../../../platform/http/upload.ts';
import { Problem } from '../../../platform/problems.ts';
import { formatFor } from '../parts/format.ts';
import { FORM_BYTES, takesFiles } from '../parts/form-limits.ts';
import { readSettings } from './settings.ts';
import { signedOutPage } from './signed-out.ts';
import type { ConsoleDeps, Visit } from './visit.ts';
import { problemPage } from './problem-page.ts';

export type Handler = (visit: Visit) => Response | Promise<Response>;

export type Pages = {
  readonly get: (path: string, handler: Handler) => void;
  readonly post: (path: string, handler: Handler) => void;
  readonly put: (path: string, handler: Handler) => void;
};

/**
 * Registers pages that take a session. Who has none is led to sign in and comes back; what somebody typed meanwhile is
 * handed back to them. A change has to come from a page of ours.
 */
export function sessionPages(app: Hono<AppEnv>, deps: ConsoleDeps): Pages {
  const cookie = sessionCookie(deps.publicUrl);
  const limited = limitBodies(FORM_BYTES, takesFiles);
  const visitOf = async (c: Context<AppEnv>): Promise<Visit | null> => {
    const session = cookie.read(c);
    const found = session === undefined ? null : await authenticateToken(deps, session, 'session');
    if (found === null) return null;
    const { actor } = found;
    c.set('actor', actor);
    const settings = await readSettings(deps, actor, c);
    const now = deps.clock.now();
    const format = formatFor(settings.language, settings.timeZone, now);
    return { c, deps, actor, settings, format, now, say: (catalogue) => catalogue[settings.language] };
  };
  const answering =
    (handler: Handler) =>
    async (c: Context<AppEnv>): Promise<Response> => {
      const reading = c.req.method === 'GET' || c.req.method === 'HEAD';
      if (!reading && !isFromHere(c, deps.publicUrl))
        throw new Problem('forbidden', "A session cannot make changes from another site's page.");
      const visit = await visitOf(c);
      if (visit === null) return signedOutPage(c, deps);
      try {
        // Only now: whoever has no session may hold no body, and no place for uploads.
        let response: Response | undefined;
        await limited(c, async () => void (response = await handler(visit)));
        if (response === undefined) throw new Error('a page gave no answer');
        return response;
      } catch (error) {
        if (error instanceof Problem) return problemPage(visit, error);
        throw error;
      }
    };
  return {
    get: (path, handler) => void app.get(path, compress(), answering(handler)),
    post: (path, handler) => void app.post(path, answering(handler)),
    put: (path, handler) => void app.put(path, answering(handler)),
  };
}
