import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import type { Deps } from './deps.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from './http/app-env.ts';
import { authenticate } from './http/bearer.ts';
import { docsRoutes } from './http/docs-routes.ts';
import { emptyBodyIsNone } from './http/empty-body.ts';
import { healthRoutes, type WorkerHealth } from './http/health-routes.ts';
import { openApiRoutes } from './http/open-api-routes.ts';
import { answerError, problemResponse } from './http/problem-response.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { relayRoutes } from './intake/routes.ts';
import { operatorRoutes } from './operators/routes.ts';
import { Problem } from './problems.ts';
import { replyRoutes } from './replies/routes.ts';
import { requestRoutes } from './requests/routes.ts';

export type AppDeps = Deps & { readonly worker?: WorkerHealth };

const JSON_BODY_BYTES = 1024 * 1024;

/**
 * The whole HTTP side of the server, not yet on a socket. Everything below `/v1` takes a token except the relay's
 * endpoint, which is mounted before `authenticate` and proves its caller by a signature over its own, larger bodies.
 */
export function buildApp(deps: AppDeps): ApiRoutes {
  const app = apiRoutes();
  app.onError(answerError(deps.log));
  app.notFound((c) => problemResponse(c, new Problem('not_found', 'There is nothing at this path.')));
  app.use(
    requestId(),
    requestLog(deps),
    securityHeaders(),
    methodNotAllowed<AppEnv>({ app, onMethodNotAllowed: refuseMethod }),
  );

  app.route('/', healthRoutes(deps));
  app.route('/', docsRoutes());
  app.route('/', openApiRoutes(app));

  app.route('/', relayRoutes(deps));
  app.use(
    '/v1/*',
    authenticate(deps),
    emptyBodyIsNone(),
    bodyLimit({ maxSize: JSON_BODY_BYTES, onError: refuseLargeBody }),
  );
  app.route('/', requestRoutes(deps));
  app.route('/', replyRoutes(deps));
  app.route('/', operatorRoutes(deps));
  return app;
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  c.header('allow', methods.join(', '));
  return problemResponse(c, new Problem('method_not_allowed', `This path takes ${methods.join(', ')}.`));
}

function refuseLargeBody(): never {
  throw new Problem('too_large', `The body may have ${JSON_BODY_BYTES} bytes.`);
}
