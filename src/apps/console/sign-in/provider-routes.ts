import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Deps } from '../../../platform/deps.ts';
import type { ApiRoutes, AppEnv } from '../../../people/access/app-env.ts';
import { sessionCookie } from '../../../people/callers/session-cookie.ts';
import type { CodeSignIn } from '../../../people/credentials/code-sign-in.ts';
import { beginErrand, endErrand } from './errands.ts';
import type { EditDeps } from '../../../people/operators/edit-operator.ts';
import { openIdentitySession } from '../../../people/credentials/open-identity-session.ts';
import { openRequesterSession } from '../../../people/requesters/sign-in-requester.ts';
import { takePlace } from '../shell/signed-out.ts';
import type { SignInNote } from './page.ts';

const ERRAND = 'mailroom-errand';
const ERRAND_SECONDS = 600;
const errandShape = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  as: z.literal('requester').optional(),
});

/** Leaving for the identity provider and coming back from it. Only the browser that left comes back: it holds the state. */
export function addProviderRoutes(
  routes: ApiRoutes,
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'> & EditDeps,
  by: {
    readonly codeSignIn: CodeSignIn;
    readonly countCaller: (c: Context<AppEnv>) => void;
    readonly refuse: (c: Context<AppEnv>, note: SignInNote) => Response | Promise<Response>;
  },
): void {
  const { codeSignIn, countCaller, refuse } = by;
  const cookie = sessionCookie(deps.publicUrl);
  const options = {
    path: '/sign-in',
    httpOnly: true,
    sameSite: 'Lax',
    secure: deps.publicUrl.startsWith('https:'),
  } as const;
  routes.get('/sign-in/provider', async (c) => {
    countCaller(c);
    const { url, errand } = await codeSignIn.begin();
    await beginErrand(deps, errand.state, ERRAND_SECONDS * 1000);
    const as = c.req.query('as') === 'requester' ? { as: 'requester' } : {};
    setCookie(c, ERRAND, JSON.stringify({ ...errand, ...as }), { ...options, maxAge: ERRAND_SECONDS });
    return c.redirect(url, 303);
  });
  routes.get('/sign-in/back', async (c) => {
    countCaller(c);
    const errand = errandShape.safeParse(parsed(getCookie(c, ERRAND)));
    deleteCookie(c, ERRAND, options);
    const code = c.req.query('code');
    if (!errand.success || code === undefined || c.req.query('state') !== errand.data.state)
      return refuse(c, 'provider');
    const isOurs = codeSignIn.isFrom(c.req.query('iss')) && (await endErrand(deps, errand.data.state));
    if (!isOurs) return refuse(c, 'provider');
    const identity = await codeSignIn.finish(code, errand.data);
    if (identity !== null && (identity.role === 'requester' || errand.data.as === 'requester')) {
      const { address: email, name } = identity;
      const now = deps.clock.now();
      const own = await deps.db.begin((tx) => openRequesterSession(tx, { email, name }, now));
      sessionCookie(deps.publicUrl, 'requester').write(c, own.session, own.expiresAt);
      return c.redirect('/my', 303);
    }
    const opened = identity === null ? null : await openIdentitySession(deps, identity);
    if (opened === null) return refuse(c, 'provider');
    cookie.write(c, opened.session, opened.expiresAt);
    return c.redirect(takePlace(c), 303);
  });
}

// A browser may hold anything under this name: what is not JSON counts as absent.
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
