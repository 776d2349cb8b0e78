import type { Context, Hono } from 'hono';
import type { AppEnv } from '../../../people/access/app-env.ts';
import { requireOwnChange, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { authenticateToken } from '../../../people/credentials/authenticate-token.ts';
import { feedCursor, findNow } from '../../../integrations/feed/list-feed.ts';
import { limitBodies } from '../../../platform/http/upload.ts';
import { Problem } from '../../../platform/problems.ts';
import { formatFor } from '../parts/format.ts';
import { FORM_BYTES, takesFiles } from '../parts/form-limits.ts';
import { readSettings } from './settings.ts';
import { signedOutPage } from './signed-out.ts';
import type { ConsoleDeps, Visit } from './visit.ts';
import { problemPage } from './problem-page.ts';

type PageAnswer = Response | Promise<Response>;
export type Handler = (visit: Visit) => PageAnswer;

// A page that is refused has lost what was typed in it: it waits for others' files longer than most of them take.
const UPLOAD_WAIT_MS = 60_000;

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
  const visitOf = async (c: Context<AppEnv>): Promise<Visit | null> => {
    const session = cookie.read(c);
    if (session === undefined) return null;
    const found = await authenticateToken(deps, session, 'session');
    if (found === null) return null;
    const { actor } = found;
    c.set('actor', actor);
    // Before anything that the page shows is read, so that what happens from then on reaches it.
    const [settings, place] = await Promise.all([readSettings(deps, actor, c), findNow(deps)]);
    const now = deps.clock.now();
    const format = formatFor(settings.language, settings.timeZone, now);
    const say: Visit['say'] = (catalogue) => catalogue[settings.language];
    return { c, deps, actor, session, settings, format, now, feed: feedCursor(place), say };
  };
  const answer = answering({
    publicUrl: deps.publicUrl,
    takesFiles,
    visitOf,
    signedOut: (c) => signedOutPage(c, deps),
    refused: problemPage,
  });
  return {
    get: (path, handler) => void app.get(path, answer(handler)),
    post: (path, handler) => void app.post(path, answer(handler)),
    put: (path, handler) => void app.put(path, answer(handler)),
  };
}

type Ways<Caller> = {
  readonly publicUrl: string;
  /** True for the path of a form that may bring files along. */
  readonly takesFiles: (path: string) => boolean;
  /** Null for who has no session. */
  readonly visitOf: (c: Context<AppEnv>) => Promise<Caller | null>;
  readonly signedOut: (c: Context<AppEnv>) => PageAnswer;
  readonly refused: (visit: Caller, problem: Problem) => PageAnswer;
};

/** Makes handlers of pages that take a session. A change has to come from a page of ours. */
export function answering<Caller>({ publicUrl, takesFiles, visitOf, signedOut, refused }: Ways<Caller>) {
  const limited = limitBodies(FORM_BYTES, takesFiles, { waitMs: UPLOAD_WAIT_MS });
  return (handler: (visit: Caller) => PageAnswer) =>
    async (c: Context<AppEnv>): Promise<Response> => {
      requireOwnChange(c, { publicUrl });
      const visit = await visitOf(c);
      if (visit === null) return signedOut(c);
      try {
        // Only now: a caller without a session may hold neither a body nor a place for uploads.
        let response: Response | undefined;
        await limited(c, async () => void (response = await handler(visit)));
        if (response === undefined) throw new Error('a page gave no answer');
        return response;
      } catch (error) {
        if (error instanceof Problem) return refused(visit, error);
        throw error;
      }
    };
}
