import { Hono } from 'hono';
import { search } from './jql.ts';
import { issueOf } from './render.ts';
import { NOT_FOUND, onlyBody, onlyKeys, onlyQuery, pageOf, refusal } from './strict.ts';
import { type Account, type Issue, STATUSES, type StatusName, TYPES, type World } from './world.ts';

export type SiteEnv = { Variables: { account: Account } };

export type SiteHooks = {
  readonly tell: (event: string, issue: Issue, more?: Record<string, unknown>) => void;
  readonly adfFault: (document: unknown) => string | null;
};

const ADF_WANTED = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
const FIELDS = [
  'project', 'issuetype', 'summary', 'description', 'labels', 'components', 'priority', 'assignee', 'reporter', 'duedate',
  'customfield_10010', 'customfield_10011', 'customfield_10012',
]; // prettier-ignore

/** Issues: made, read, moved, marked, watched. */
export function issueRoutes(world: World, hooks: SiteHooks): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  const issueIn = (idOrKey: string): Issue => {
    const issue = world.find(idOrKey);
    if (issue === undefined) throw refusal(404, NOT_FOUND);
    return issue;
  };

  app.post('/issue', async (c) => {
    const body = await onlyBody(c, ['fields', 'properties', 'update', 'transition']);
    const fields = (body['fields'] ?? {}) as Record<string, unknown>;
    onlyKeys(fields, FIELDS);
    const issue = create(fields, c.get('account'));
    for (const { key, value } of (body['properties'] ?? []) as { key: string; value: unknown }[])
      issue.properties.set(key, value);
    hooks.tell('jira:issue_created', issue);
    return c.json({ id: issue.id, key: issue.key, self: `/rest/api/3/issue/${issue.id}` }, 201);
  });

  function create(fields: Record<string, unknown>, creator: Account): Issue {
    const errors: Record<string, string> = {};
    const named = fields['project'] as { key?: string; id?: string } | undefined;
    const project = world.projects.find(({ key, id }) => key === named?.key || id === named?.id);
    if (project === undefined) throw refusal(400, '', { project: 'valid project is required' });
    if (project.readonly) throw refusal(403, 'You do not have permission to create issues in this project.');
    const type = fields['issuetype'] as { id?: string; name?: string } | undefined;
    if (!TYPES.some(({ id, name }) => id === type?.id || name === type?.name))
      errors['issuetype'] = 'Specify a valid issue type';
    const summary = fields['summary'];
    if (typeof summary !== 'string' || summary === '')
      errors['summary'] = 'You must specify a summary of the issue.';
    else if (summary.length > 255) errors['summary'] = "Summary can't exceed 255 characters.";
    else if (/[\r\n]/.test(summary))
      errors['summary'] = 'The summary is invalid because it contains newline characters.';
    for (const label of (fields['labels'] ?? []) as string[])
      if (/\s/.test(label)) errors['labels'] = `The label '${label}' contains spaces which is invalid.`;
    const reporter = fields['reporter'] as { id?: string; name?: string } | undefined;
    const reported = reporter?.id ?? reporter?.name;
    if (
      reporter !== undefined &&
      (!world.takesReporters || !world.accounts.some(({ calledBy }) => calledBy === reported))
    )
      errors['reporter'] = "Field 'reporter' cannot be set. It is not on the appropriate screen, or unknown.";
    for (const name of project.requires)
      if (fields[name] === undefined) errors[name] = `${name} is required.`;
    if (fields['description'] !== undefined) {
      const fault = hooks.adfFault(fields['description']);
      if (fault !== null) errors['description'] = `${ADF_WANTED} ${fault}`;
    }
    if (Object.keys(errors).length > 0) throw refusal(400, '', errors);
    const issue: Issue = {
      id: world.id(),
      key: world.nextKey(project.key),
      project: project.key,
      typeId: type?.id ?? '10001',
      fields: { ...fields },
      status: 'To Do',
      creator,
      created: world.now(),
      updated: world.now(),
      indexedAt: world.clock.now().getTime() + world.indexLagSeconds * 1000,
      comments: [],
      files: [],
      watchers: new Set(),
      properties: new Map(),
      remoteLinks: new Map(),
    };
    world.issues.push(issue);
    return issue;
  }

  app.get('/issue/:key', (c) => {
    const query = onlyQuery(c, ['fields', 'expand', 'properties']);
    const properties = query.get('properties')?.split(',') ?? [];
    const names = query.get('fields')?.split(',') ?? ['*all'];
    return c.json(issueOf(world, issueIn(c.req.param('key')), names, properties));
  });
  app.post('/issue/bulkfetch', async (c) => {
    const body = await onlyBody(c, ['issueIdsOrKeys', 'fields']);
    const ids = body['issueIdsOrKeys'] as string[];
    if (ids.length > 100) throw refusal(400, 'The number of issues exceeds the limit of 100.');
    const found = ids.flatMap((id) => world.find(id) ?? []);
    return c.json({
      issues: found.map((issue) => issueOf(world, issue, body['fields'] as string[])),
      issueErrors: [],
    });
  });
  app.get('/issue/:key/transitions', (c) => {
    const { status } = issueIn(c.req.param('key'));
    const transitions = Object.entries(STATUSES)
      .filter(([name]) => name !== status)
      .map(([name, key], index) => ({
        id: String(11 + index * 10),
        name,
        to: { id: '1', name, statusCategory: { id: 2, key } },
      }));
    return c.json({ transitions });
  });
  app.post('/issue/:key/transitions', async (c) => {
    const issue = issueIn(c.req.param('key'));
    const body = await onlyBody(c, ['transition', 'fields', 'update']);
    const id = (body['transition'] as { id?: string } | undefined)?.id ?? '';
    const names = (Object.keys(STATUSES) as StatusName[]).filter((name) => name !== issue.status);
    const name = names[(Number(id) - 11) / 10];
    if (name === undefined)
      throw refusal(400, `It seems that you have tried to perform an illegal transition.`);
    issue.status = name;
    world.touch(issue);
    hooks.tell('jira:issue_updated', issue);
    return c.body(null, 204);
  });
  app.get('/issue/:key/properties/:name', (c) => {
    const value = issueIn(c.req.param('key')).properties.get(c.req.param('name'));
    if (value === undefined) throw refusal(404, 'The property was not found.');
    return c.json({ key: c.req.param('name'), value });
  });
  app.put('/issue/:key/properties/:name', async (c) => {
    issueIn(c.req.param('key')).properties.set(c.req.param('name'), await c.req.json());
    return c.body(null, 200);
  });
  app.post('/issue/:key/remotelink', async (c) => {
    const issue = issueIn(c.req.param('key'));
    const body = await onlyBody(c, ['globalId', 'object']);
    const isNew = !issue.remoteLinks.has(String(body['globalId']));
    issue.remoteLinks.set(String(body['globalId']), body['object']);
    return c.json({ id: 10_000 + issue.remoteLinks.size, self: '/remotelink' }, isNew ? 201 : 200);
  });
  app.post('/issue/:key/watchers', async (c) => {
    const accountId: unknown = await c.req.json();
    if (!world.accounts.some((each) => each.calledBy === accountId))
      throw refusal(404, 'The user does not exist.');
    issueIn(c.req.param('key')).watchers.add(String(accountId));
    return c.body(null, 204);
  });

  app.post('/search/jql', async (c) => {
    const body = await onlyBody(c, [
      'jql',
      'nextPageToken',
      'maxResults',
      'fields',
      'properties',
      'expand',
      'reconcileIssues',
    ]);
    const found = search(world, String(body['jql']), (body['reconcileIssues'] ?? []) as number[]);
    const start = Number(body['nextPageToken'] ?? 0);
    const size = Math.min(Number(body['maxResults'] ?? 50), 100);
    const page = found.slice(start, start + size);
    const fields = (body['fields'] ?? ['id']) as string[];
    const isLast = start + size >= found.length;
    return c.json({
      issues: page.map((issue) => issueOf(world, issue, fields, (body['properties'] ?? []) as string[])),
      isLast,
      ...(isLast ? {} : { nextPageToken: String(start + size) }),
    });
  });
  app.on(['GET', 'POST'], '/search', () => {
    throw refusal(
      410,
      'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046',
    );
  });
  app.get('/project/search', (c) => {
    const query = onlyQuery(c, ['startAt', 'maxResults', 'orderBy', 'expand']);
    const { page, place } = pageOf(query, world.projects);
    const values = page.map(({ id, key, name }) => ({
      id,
      key,
      name,
      self: `/project/${id}`,
      simplified: false,
      ...(query.get('expand') === 'issueTypes' ? { issueTypes: TYPES } : {}),
    }));
    return c.json({ values, ...place, isLast: true });
  });
  return app;
}
