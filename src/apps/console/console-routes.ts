import { Hono } from 'hono';
import { compress } from 'hono/compress';
import type { AppEnv } from '../../people/access/app-env.ts';
import type { IntakeDeps } from '../../intake/deps.ts';
import { assetRoutes, loadAssets } from './assets/assets.ts';
import { conversationHandlers } from './conversation/handlers.ts';
import { verbHandlers } from './conversation/verbs.ts';
import { deliveryHandlers } from './deliveries/handlers.ts';
import { homeHandlers } from './home.ts';
import { keyHandlers } from './keys/handlers.ts';
import { listHandlers } from './list/handlers.ts';
import { mailHandlers } from './mail/handlers.ts';
import { sessionPages } from './shell/pages.ts';

/** The console's pages, on the same verbs as the HTTP interface, for whoever has a session in their browser. */
export function consoleRoutes(deps: IntakeDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const assets = loadAssets();
  assetRoutes(app, assets);
  app.use('/requests', compress());
  app.use('/requests/:id', compress());
  const pages = sessionPages(app, { ...deps, assets });
  homeHandlers(pages);
  listHandlers(pages);
  conversationHandlers(pages);
  verbHandlers(pages);
  mailHandlers(pages);
  deliveryHandlers(pages);
  keyHandlers(pages);
  return app;
}
