import { beforeEach, expect, test } from 'vitest';
import type { Role } from '../../src/people/access/actor.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

// Eve is an admin, Lea a lead, of the mailbox of sales alone: what they try on the other mailbox, or on what is everybody's.

const { db } = await testDatabase();
const made = testApp(db);
const { call, deps } = made;
type Json = Record<string, any>;
let ids: Record<string, number>;
let tokens: Record<'eve' | 'lea' | 'chief' | 'ann', string>;

beforeEach(async () => {
  const support = await insertDesk(db);
  const sales = await insertDesk(db, 'sales@example.com');
  const of = (name: string, role: Role, mailboxIds: number[] | null) =>
    testOperator(deps, { name, role, ...(mailboxIds === null ? {} : { mailboxIds }) });
  const chief = await of('Chief', 'admin', null);
  const eve = await of('Eve', 'admin', [sales.mailboxId]);
  const lea = await of('Lea', 'lead', [sales.mailboxId]);
  const ann = await of('Ann', 'agent', [support.mailboxId]);
  tokens = { eve: eve.token, lea: lea.token, chief: chief.token, ann: ann.token };
  const request = await insertRequest(db, support, { subject: 'Secret of support' });
  const own = await insertRequest(db, sales);
  await insertInbound(db, support, request);
  const [message] = await db<{ id: number }[]>`select id from messages`;
  const add = async (token: string, path: string, body: Json, method = 'POST'): Promise<number> => {
    const response = await call(method, path, { token, body });
    const answer = (await response.json()) as Json;
    expect([path, response.status, answer]).toEqual([path, expect.toSatisfy((code) => code < 300), answer]);
    return answer['id'] as number;
  };
  const url = 'https://receiver.example/secret-path';
  const both = [support.mailboxId, sales.mailboxId];
  ids = {
    support: support.mailboxId,
    sales: sales.mailboxId,
    request,
    own,
    message: message?.id ?? 0,
    hook: await add(chief.token, '/v1/webhooks', { url, mailboxIds: [support.mailboxId] }),
    hookOfBoth: await add(chief.token, '/v1/webhooks', { url, mailboxIds: both }),
    hookOfAll: await add(chief.token, '/v1/webhooks', { url }),
    canned: await add(chief.token, '/v1/canned-replies', {
      scope: 'mailbox',
      mailboxId: support.mailboxId,
      name: 'Secret of support',
      text: 'x',
    }),
    cannedOfAll: await add(chief.token, '/v1/canned-replies', { scope: 'desk', name: 'Desk', text: 'x' }),
    view: await add(chief.token, '/v1/views', { name: 'Desk', query: 'status=new', shared: true }),
    annsView: await add(ann.token, '/v1/views', { name: 'Secret of support', query: 'status=new' }),
    ann: ann.id,
  };
  await call('PUT', `/v1/requests/${request}/drafts/reply`, {
    token: ann.token,
    body: { text: 'Secret of support' },
  });
  await call('POST', '/v1/presence', { token: ann.token, body: { requestId: request, state: 'writing' } });
});

/** Everything that an operator can see or spoil, but the tokens' last use. */
const rows = async () =>
  db`select
    (select json_agg(t order by id) from webhooks t) as webhooks,
    (select json_agg(t order by id) from canned_replies t) as canned,
    (select json_agg(t order by id) from views t) as views,
    (select json_agg(t order by id) from requests t) as requests,
    (select json_agg(t order by id) from mailboxes t) as mailboxes,
    (select json_agg(t order by id) from drafts t) as drafts,
    (select count(*) from messages) as messages,
    (select count(*) from presence) as presence,
    (select max(id) from events) as events`;

const REACHING: readonly (readonly [method: string, path: string, body?: Json])[] = [
  ['GET', '/v1/webhooks/{hook}'],
  ['PATCH', '/v1/webhooks/{hook}', { enabled: false }],
  ['DELETE', '/v1/webhooks/{hook}'],
  ['POST', '/v1/webhooks/{hook}/rotate-secret'],
  ['POST', '/v1/webhooks/{hook}/test'],
  ['GET', '/v1/webhooks/{hook}/attempts'],
  ['POST', '/v1/webhooks/{hook}/replay', { eventId: 1 }],
  ['PATCH', '/v1/webhooks/{hookOfBoth}', { url: 'https://evil.example/' }],
  ['DELETE', '/v1/webhooks/{hookOfAll}'],
  ['POST', '/v1/webhooks', { url: 'https://evil.example/' }],
  ['POST', '/v1/webhooks', { url: 'https://evil.example/', mailboxIds: ['{support}'] }],
  ['POST', '/v1/webhooks', { url: 'https://evil.example/', mailboxIds: ['{sales}', '{support}'] }],
  ['GET', '/v1/canned-replies/{canned}'],
  ['PATCH', '/v1/canned-replies/{canned}', { text: 'evil' }],
  ['PATCH', '/v1/canned-replies/{cannedOfAll}', { text: 'evil' }],
  ['DELETE', '/v1/canned-replies/{cannedOfAll}'],
  ['POST', '/v1/canned-replies', { scope: 'mailbox', mailboxId: '{support}', name: 'e', text: 'e' }],
  ['POST', '/v1/canned-replies', { scope: 'desk', name: 'e', text: 'e' }],
  ['POST', '/v1/canned-replies/{canned}/render', { requestId: '{own}' }],
  ['POST', '/v1/canned-replies/{cannedOfAll}/render', { requestId: '{request}' }],
  ['PATCH', '/v1/views/{view}', { query: 'status=closed' }],
  ['PATCH', '/v1/views/{view}', { shared: false }],
  ['DELETE', '/v1/views/{view}'],
  ['GET', '/v1/views/{annsView}'],
  ['DELETE', '/v1/views/{annsView}'],
  ['GET', '/v1/requests/{request}/drafts/reply'],
  ['PUT', '/v1/requests/{request}/drafts/reply', { text: 'evil' }],
  ['DELETE', '/v1/requests/{request}/drafts/reply'],
  ['POST', '/v1/presence', { requestId: '{request}', state: 'looking' }],
  ['PUT', '/v1/requests/{request}/read-mark', { messageId: '{message}' }],
  ['GET', '/v1/requests/{request}/recipients'],
  ['GET', '/v1/requests/{request}/events'],
  ['GET', '/v1/requests/{request}/links'],
  ['POST', '/v1/requests/{request}/links', { connectionId: 1, issueKey: 'A-1' }],
  ['POST', '/v1/requests/{own}/merge', { into: '{request}' }],
  ['POST', '/v1/requests/{request}/merge', { into: '{own}' }],
  ['GET', '/v1/mailboxes/{support}/jira'],
  ['PUT', '/v1/mailboxes/{support}/jira', { connectionId: 1, projectKey: 'A', issueTypeId: '1' }],
  ['DELETE', '/v1/mailboxes/{support}/jira'],
  ['PATCH', '/v1/mailboxes/{support}', { source: 'microsoft' }],
  ['PATCH', '/v1/mailboxes/{support}', { aliases: ['evil@example.com'] }],
  ['GET', '/v1/mailboxes/{support}/templates'],
  [
    'POST',
    '/v1/connections',
    { kind: 'api_token', siteUrl: 'https://evil.example', email: 'e@e.example', token: 'x', name: 'e' },
  ],
  ['PATCH', '/v1/operators/{ann}', { mailboxIds: ['{sales}'] }],
];

const filled = <Value>(value: Value): Value =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/"\{(\w+)\}"/g, (_, name: string) => String(ids[name]))
      .replace(/\{(\w+)\}(?=[/"])/g, (_, name: string) => String(ids[name])),
  );

test.each(['eve', 'lea'] as const)(
  '%s reaches nothing of another mailbox or of the whole desk',
  async (who) => {
    const before = await rows();
    for (const [method, path, body] of REACHING) {
      const input = body === undefined ? undefined : filled(body);
      const response = await call(method, filled(path), { token: tokens[who], body: input });
      const text = await response.text();
      expect([400, 403, 404], `${method} ${path}: ${text}`).toContain(response.status);
      expect([path, text]).toEqual([path, expect.not.stringMatching(/Secret of support|secret-path/)]);
    }
    expect(await rows()).toEqual(before);
  },
);

test.each(['eve', 'lea'] as const)('no list shows %s anything of another mailbox', async (who) => {
  const token = tokens[who];
  for (const path of [
    '/v1/requests',
    '/v1/requests.csv',
    '/v1/requests?search=secret',
    '/v1/canned-replies',
    '/v1/views',
    '/v1/views/counts',
    '/v1/webhooks',
    '/v1/events',
    '/v1/events?mailboxId={support}',
    '/v1/presence?requestId={request}',
    '/v1/deliveries',
    '/v1/intake',
    '/v1/contacts',
    '/v1/figures',
    '/v1/figures?mailboxId={support}',
    '/v1/sending',
    '/v1/connections',
  ]) {
    const response = await call('GET', filled(path), { token });
    const text = await response.text();
    expect([path, text]).toEqual([path, expect.not.stringMatching(/Secret of support|secret-path|"Ann"/)]);
  }
  const body = { requestIds: [ids['request'], ids['own']], action: { kind: 'addTags', tags: ['evil'] } };
  await call('POST', '/v1/requests/bulk', { token, body });
  expect(await db`select id from requests where 'evil' = any(tags) and id = ${ids['request'] ?? 0}`).toEqual(
    [],
  );
});
