import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { deliveryRoutes } from './deliveries/routes.ts';
import { transportRoutes } from './transports/routes.ts';
import { contactRoutes } from './contacts/routes.ts';
import type { Deps } from './deps.ts';
import { erasureRoutes } from './erasure/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from './http/app-env.ts';
import { authenticate } from './http/bearer.ts';
import { docsRoutes } from './http/docs-routes.ts';
import { emptyBodyIsNone } from './http/empty-body.ts';
import { healthRoutes, type WorkerHealth } from './http/health-routes.ts';
import { openApiRoutes } from './http/open-api-routes.ts';
import { preconditions } from './http/preconditions.ts';
import { answerError, problemResponse } from './http/problem-response.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { limitBodies } from './http/upload.ts';
import { reviewRoutes } from './quarantine/routes.ts';
import { relayRoutes } from './intake/routes.ts';
import { mailboxRoutes } from './mailboxes/routes.ts';
import type { IdentityProvider } from './operators/identity-provider.ts';
import { operatorRoutes } from './operators/routes.ts';
import { signatureRoutes } from './operators/signature-routes.ts';
import { Problem } from './problems.ts';
import { replyRoutes } from './replies/routes.ts';
import { requestExportRoutes } from './requests/export-routes.ts';
import { requestRoutes } from './requests/routes.ts';
import { signInRoutes, signOutRoutes } from './sign-in/routes.ts';
import { templateRoutes } from './templates/routes.ts';

export type AppDeps = Deps & {
  readonly worker?: WorkerHealth;
  /** Aborted when the server stops: what would otherwise stay open for minutes ends. */
  readonly stopping?: AbortSignal;
  /** Whose JWTs are taken beside tokens; nobody's unless given. */
  readonly identityProvider?: IdentityProvider;
  /** Called when a sign-in link was queued, so that it is sent at once instead of within a minute. */
  readonly wakeSignIn?: () => void;
};

const JSON_BODY_BYTES = 1024 * 1024;
/** Before anybody is signed in, little is read. */
const SIGN_IN_BODY_BYTES = 16 * 1024;

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
  const smallBody = limitBodies(SIGN_IN_BODY_BYTES, () => false);
  app.use('/v1/sign-in', smallBody);
  app.use('/sign-in', smallBody);
  app.route('/', signInRoutes(deps));
  app.use(
    '/v1/*',
    authenticate(deps),
    preconditions(),
    emptyBodyIsNone(),
    limitBodies(JSON_BODY_BYTES, (path) => /^\/v1\/requests\/\d+\/messages$/.test(path)),
  );
  app.route('/', requestRoutes(deps));
  app.route('/', requestExportRoutes(deps));
  app.route('/', eventRoutes(deps));
  app.route('/', contactRoutes(deps));
  app.route('/', erasureRoutes(deps));
  app.route('/', signOutRoutes(deps));
  app.route('/', replyRoutes(deps));
  app.route('/', deliveryRoutes(deps));
  app.route('/', mailboxRoutes(deps));
  app.route('/', templateRoutes(deps));
  app.route('/', transportRoutes(deps));
  app.route('/', signatureRoutes(deps));
  app.route('/', reviewRoutes(deps));
  app.route('/', operatorRoutes(deps));
  return app;
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  c.header('allow', methods.join(', '));
  return problemResponse(c, new Problem('method_not_allowed', `This path takes ${methods.join(', ')}.`));
}
