import { Hono } from 'hono';
import type { Clock } from '../../../platform/clock.ts';
import type { Deployment } from '../../../integrations/jira/client/dialect.ts';
import { addComment, addFile, commentRoutes, sendFile } from './comment-routes.ts';
import { dataCenterRoutes, wikiFault } from './data-center-routes.ts';
import { createFaults, refusalOf } from './faults.ts';
import { createHooks } from './hooks.ts';
import { issueRoutes, type SiteEnv } from './issue-routes.ts';
import { personRoutes } from './person-page.ts';
import { createSignIn } from './sign-in.ts';
import { answerRefusal, onlyQuery, pageOf, refusal, RefusedCall } from './strict.ts';
import { type Account, CLOUD_ID, createWorld, TYPES, type World } from './world.ts';

/** The boards' API, beside that of issues. */
const AGILE = '/rest/agile/1.0';

export type SimulatedJira = ReturnType<typeof createSimulatedJira>;

/**
 * Atlassian on one origin: `/auth` is its sign-in, `/gateway` its gateway, everything else the site. It answers the calls
 * that Mailroom makes as Jira Cloud does, and refuses whatever it does not know.
 */
export function createSimulatedJira(options: {
  readonly clock: Clock;
  readonly siteUrl: () => string;
  /** Defaults to Cloud. */
  readonly deployment?: Deployment;
  /** What Atlassian's schema has against a document; takes any unless given. */
  readonly adfFault?: (document: unknown) => string | null;
}) {
  const { deployment = 'cloud' } = options;
  const world = createWorld(options.clock, deployment);
  const bot = world.addAccount('Mailroom Bot');
  const signIn = createSignIn(world, options.siteUrl);
  const faults = createFaults();
  const hooks = createHooks(world);
  const calls: string[] = [];
  const siteHooks = {
    tell: (...told: Parameters<typeof hooks.tell>) => hooks.tell(...told),
    adfFault: deployment === 'cloud' ? (options.adfFault ?? (() => null)) : wikiFault,
  };

  const api = new Hono<SiteEnv>();
  api.use(async (c, next) => {
    const path = new URL(c.req.url).pathname.replace(/^.*\/rest\/api\/[23]/, '');
    calls.push(`${c.req.method} ${path}`);
    const fault = faults.take(c.req.method, path);
    const before = fault === null ? null : refusalOf(fault);
    if (before !== null) throw before;
    await next();
    if (fault === 'lost')
      (c.env as { outgoing?: { socket?: { destroy: () => void } } }).outgoing?.socket?.destroy();
  });
  api.get('/serverInfo', (c) =>
    c.json({
      baseUrl: options.siteUrl(),
      deploymentType: deployment === 'cloud' ? 'Cloud' : 'Server',
      version: '1001.0.0',
    }),
  );
  api.get('/myself', (c) => c.json(c.get('account').shown));
  api.get('/user/search', (c) => {
    const name = deployment === 'cloud' ? 'query' : 'username';
    const query = onlyQuery(c, [name, 'maxResults', ...(deployment === 'cloud' ? ['accountId'] : [])]);
    if (!world.mayBrowsePeople) throw refusal(403, 'You do not have permission to browse users.');
    const asked = query.get(name)?.toLowerCase() ?? '';
    const found = world.accounts.filter(
      ({ accountId, email, displayName }) =>
        accountId === query.get('accountId') ||
        [email, displayName.toLowerCase()].some((text) => asked !== '' && text.startsWith(asked)),
    );
    return c.json(found.map(({ shown }) => shown));
  });
  api.get('/mypermissions', (c) => {
    const names = onlyQuery(c, ['projectKey', 'permissions']).get('permissions')?.split(',') ?? [];
    return c.json({
      permissions: Object.fromEntries(
        names.map((key) => [
          key,
          { id: '1', key, name: key, type: 'PROJECT', description: '', havePermission: true },
        ]),
      ),
    });
  });
  if (deployment === 'data_center') api.route('/', dataCenterRoutes(world));
  metaRoutes(api, world);
  api.route('/', issueRoutes(world, siteHooks));
  api.route('/', commentRoutes(world, siteHooks));
  api.route('/', hooks.app);

  const agile = new Hono<SiteEnv>();
  agile.get('/board', (c) => {
    if (!world.showsBoards)
      throw new RefusedCall(401, { code: 401, message: 'Unauthorized; scope does not match' });
    const query = onlyQuery(c, ['name', 'startAt', 'maxResults']);
    const words = query.get('name')?.toLowerCase() ?? '';
    const named = world.boards.filter(({ name }) => name.toLowerCase().includes(words));
    const { page, place } = pageOf(query, named, 50);
    const values = page.map(({ id, name, projectKey }) => ({
      id,
      self: `/board/${id}`,
      name,
      type: 'kanban',
      ...(projectKey === null ? {} : { location: { projectKey } }),
    }));
    return c.json({ values, ...place, isLast: place.startAt + page.length >= named.length });
  });

  const app = new Hono<SiteEnv>();
  app.onError(answerRefusal);
  app.notFound((c) =>
    c.json({ errorMessages: [`fake: ${c.req.method} ${c.req.path} is not simulated`], errors: {} }, 501),
  );
  app.route('/', personRoutes(world, hooks));
  if (deployment === 'data_center') {
    const known = (header: string | undefined): Account => {
      const account = world.accounts.find(({ apiToken }) => header === `Bearer ${apiToken}`);
      if (account === undefined) throw refusal(401, 'You are not authenticated.');
      return account;
    };
    app.use('/rest/*', async (c, next) => {
      c.set('account', known(c.req.header('authorization')));
      await next();
    });
    app.route('/rest/api/2', api);
    app.route(AGILE, agile);
    app.get('/secure/attachment/:id/:name', (c) => {
      known(c.req.header('authorization'));
      return sendFile(c, world, c.req.param('id'));
    });
    return { app, world, bot, signIn, faults, hooks, calls, addComment, addFile };
  }
  app.get('/_edge/tenant_info', (c) => c.json({ cloudId: CLOUD_ID }));
  app.route('/auth', signIn.app);
  app.get('/gateway/oauth/token/accessible-resources', (c) =>
    signIn.app.fetch(new Request(new URL('/oauth/token/accessible-resources', c.req.url), c.req.raw)),
  );
  app.use('/rest/*', async (c, next) => {
    c.set('account', basicAccount(world, c.req.header('authorization') ?? '', 'site'));
    await next();
  });
  app.use(`/gateway/ex/jira/${CLOUD_ID}/rest/*`, async (c, next) => {
    const authorization = c.req.header('authorization') ?? '';
    if (authorization.startsWith('Basic ')) c.set('account', basicAccount(world, authorization, 'gateway'));
    else {
      const bearer = signIn.bearer(authorization.replace(/^Bearer /, ''));
      if (bearer === null) throw new RefusedCall(401, { code: 401, message: 'Unauthorized' });
      const needed = c.req.path.includes(AGILE)
        ? 'read:board-scope.admin:jira-software'
        : c.req.path.endsWith('/webhook')
          ? 'manage:jira-webhook'
          : c.req.method === 'GET'
            ? 'read:jira-work'
            : 'write:jira-work';
      if (!bearer.scopes.includes(needed) && !c.req.path.endsWith('/myself'))
        throw new RefusedCall(401, { code: 401, message: 'Unauthorized; scope does not match' });
      c.set('account', bearer.account);
    }
    await next();
  });
  app.route('/rest/api/3', api);
  app.route(AGILE, agile);
  app.route(`/gateway/ex/jira/${CLOUD_ID}${AGILE}`, agile);
  app.route(`/gateway/ex/jira/${CLOUD_ID}/rest/api/3`, api);

  return { app, world, bot, signIn, faults, hooks, calls, addComment, addFile };
}

// A token with scopes works at the gateway alone, one without at the site alone.
function basicAccount(world: World, authorization: string, where: 'site' | 'gateway'): Account {
  const [email, token] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  const account = world.accounts.find(
    (each) => each.email === email && token?.replace(/^scoped-/, '') === each.apiToken,
  );
  const isScoped = token?.startsWith('scoped-') === true;
  if (account === undefined || isScoped !== (where === 'gateway'))
    throw refusal(401, 'Client must be authenticated to access this resource.');
  return account;
}

const TEAMS = {
  schema: { type: 'option' },
  allowedValues: [
    { id: '31', value: 'Team A' },
    { id: '32', value: 'Team B' },
  ],
};

function metaRoutes(api: Hono<SiteEnv>, world: World): void {
  const projectIn = (key: string) => {
    const project = world.projects.find((each) => each.key === key || each.id === key);
    if (project === undefined) throw refusal(404, `No project could be found with key '${key}'.`);
    return project;
  };
  api.get('/issue/createmeta/:project/issuetypes', (c) => {
    projectIn(c.req.param('project'));
    const { page, place } = pageOf(onlyQuery(c, ['startAt', 'maxResults']), TYPES);
    return c.json({ [world.deployment === 'cloud' ? 'issueTypes' : 'values']: page, ...place });
  });
  api.get('/issue/createmeta/:project/issuetypes/:type', (c) => {
    const { requires } = projectIn(c.req.param('project'));
    const field = (fieldId: string, required: boolean, more: object = {}) => ({
      fieldId, key: fieldId, name: fieldId, required, hasDefaultValue: false, operations: ['set'], schema: { type: 'string' }, ...more,
    }); // prettier-ignore
    const fields = [
      field('project', true),
      field('issuetype', true),
      field('summary', true),
      field('description', false),
      field('labels', false),
      field('priority', true, {
        hasDefaultValue: true,
        allowedValues: [
          { id: '1', name: 'Highest' },
          { id: '3', name: 'Medium' },
        ],
      }),
      field('customfield_10011', false, { schema: { type: 'string', custom: 'com.example:textarea' } }),
      field('customfield_10012', false, { schema: { type: 'number' } }),
      ...requires.map((name) => field(name, true, { name: 'Team', ...TEAMS })),
    ];
    const { page, place } = pageOf(onlyQuery(c, ['startAt', 'maxResults']), fields);
    return c.json({ [world.deployment === 'cloud' ? 'fields' : 'values']: page, ...place });
  });
}
