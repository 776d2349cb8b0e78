import { Hono } from 'hono';
import type { SiteEnv } from './issue-routes.ts';
import { search } from './jql.ts';
import { issueOf } from './render.ts';
import { onlyBody, onlyQuery, refusal } from './strict.ts';
import { TYPES, type World } from './world.ts';

/** What the old interface has not. */
const CLOUD_ONLY =
  /\/(search\/jql|issue\/bulkfetch|comment\/list|attachment\/content\/\d+|project\/search|webhook(\/refresh)?)$/;

/** What Jira Data Center has and Cloud has not, in front of what both have. */
export function dataCenterRoutes(world: World): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  app.use(async (c, next) => {
    if (CLOUD_ONLY.test(c.req.path)) throw refusal(404, `null for uri: ${c.req.path}`);
    await next();
  });
  // Without their types, whatever `expand` asks for: so a site of version 11.3 answered.
  app.get('/project', (c) => {
    onlyQuery(c, []);
    return c.json(world.projects.map(({ id, key, name }) => ({ id, key, name, self: `/project/${id}` })));
  });
  app.get('/issuetype', (c) => {
    onlyQuery(c, []);
    return c.json(TYPES.map((type) => ({ ...type, self: `/issuetype/${type.id}` })));
  });
  app.post('/search', async (c) => {
    const body = await onlyBody(c, ['jql', 'startAt', 'maxResults', 'fields', 'validateQuery']);
    const found = search(world, String(body['jql']), []);
    const startAt = Number(body['startAt'] ?? 0);
    const maxResults = Math.min(Number(body['maxResults'] ?? 50), 1000);
    const page = found.slice(startAt, startAt + maxResults);
    const fields = (body['fields'] ?? ['*all']) as string[];
    const issues = page.map((issue) => issueOf(world, issue, fields));
    return c.json({ startAt, maxResults, total: found.length, issues });
  });
  return app;
}

/** What is wrong with a body: it is wiki markup, and nothing else. */
export function wikiFault(body: unknown): string | null {
  return typeof body === 'string' ? null : 'Can not deserialize instance of java.lang.String';
}
