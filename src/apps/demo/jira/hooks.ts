import { createHmac, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { SiteEnv } from './issue-routes.ts';
import { issueOf } from './render.ts';
import { SIMULATED_APP } from './sign-in.ts';
import { onlyBody, onlyKeys, onlyQuery, pageOf } from './strict.ts';
import type { Issue, World } from './world.ts';
import { DAY } from '../../../platform/time.ts';

type Registered = {
  readonly id: number;
  readonly url: string;
  readonly events: readonly string[];
  until: number;
};
export type SentHook = {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};

const LIFE_MS = 30 * DAY;

export type Hooks = ReturnType<typeof createHooks>;

/** Webhooks: registered for thirty days by apps, or by an administrator with a secret; kept until they are sent. */
export function createHooks(world: World) {
  const registered: Registered[] = [];
  const admin: { url: string; secret: string }[] = [];
  const waiting: SentHook[] = [];
  let count = 0;
  const now = () => world.clock.now().getTime();
  const call = (url: string, body: string, authorization: Record<string, string>): void => {
    const headers = {
      'content-type': 'application/json',
      'x-atlassian-webhook-identifier': randomUUID(),
      'x-atlassian-webhook-flow': 'Primary',
      ...authorization,
    };
    waiting.push({ url, headers, body });
  };

  const app = new Hono<SiteEnv>();
  app.post('/webhook', async (c) => {
    const body = await onlyBody(c, ['url', 'webhooks']);
    const results = (body['webhooks'] as { events: string[]; jqlFilter: string }[]).map((hook) => {
      onlyKeys(hook, ['events', 'jqlFilter', 'fieldIdsFilter', 'issuePropertyKeysFilter']);
      if (!/^project (?:=|in) /.test(hook.jqlFilter)) return { errors: ['The JQL filter is not supported.'] };
      count += 1;
      registered.push({ id: count, url: String(body['url']), events: hook.events, until: now() + LIFE_MS });
      return { createdWebhookId: count };
    });
    return c.json({ webhookRegistrationResult: results });
  });
  app.get('/webhook', (c) => {
    const alive = registered.filter(({ until }) => until > now());
    const { page, place } = pageOf(onlyQuery(c, ['startAt', 'maxResults']), alive);
    const values = page.map(({ id, url, events, until }) => ({
      id,
      events,
      url,
      jqlFilter: 'project = "DEV"',
      expirationDate: until,
    }));
    return c.json({ values, ...place, isLast: true });
  });
  app.put('/webhook/refresh', async (c) => {
    const ids = (await onlyBody(c, ['webhookIds']))['webhookIds'] as number[];
    for (const hook of registered) if (ids.includes(hook.id)) hook.until = now() + LIFE_MS;
    return c.json({ expirationDate: now() + LIFE_MS });
  });
  app.delete('/webhook', async (c) => {
    const ids = (await onlyBody(c, ['webhookIds']))['webhookIds'] as number[];
    for (const id of ids)
      registered.splice(
        registered.findIndex((each) => each.id === id),
        1,
      );
    return c.body(null, 202);
  });

  return {
    app,
    registered,
    /** Calls that Jira owes; a test sends them in whatever order, as often as it likes. */
    waiting,
    /** What an administrator enters on Jira's page. */
    addAdmin: (url: string, secret: string) => void admin.push({ url, secret }),
    tell(event: string, issue: Issue, more: Record<string, unknown> = {}): void {
      const body = JSON.stringify({
        timestamp: now(),
        webhookEvent: event,
        issue: issueOf(world, issue, ['summary', 'status', 'updated']),
        ...more,
      });
      for (const { url, secret } of admin) {
        const hmac = createHmac('sha256', secret).update(body).digest('hex');
        call(url, body, { 'x-hub-signature': `sha256=${hmac}` });
      }
      for (const hook of registered)
        if (hook.until > now() && hook.events.includes(event))
          call(hook.url, body, { authorization: `Bearer ${appToken(now(), SIMULATED_APP.secret)}` });
    },
    /** Sends what waits; a refused call is dropped, because the sweep finds its issue. */
    async send(post: (call: SentHook) => Promise<unknown>): Promise<void> {
      for (const each of waiting.splice(0)) await post(each);
    },
  };
}

/** The proof that a dynamic webhook is Atlassian's: a JWT over the app's own secret. */
export function appToken(now: number, secret: string, alg = 'HS256'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(now / 1000);
  const text = `${part({ alg, typ: 'JWT' })}.${part({ iss: 'atlassian', iat: seconds, exp: seconds + 180 })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
