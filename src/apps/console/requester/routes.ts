import { Hono } from 'hono';
import type { AppEnv } from '../../../people/access/app-env.ts';
import { loadAssets } from '../assets/assets.ts';
import { listPages } from './list-page.ts';
import { ownPages, type RequesterDeps } from './own-pages.ts';
import { requestPages } from './request-page.ts';

/** The pages of requesters, on the same verbs as the interface that they have. */
export function requesterRoutes(deps: Omit<RequesterDeps, 'assets'>): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const pages = ownPages(app, { ...deps, assets: loadAssets() });
  listPages(pages);
  requestPages(pages);
  return app;
}
