import type { Context } from 'hono';
import type { Deps } from '../../../platform/deps.ts';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../../people/access/app-env.ts';
import { countAttempts } from '../../../people/callers/attempts.ts';
import { callerAddress, type TrustedProxies } from '../../../platform/http/caller-address.ts';
import { findRating } from '../../../requests/ratings/find-rating.ts';
import { rateRequest } from '../../../requests/ratings/rate-request.ts';
import type { RatingAsked } from '../../../requests/ratings/rating.ts';
import { RATINGS } from '../../../requests/request.ts';
import { loadAssets } from '../assets/assets.ts';
import { PAGE_POLICY } from '../shell/policy.ts';
import { languageAsked } from '../shell/settings.ts';
import { ratingPage, staleRatingPage } from './page.ts';

/** A caller who guesses links is stopped long before finding one. */
const MISSES = { most: 60, windowMs: 15 * 60_000 };

const PATH = '/rate/:token';

/**
 * The page behind the link of a closing notice. Mail scanners follow links, send HEAD and GET and press no button: only a
 * POST rates. There is no cookie, so that another site's form can do no more than its author could, and no script.
 */
export function ratingRoutes(
  deps: Pick<Deps, 'db' | 'clock'> & { readonly trustedProxies?: TrustedProxies | undefined },
): ApiRoutes {
  const routes = apiRoutes();
  const assets = loadAssets();
  const misses = countAttempts(deps.clock, MISSES);
  const stale = (c: Context<AppEnv>): Response | Promise<Response> => {
    misses.count(callerAddress(c, deps.trustedProxies));
    return c.html(staleRatingPage(assets, languageAsked(c)), 404, HEADERS);
  };
  const show = (c: Context<AppEnv>, token: string, asked: RatingAsked, wantsAnswer: boolean) =>
    c.html(ratingPage(assets, { token, asked, wantsAnswer }), wantsAnswer ? 400 : 200, HEADERS);

  routes.get(PATH, async (c) => {
    const token = c.req.param('token');
    const asked = await findRating(deps, token);
    return asked === null ? stale(c) : show(c, token, asked, false);
  });
  routes.post(PATH, async (c) => {
    const token = c.req.param('token');
    const asked = await findRating(deps, token);
    if (asked === null) return stale(c);
    const form = await c.req.parseBody();
    const rating = RATINGS.find((each) => each === form['rating']);
    const comment = typeof form['comment'] === 'string' ? form['comment'] : '';
    if (rating === undefined) return show(c, token, asked, true);
    await rateRequest(deps, { token, rating, comment });
    return c.redirect(`/rate/${token}`, 303);
  });
  return routes;
}

const HEADERS = { 'content-security-policy': PAGE_POLICY, 'x-robots-tag': 'noindex, nofollow' };
