import type { BlockList } from 'node:net';
import type { Context } from 'hono';
import { compress } from 'hono/compress';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { assignmentRoutes } from '../../requests/life/assignment-routes.ts';
import { exportRoutes } from '../../requests/privacy/export-routes.ts';
import { bulkRoutes } from '../../requests/bulk/routes.ts';
import { calendarRoutes } from '../../requests/calendars/routes.ts';
import { policyRoutes } from '../../requests/clocks/routes.ts';
import { cannedReplyRoutes } from '../../requests/canned-replies/routes.ts';
import { contactRoutes } from '../../people/contacts/routes.ts';
import type { CodeSignIn } from '../../people/credentials/code-sign-in.ts';
import type { IdentityProvider } from '../../people/credentials/identity-provider.ts';
import { tokenRoutes } from '../../people/credentials/routes.ts';
import { deliveryRoutes } from '../../outbox/deliveries/routes.ts';
import type { IntakeDeps } from '../../intake/deps.ts';
import { draftRoutes } from '../../requests/drafts/routes.ts';
import { erasureRoutes } from '../../requests/privacy/routes.ts';
import { historyRoutes } from '../../requests/history/history-routes.ts';
import { connectionRoutes } from '../../integrations/jira/connections/routes.ts';
import { seenRoutes } from '../../integrations/jira/connections/seen-routes.ts';
import { hookRoutes } from '../../integrations/jira/hearing/routes.ts';
import type { Atlassian } from '../../integrations/jira/jira-deps.ts';
import { linkRoutes } from '../../integrations/jira/links/routes.ts';
import { mappingRoutes } from '../../integrations/jira/mappings/routes.ts';
import { eventRoutes } from '../../integrations/feed/routes.ts';
import { healthRoutes, type WorkerHealth } from './health/routes.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from '../../people/access/app-env.ts';
import { authenticate } from '../../people/callers/bearer.ts';
import { docsRoutes } from './docs/docs-routes.ts';
import { openApiRoutes } from './docs/open-api-routes.ts';
import type { TrustedProxies } from '../../platform/http/caller-address.ts';
import { emptyBodyIsNone } from '../../platform/http/empty-body.ts';
import { belowFront, pathInFront, routedPath } from '../../platform/http/path-in-front.ts';
import { answerError, problemResponse } from '../../platform/http/problems/problem-response.ts';
import { requestLog } from '../../people/access/request-log.ts';
import { securityHeaders } from '../../platform/http/security-headers.ts';
import { strictJson } from '../../platform/http/strict-json.ts';
import { takeSmallBody } from '../../platform/http/unproven/take-small-body.ts';
import { unprovenReceiver } from '../../platform/http/unproven/unproven-bodies.ts';
import { traceCalls } from '../../platform/http/trace-calls.ts';
import { limitBodies } from '../../platform/http/upload.ts';
import { relayRoutes } from '../../intake/gmail/relay/routes.ts';
import { notificationRoutes } from '../../intake/microsoft/notifications/routes.ts';
import { microsoftRoutes } from '../../intake/microsoft/routes.ts';
import { SOURCES } from '../../intake/sources/sources.ts';
import { ownRequestRoutes } from '../../intake/form/routes.ts';
import { mailboxRoutes } from '../../mailboxes/settings/routes.ts';
import { mergingRoutes } from '../../requests/merging/routes.ts';
import { messageRoutes } from '../../requests/messages/routes.ts';
import { noteRoutes } from '../../requests/messages/note-routes.ts';
import { operatorRoutes } from '../../people/operators/routes.ts';
import { teamRoutes } from '../../people/teams/routes.ts';
import { ownSettingsRoutes } from '../../people/own-settings/routes.ts';
import { presenceRoutes } from '../../requests/presence/routes.ts';
import { Problem } from '../../platform/problems.ts';
import { readMarkRoutes } from '../../requests/read-marks/routes.ts';
import { ruleRoutes } from '../../intake/rules/routes.ts';
import { reviewRoutes } from '../../intake/quarantine/routes.ts';
import { replyRoutes } from '../../requests/replies/routes.ts';
import { fieldRoutes } from '../../requests/fields/routes.ts';
import { releaseRequests, releaseTeam } from '../../requests/life/releasing.ts';
import { requestExportRoutes } from '../../requests/lists/export-routes.ts';
import { requestListRoutes } from '../../requests/lists/routes.ts';
import { requestStatusRoutes } from '../../requests/life/status-routes.ts';
import { requestRoutes } from '../../requests/request/routes.ts';
import { sendingRoutes } from '../../outbox/accounts/routes.ts';
import { consoleRoutes } from '../console/console-routes.ts';
import { recipientRoutes } from '../../requests/replies/recipient-routes.ts';
import { askRoutes } from '../console/requester/ask-routes.ts';
import { requesterRoutes } from '../console/requester/routes.ts';
import { ratingRoutes } from '../console/rating/routes.ts';
import { signInRoutes, signOutRoutes } from '../console/sign-in/routes.ts';
import { signatureRoutes } from '../../people/operators/signature-routes.ts';
import { templateRoutes } from '../../mailboxes/templates/routes.ts';
import { webhookRoutes } from '../../integrations/webhooks/routes.ts';
import { escalationRoutes } from '../../requests/escalation/routes.ts';
import { retentionRoutes } from '../../requests/retention/routes.ts';
import { reportRoutes } from '../../requests/reports/routes.ts';
import { viewRoutes } from '../../requests/views/routes.ts';
import { transportRoutes } from '../../outbox/accounts/transport-routes.ts';

export type AppDeps = IntakeDeps & {
  /** Addresses that webhooks are not posted to; every one is posted to unless given. */
  readonly webhooksForbid?: BlockList;
  readonly worker?: WorkerHealth;
  /** Aborted when the server stops: what would otherwise stay open for minutes ends. */
  readonly stopping?: AbortSignal;
  /** Defaults to Atlassian itself. */
  readonly atlassian?: Atlassian;
  /** Has this process look at once for what there is to do between desk and Jira. */
  readonly wakeJira?: () => void;
  /** Whose JWTs are taken beside tokens; nobody's unless given. */
  readonly identityProvider?: IdentityProvider;
  /** How people sign in at its page; not at all unless given. */
  readonly codeSignIn?: CodeSignIn;
  /** Whose word on a caller's address counts; nobody's unless given. */
  readonly trustedProxies?: TrustedProxies;
};

const JSON_BODY_BYTES = 1024 * 1024;
/** Before anybody is signed in, little is read. */
const SIGN_IN_BODY_BYTES = 16 * 1024;

/**
 * The whole HTTP side of the server, not yet on a socket. Everything below `/v1` takes a token except the relay's
 * endpoint, which is mounted before `authenticate` and proves its caller by a signature over its own, larger bodies.
 */
export function buildApp(deps: AppDeps): ApiRoutes {
  const front = pathInFront(deps.publicUrl);
  const app = apiRoutes({ getPath: routedPath(front) });
  app.onError(answerError(deps.log));
  app.notFound((c) => problemResponse(c, new Problem('not_found', 'There is nothing at this path.')));
  app.use(
    requestId(),
    traceCalls(),
    requestLog(deps),
    securityHeaders(),
    compress({ contentTypeFilter: /^text\/html/ }),
    belowFront(front),
    methodNotAllowed<AppEnv>({ app, onMethodNotAllowed: refuseMethod }),
  );

  app.route('/', healthRoutes(deps));
  app.route('/', docsRoutes(front));
  app.route('/', openApiRoutes(app, deps.publicUrl));

  const receiveUnproven = unprovenReceiver(deps.trustedProxies);
  app.route('/', relayRoutes({ ...deps, receiveUnproven }));
  app.route('/', hookRoutes({ ...deps, receiveUnproven }));
  app.route('/', notificationRoutes({ ...deps, receiveUnproven }));
  const smallBody = takeSmallBody(receiveUnproven, SIGN_IN_BODY_BYTES);
  app.use('/v1/*', strictJson());
  app.use('/v1/sign-in', smallBody);
  app.use('/sign-in', smallBody);
  app.use('/rate/*', smallBody);
  app.use('/my/sign-in', smallBody);
  app.use('/my/sign-out', smallBody);
  app.use('/ask/confirm', smallBody);
  app.route('/', signInRoutes({ ...deps, onLeaving: releaseRequests }));
  app.route('/', ratingRoutes(deps));
  app.route('/', askRoutes({ ...deps, receiveUnproven }));
  app.route('/', requesterRoutes(deps));
  app.route('/', consoleRoutes({ ...deps, receiveUnproven }));
  const limited = limitBodies(JSON_BODY_BYTES, (path) =>
    /^\/v1\/(requests\/\d+\/(messages|drafts\/\w+\/files)|my-requests(\/\d+\/messages)?)$/.test(path),
  );
  app.use(
    '/v1/*',
    authenticate(deps),
    emptyBodyIsNone(),
    // A call to no route comes here unauthenticated: nobody reads its body.
    (c, next) => ((c.get('actor') ?? c.get('requester')) ? limited(c, next) : next()),
  );
  app.route('/', requestListRoutes(deps));
  app.route('/', requestRoutes(deps));
  app.route('/', ownRequestRoutes(deps));
  app.route('/', messageRoutes(deps));
  app.route('/', historyRoutes(deps));
  app.route('/', assignmentRoutes(deps));
  app.route('/', requestStatusRoutes(deps));
  app.route('/', mergingRoutes(deps));
  app.route('/', requestExportRoutes(deps));
  app.route('/', eventRoutes(deps));
  app.route('/', contactRoutes(deps));
  app.route('/', exportRoutes(deps));
  app.route('/', erasureRoutes(deps));
  app.route('/', signOutRoutes(deps));
  app.route('/', replyRoutes(deps));
  app.route('/', recipientRoutes(deps));
  app.route('/', escalationRoutes(deps));
  app.route('/', noteRoutes(deps));
  app.route('/', deliveryRoutes(deps));
  app.route('/', sendingRoutes(deps));
  app.route('/', mailboxRoutes({ ...deps, sources: Object.keys(SOURCES) }));
  app.route('/', templateRoutes(deps));
  app.route('/', transportRoutes(deps));
  app.route('/', retentionRoutes(deps));
  app.route('/', microsoftRoutes(deps));
  app.route('/', signatureRoutes(deps));
  app.route('/', reportRoutes(deps));
  app.route('/', reviewRoutes(deps));
  app.route('/', ruleRoutes(deps));
  app.route('/', operatorRoutes({ ...deps, onLeaving: releaseRequests }));
  app.route('/', fieldRoutes(deps));
  app.route('/', teamRoutes({ ...deps, onTeamLeaving: releaseTeam }));
  app.route('/', tokenRoutes(deps));
  app.route('/', ownSettingsRoutes(deps));
  app.route('/', readMarkRoutes(deps));
  app.route('/', viewRoutes(deps));
  app.route('/', draftRoutes(deps));
  app.route('/', cannedReplyRoutes(deps));
  app.route('/', calendarRoutes(deps));
  app.route('/', policyRoutes(deps));
  app.route('/', presenceRoutes(deps));
  app.route('/', bulkRoutes(deps));
  app.route('/', webhookRoutes(deps));
  app.route('/', connectionRoutes(deps));
  app.route('/', seenRoutes(deps));
  app.route('/', mappingRoutes(deps));
  app.route('/', linkRoutes(deps));
  refuseOwnPath(front, app);
  return app;
}

// With a proxy that takes the path off, `/requests` would be the desk's own list as well as the way to it.
function refuseOwnPath(front: string, app: ApiRoutes): void {
  const [, first = ''] = front.split('/');
  if (first === '' || !app.routes.some(({ path }) => path.split('/')[1] === first)) return;
  throw new Error(
    `PUBLIC_URL: must not have a path that begins with /${first}, which is one of the desk's own; /desk is none.`,
  );
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  c.header('allow', methods.join(', '));
  return problemResponse(c, new Problem('method_not_allowed', `This path takes ${methods.join(', ')}.`));
}
