import type { Context } from 'hono';
import type { Deps } from '../../../platform/deps.ts';
import type { ApiRoutes, AppEnv } from '../../../people/access/app-env.ts';
import { requireOwnPage, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { mailAddress } from '../../../people/contacts/mail-address-schema.ts';
import { acceptLink, canSignIn } from '../../../people/sign-in-links/accept-link.ts';
import { SIGN_IN_PATHS, type Whose } from '../../../people/sign-in-links/sign-in-link.ts';
import { languageAsked } from '../shell/settings.ts';
import { askPage, confirmPage, type SignInNote, type SignInPage } from './page.ts';

/** How some people sign in by a mailed link. */
export type LinkWay = {
  readonly whose: Whose;
  /** The identity provider, where one can sign in at its page. */
  readonly provider: string | null;
  /** The page around the form. */
  readonly show: (c: Context<AppEnv>, page: SignInPage, status: 200 | 400) => Response | Promise<Response>;
  /** Counts a try of the caller's; refuses when there were too many. */
  readonly countCaller: (c: Context<AppEnv>) => void;
  readonly queueLink: (c: Context<AppEnv>, email: string) => Promise<void>;
  /** Where one is led who has signed in. */
  readonly home: (c: Context<AppEnv>) => string;
};

/** The page that asks for a link and takes one. A GET of the link signs nobody in. Returns how the page is shown with a refusal. */
export function addLinkRoutes(
  routes: ApiRoutes,
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  way: LinkWay,
): (c: Context<AppEnv>, note: SignInNote) => Response | Promise<Response> {
  const { whose, provider, countCaller } = way;
  const path = SIGN_IN_PATHS[whose];
  const cookie = sessionCookie(deps.publicUrl, whose);
  const ask = (c: Context<AppEnv>, note: SignInNote | null, status: 200 | 400) =>
    way.show(c, askPage(languageAsked(c), whose, { note, provider }), status);

  routes.get(path, async (c) => {
    const secret = c.req.query('token');
    if (secret === undefined) return ask(c, null, 200);
    if (!(await canSignIn(deps, { whose, secret }))) return ask(c, 'stale', 400);
    return way.show(c, confirmPage(languageAsked(c), whose, secret), 200);
  });
  routes.post(path, async (c) => {
    // Another site could otherwise sign somebody in as somebody else, and read what they then write.
    requireOwnPage(c, deps);
    const { email: given, token: secret } = await c.req.parseBody();
    if (typeof secret !== 'string') {
      const email = mailAddress.safeParse(given);
      if (!email.success) return ask(c, 'invalid', 400);
      await way.queueLink(c, email.data);
      return ask(c, 'sent', 200);
    }
    const opened = await acceptLink(deps, { whose, secret });
    if (opened === null) {
      countCaller(c);
      return ask(c, 'stale', 400);
    }
    cookie.write(c, opened.session, opened.expiresAt);
    return c.redirect(way.home(c), 303);
  });
  return (c, note) => ask(c, note, 400);
}
