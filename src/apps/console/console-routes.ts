import { Hono } from 'hono';
import { compress } from 'hono/compress';
import type { AppEnv } from '../../people/access/app-env.ts';
import type { IntakeDeps } from '../../intake/deps.ts';
import { assetRoutes, loadAssets } from './assets/assets.ts';
import { contactHandlers } from './contact/handlers.ts';
import { conversationHandlers } from './conversation/handlers.ts';
import { verbHandlers } from './conversation/verbs.ts';
import { deliveryHandlers } from './deliveries/handlers.ts';
import { historyHandlers } from './history/handlers.ts';
import { homeHandlers } from './home.ts';
import { keyHandlers } from './keys/handlers.ts';
import { listHandlers } from './list/handlers.ts';
import { mailHandlers } from './mail/handlers.ts';
import { mailboxHandlers } from './mailboxes/handlers.ts';
import { newRequestHandlers } from './new-request/handlers.ts';
import { overviewHandlers } from './overview/handlers.ts';
import { quarantineHandlers } from './quarantine/handlers.ts';
import { sessionPages } from './shell/pages.ts';

import { viewHandlers } from './views/handlers.ts';

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
  newRequestHandlers(pages);
  contactHandlers(pages);
  historyHandlers(pages);
  quarantineHandlers(pages);
  mailboxHandlers(pages);
  overviewHandlers(pages);
  viewHandlers(pages);
  return app;
}
