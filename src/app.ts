import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { assignmentRoutes } from './assignment/routes.ts';
import { contactRoutes } from './contacts/routes.ts';
import type { IdentityProvider } from './credentials/identity-provider.ts';
import { tokenRoutes } from './credentials/routes.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import type { Deps } from './deps.ts';
import { erasureRoutes } from './erasure/routes.ts';
import { historyRoutes } from './events/history-routes.ts';
import { eventRoutes } from './events/routes.ts';
import { healthRoutes, type WorkerHealth } from './health/routes.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from './http/app-env.ts';
import { authenticate } from './http/callers/bearer.ts';
import { docsRoutes } from './http/docs/docs-routes.ts';
import { openApiRoutes } from './http/docs/open-api-routes.ts';
import { emptyBodyIsNone } from './http/empty-body.ts';
import { preconditions } from './http/preconditions.ts';
import { answerError, problemResponse } from './http/problems/problem-response.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { limitBodies } from './http/upload.ts';
import { relayRoutes } from './handover/routes.ts';
import { mailboxRoutes } from './mailboxes/routes.ts';
import { mergingRoutes } from './merging/routes.ts';
import { messageRoutes } from './messages/routes.ts';
import { noteRoutes } from './notes/routes.ts';
import { operatorRoutes } from './operators/routes.ts';
import { Problem } from './problems.ts';
import { reviewRoutes } from './quarantine/routes.ts';
import { replyRoutes } from './replies/routes.ts';
import { requestExportRoutes } from './request-lists/export-routes.ts';
import { requestListRoutes } from './request-lists/routes.ts';
import { requestStatusRoutes } from './request-status/routes.ts';
import { requestRoutes } from './requests/routes.ts';
import { sendingRoutes } from './sending/routes.ts';
import { signInRoutes, signOutRoutes } from './sign-in/routes.ts';
import { signatureRoutes } from './signatures/routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { transportRoutes } from './transports/routes.ts';

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
  app.route('/', requestListRoutes(deps));
  app.route('/', requestRoutes(deps));
  app.route('/', messageRoutes(deps));
  app.route('/', historyRoutes(deps));
  app.route('/', assignmentRoutes(deps));
  app.route('/', requestStatusRoutes(deps));
  app.route('/', mergingRoutes(deps));
  app.route('/', requestExportRoutes(deps));
  app.route('/', eventRoutes(deps));
  app.route('/', contactRoutes(deps));
  app.route('/', erasureRoutes(deps));
  app.route('/', signOutRoutes(deps));
  app.route('/', replyRoutes(deps));
  app.route('/', noteRoutes(deps));
  app.route('/', deliveryRoutes(deps));
  app.route('/', sendingRoutes(deps));
  app.route('/', mailboxRoutes(deps));
  app.route('/', templateRoutes(deps));
  app.route('/', transportRoutes(deps));
  app.route('/', signatureRoutes(deps));
  app.route('/', reviewRoutes(deps));
  app.route('/', operatorRoutes(deps));
  app.route('/', tokenRoutes(deps));
  return app;
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  c.header('allow', methods.join(', '));
  return problemResponse(c, new Problem('method_not_allowed', `This path takes ${methods.join(', ')}.`));
}
