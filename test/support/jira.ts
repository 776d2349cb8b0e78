import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { SimulatedJira } from '../../src/apps/demo/jira/simulated-jira.ts';
import { serveJira, type ServedJira } from '../../src/apps/demo/jira/serve-jira.ts';
import type { Account, Issue } from '../../src/apps/demo/jira/world.ts';
import type { Deployment } from '../../src/integrations/jira/client/dialect.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { workJira } from '../../src/integrations/jira/work-jira.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { deliverDue } from './deliver-due.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { adfFault } from './adf-schema.ts';
import { testApp, testClock, testOperator } from './app.ts';
import { testDatabase } from './database.ts';
import { type MailParts, handOver, mailOf, receive, testMailbox } from './intake.ts';
import { startSmtpListener } from './smtp-listener.ts';
import { oneAccount } from './transports.ts';

export const MAPPING = {
  projectKey: 'DEV',
  issueTypeId: '10001',
  always: true,
  verbs: { done: 'resolve' },
  closeTo: 'done',
};

export type JiraDesk = Awaited<ReturnType<typeof openDesk>>;

/** A desk that takes mail and sends it, with a simulated Jira beside it; new in every test. Its hooks are the file's. */
export async function testJiraDesk({ deployment = 'cloud' }: { readonly deployment?: Deployment } = {}) {
  const { db, url } = await testDatabase();
  const parsePool = createParsePool({ size: 1 });
  const smtp = await startSmtpListener();
  const clock = testClock();
  let served: ServedJira;
  let current: JiraDesk;
  beforeAll(async () => {
    served = await serveJira({ clock, adfFault, deployment });
  });
  beforeEach(async () => {
    smtp.mails.length = 0;
    // A fresh world behind the same socket.
    await served.close();
    served = await serveJira({ clock, adfFault, deployment });
    current = await openDesk({ db, parsePool, smtpUrl: smtp.url, clock, served });
  });
  afterEach(() => current.close());
  afterAll(() => Promise.all([parsePool.close(), smtp.stop(), served.close()]));
  const desk = new Proxy({} as JiraDesk, { get: (_, name) => current[name as keyof JiraDesk] });
  return { db, url, smtp, clock, desk };
}

async function openDesk(given: {
  readonly db: Awaited<ReturnType<typeof testDatabase>>['db'];
  readonly parsePool: ReturnType<typeof createParsePool>;
  readonly smtpUrl: string;
  readonly clock: ReturnType<typeof testClock>;
  readonly served: ServedJira;
}) {
  const { db, parsePool, clock, served } = given;
  const transport = smtpTransport({ url: given.smtpUrl, maxConnections: 1 });
  const made = testApp(db, {
    clock,
    parsePool,
    transports: oneAccount(transport),
    atlassian: served.atlassian,
  });
  const mailbox = await testMailbox(made.deps);
  const ada = await testOperator(made.deps, { name: 'Ada', role: 'admin' });
  const ann = await testOperator(made.deps, { name: 'Ann' });
  const test = { app: made.app, clock };
  const { jira } = served;
  const dana = jira.world.addAccount('Dana Dev');
  /** Answers of a call as JSON; anything but a 2xx fails the test. */
  const ok = async (method: string, path: string, body?: unknown, token = ada.token): Promise<any> => {
    const response = await made.call(method, path, { token, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  return {
    ...made,
    db,
    clock,
    jira,
    siteUrl: served.siteUrl,
    mailbox,
    ada,
    ann,
    dana,
    ok,
    /** A page of the console as Ada sees it, or what becomes of a form that she sends. */
    async page(path: string, form?: Record<string, string>): Promise<Response> {
      const { session } = await db.begin((tx) => openSession(tx, ada.id, clock.now()));
      return made.app.request(path, {
        method: form === undefined ? 'GET' : 'POST',
        headers: { cookie: `__Host-mailroom=${session}`, origin: 'https://desk.example.com' },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
    },
    /** Connects by an API token; the mailbox's requests all become issues unless `mapping` says otherwise. */
    async connect(mapping: object | null = {}, token: Partial<{ email: string; token: string }> = {}) {
      const isCloud = jira.world.deployment === 'cloud';
      const connection = await ok('POST', '/v1/connections', {
        kind: isCloud ? 'api_token' : 'access_token',
        name: 'Jira',
        siteUrl: served.siteUrl,
        ...(isCloud ? { email: jira.bot.email } : { deployment: 'data_center' }),
        token: jira.bot.apiToken,
        ...token,
      });
      if (mapping !== null)
        await ok('PUT', `/v1/mailboxes/${mailbox.id}/jira`, {
          ...MAPPING,
          connectionId: connection.id,
          ...mapping,
        });
      return connection;
    },
    /** A mail of Carla's comes in; returns what became of it. */
    mail: (parts: MailParts = {}) => receive(test, parts),
    raw: (raw: string | Uint8Array) => handOver(test, { raw }),
    mailOf,
    work: () => workJira(made.deps),
    /** Minutes go by, with a look at the end of each. */
    async pass(minutes: number): Promise<void> {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.advance(60_000);
        await workJira(made.deps);
      }
    },
    deliver: () => deliverDue(made.deps, { random: () => 0 }),
    links: async (requestId: number) => (await ok('GET', `/v1/requests/${requestId}/links`)).items,
    messages: async (requestId: number) => (await ok('GET', `/v1/requests/${requestId}/messages`)).items,
    events: async (requestId: number): Promise<string[]> =>
      (await ok('GET', `/v1/requests/${requestId}/events`)).items.map(
        (event: { type: string }) => event.type,
      ),
    close: () => transport.close(),
  };
}

/** A person's comment in Jira. */
export function personComment(
  jira: SimulatedJira,
  issue: Issue,
  author: Account,
  text: string,
  more: object = {},
) {
  const content = text
    .split('\n')
    .map((line) => ({ type: 'paragraph', content: line === '' ? [] : [{ type: 'text', text: line }] }));
  const body = jira.world.deployment === 'cloud' ? { version: 1, type: 'doc', content } : text;
  return jira.addComment(jira.world, issue, author, { body, ...more });
}

/** All text of a comment's or description's document. */
export function textIn(node: unknown): string {
  if (typeof node !== 'object' || node === null) return typeof node === 'string' ? node : '';
  const { text, content } = node as { text?: string; content?: unknown[] };
  return `${text ?? ''}${(content ?? []).map(textIn).join('\n')}`;
}
