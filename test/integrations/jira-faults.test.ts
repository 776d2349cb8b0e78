import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { callJira } from '../../src/integrations/jira/client/http.ts';
import { appToken } from '../../src/apps/demo/jira/hooks.ts';
import { problemOf } from '../support/app.ts';
import { personComment, testJiraDesk } from '../support/jira.ts';

const { db, desk, smtp } = await testJiraDesk();

test.each(['lost', 'error', 'html', 'burst', 'quota', 'per-issue', 'unauthorized'] as const)(
  'an issue is made once when the answer is %s',
  async (kind) => {
    await desk.connect();
    desk.jira.faults.order(kind, 'POST', /^\/issue$/);
    const { requestId } = await desk.mail();
    await desk.work();
    if (kind === 'lost') expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'uncertain' }]);
    await desk.pass(8);
    expect(desk.jira.world.issues).toHaveLength(1);
    expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked', key: 'DEV-1' }]);
  },
);

test.each([
  ['7', 7],
  ['0', null],
  ['-1', null],
  ['1767225600', 86_400],
  ['Wed, 02 Dec 2026 07:28:00 GMT', null],
])('an answer with Retry-After %s asks for %s seconds', async (header, retryAfterSeconds) => {
  const server = createServer((_, response) => response.writeHead(503, { 'retry-after': header }).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = callJira({ root, authorization: '' }, { method: 'GET', path: '/' }, z.unknown());
  await expect(asked).rejects.toMatchObject({ kind: 'unclear', retryAfterSeconds });
  server.close();
});

test('a limit of one issue holds up that issue alone, a limit of the app the whole connection, for as long as Jira asks', async () => {
  const { id } = await desk.connect();
  await desk.mail({ from: 'dora@customer.example' });
  await desk.mail({ from: 'emil@customer.example' });
  await desk.pass(2);
  const [first, second] = desk.jira.world.issues;
  const both = async (text: string) => {
    for (const name of ['dora', 'emil'])
      await desk.mail({ from: `${name}@customer.example`, subject: 'Re: The printer is on fire', text });
    await desk.work();
    return desk.jira.world.issues.map(({ comments }) => comments.length);
  };
  desk.jira.faults.order('per-issue', 'POST', new RegExp(`/issue/${first!.id}/comment$`));
  expect(await both('Once.')).toEqual([0, 1]);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ pausedUntil: null });
  desk.clock.advance(3000);
  await desk.work();
  expect(first!.comments).toHaveLength(1);

  desk.jira.faults.order('quota', 'POST', /comment$/);
  await both('Twice.');
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({
    pausedUntil: new Date(desk.clock.now().getTime() + 60_000).toISOString(),
    pauseReason: 'jira-quota-global-based',
  });
  const asked = desk.jira.calls.length;
  desk.clock.advance(50_000);
  await desk.work();
  expect(desk.jira.calls).toHaveLength(asked);
  await desk.pass(1);
  expect([first!.comments.length, second!.comments.length]).toEqual([2, 2]);
});

test('an issue whose answer was lost is found though the index is late', async () => {
  await desk.connect();
  desk.jira.world.indexLagSeconds = 120;
  desk.jira.faults.order('lost', 'POST', /^\/issue$/);
  const { requestId } = await desk.mail();
  await desk.work();
  await desk.pass(8);
  expect(desk.jira.world.issues).toHaveLength(1);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked' }]);
});

test('a process that is killed in the middle leaves one issue and one comment', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.work();
  // As the row is when a process ends between Jira's answer and its commit.
  await db`update jira_issues set state = 'creating', jira_id = null, key = null, next_at = ${desk.clock.now()}`;
  await db`update jira_changes set state = 'waiting', jira_id = null where kind = 'issue'`;
  await desk.pass(8);
  await desk.mail({ subject: 'Re: The printer is on fire', text: 'Still.' });
  await desk.work();
  await db`update jira_changes set state = 'waiting', jira_id = null where kind = 'comment'`;
  await db`update jira_issues set next_at = ${desk.clock.now()}`;
  await desk.pass(8);
  expect(desk.jira.world.issues).toHaveLength(1);
  expect(desk.jira.world.issues[0]?.comments).toHaveLength(1);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked', waitingChanges: 0 }]);
});

test.each([
  ['lost', /\/comment$/],
  ['error', /\/comment$/],
  ['lost', /\/attachments$/],
  ['lost', /\/remotelink$/],
] as const)('a change whose answer is %s at %s is made once', async (kind, path) => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  desk.jira.faults.order(kind, 'POST', path);
  await desk.mail({ subject: 'Re: The printer is on fire', text: 'Still burning.' });
  await desk.pass(8);
  const [issue] = desk.jira.world.issues;
  expect(issue?.comments).toHaveLength(1);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ waitingChanges: 0 }]);
  // Nor does one of our own come back as a note.
  expect((await desk.messages(requestId ?? 0)).filter(({ kind }: any) => kind === 'note')).toEqual([]);
});

test('what is not for the contact is never sent: restricted, internal, unmarked, by a bot, or the policy’s none', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.deliver();
  smtp.mails.length = 0;
  desk.clock.advance(1000);
  const [issue] = desk.jira.world.issues;
  const bot = desk.jira.world.addAccount('Automation', 'app');
  const say = (text: string, more: object = {}, author = desk.dana) =>
    personComment(desk.jira, issue!, author, text, more);
  say('#reply restricted', { visibility: { type: 'role', value: 'Developers' } });
  say('#reply internal', { jsdPublic: false });
  say('not marked');
  say('#reply by a bot', {}, bot);
  say('#reply');
  await desk.pass(6);
  await desk.deliver();
  expect(smtp.mails).toEqual([]);
  expect((await desk.messages(requestId ?? 0)).filter(({ kind }: any) => kind === 'note')).toHaveLength(3);
});

test('an edit after the mail is a note, a deletion an event, never a second mail', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.deliver();
  smtp.mails.length = 0;
  const [issue] = desk.jira.world.issues;
  desk.clock.advance(1000);
  const comment = personComment(desk.jira, issue!, desk.dana, '#reply One.');
  await desk.pass(6);
  desk.clock.advance(1000);
  comment.body = '#reply Two.';
  comment.updated = desk.jira.world.now();
  desk.jira.world.touch(issue!);
  await desk.pass(6);
  desk.clock.advance(1000);
  issue!.comments.length = 0;
  desk.jira.world.touch(issue!);
  await desk.pass(6);
  await desk.deliver();
  await desk.deliver();
  expect(smtp.mails).toHaveLength(1);
  const events = await desk.events(requestId ?? 0);
  expect(events.filter((type) => type === 'jira.comment_edited')).toHaveLength(1);
  expect(events.filter((type) => type === 'jira.comment_deleted')).toHaveLength(1);
});

test('an issue that is gone is told on the request, and mended when it is there again', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  const gone = desk.jira.world.issues.splice(0);
  await desk.pass(6);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'broken', key: 'DEV-1' }]);
  expect((await desk.ok('GET', `/v1/requests/${requestId}`)).needsAttention).toBe(true);
  desk.jira.world.issues.push(...gone);
  await desk.ok('POST', `/v1/requests/${requestId}/links/1/retry`);
  await desk.pass(1);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked' }]);
});

test('a request is tied to an issue that is there, to several, once each, and untied', async () => {
  const connection = await desk.connect({ always: false });
  const { requestId } = await desk.mail();
  const path = `/v1/requests/${requestId}/links`;
  const tie = (body: object) => desk.call('POST', path, { token: desk.ann.token, body });
  expect((await tie({})).status).toBe(201);
  await desk.pass(1);
  const [issue] = desk.jira.world.issues;
  personComment(desk.jira, issue!, desk.dana, '#reply Long ago.');
  const second = await desk.mail({ from: 'Olaf <olaf@customer.example>', subject: 'Me too' });
  const other = `/v1/requests/${second.requestId}/links`;
  desk.clock.advance(1000);
  expect(await desk.ok('POST', other, { issueKey: 'DEV-1', connectionId: connection.id })).toMatchObject({
    state: 'linked',
  });
  await problemOf(
    await desk.call('POST', other, { token: desk.ann.token, body: { issueKey: 'DEV-1' } }),
    409,
    'already_exists',
  );
  await problemOf(
    await desk.call('POST', other, { token: desk.ann.token, body: { issueKey: 'DEV-99' } }),
    502,
    'jira_refused',
  );
  await desk.pass(6);
  // Written before the tie: not to Olaf.
  const said = (await desk.messages(second.requestId ?? 0)).filter(({ kind }: any) => kind !== 'automatic');
  expect(said.map(({ kind }: any) => kind)).toEqual(['inbound']);
  const [link] = await desk.links(second.requestId ?? 0);
  expect((await desk.call('DELETE', `${other}/${link.id}`, { token: desk.ann.token })).status).toBe(204);
  expect(await desk.links(second.requestId ?? 0)).toEqual([]);
});

test('an issue is made in the project and of the type that the call names', async () => {
  await desk.connect({ always: false, labels: ['desk'] });
  desk.jira.world.projects.push({ id: '10102', key: 'WEB', name: 'Web', readonly: false, requires: [] });
  const { requestId } = await desk.mail();
  for (const body of [{ issueTypeId: '10002' }, { projectKey: 'WEB', issueTypeId: '10001' }]) {
    await desk.ok('POST', `/v1/requests/${requestId}/links`, body);
    await desk.pass(1);
  }
  expect(desk.jira.world.issues.map(({ key, typeId, fields }) => [key, typeId, fields.labels])).toEqual([
    ['DEV-1', '10002', expect.arrayContaining(['desk'])],
    ['WEB-1', '10001', expect.arrayContaining(['desk'])],
  ]);
});

test('a closed request moves its issue to done, and Jira’s own move back tells nobody twice', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.ok('POST', `/v1/requests/${requestId}/close`);
  desk.jira.faults.order('lost', 'POST', /\/transitions$/);
  await desk.pass(6);
  expect(desk.jira.world.issues[0]?.status).toBe('Done');
  expect((await desk.ok('GET', `/v1/requests/${requestId}`)).status).toBe('closed');
});

test('webhooks are hints: signed they make it quick, doubled and out of order they do no harm, forged they are refused', async () => {
  const { id } = await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.deliver();
  smtp.mails.length = 0;
  const [row] = await db<{ webhookSecret: string }[]>`select webhook_secret from jira_connections`;
  const secret = desk.deps.keyring.open(row!.webhookSecret);
  desk.jira.hooks.addAdmin(`https://desk.example.com/jira/hooks/${id}`, secret);
  const [issue] = desk.jira.world.issues;
  desk.clock.advance(1000);
  personComment(desk.jira, issue!, desk.dana, '#reply At once.');
  desk.jira.hooks.tell('comment_created', issue!);
  desk.jira.hooks.tell('jira:issue_updated', issue!);
  const calls = desk.jira.hooks.waiting.splice(0).toReversed();
  const post = (headers: Record<string, string>, body: string) =>
    desk.app.request(`/jira/hooks/${id}`, { method: 'POST', headers, body });
  for (const call of [...calls, ...calls]) expect((await post(call.headers, call.body)).status).toBe(204);
  await desk.work();
  await desk.deliver();
  await desk.deliver();
  expect(smtp.mails).toHaveLength(1);

  const { headers, body } = calls[0]!;
  const { 'x-hub-signature': _, ...unsigned } = headers;
  await problemOf(await post(unsigned, body), 401, 'bad_signature');
  let begun = 0;
  const unread = new ReadableStream({ pull: () => void (begun += 1) }, { highWaterMark: 0 });
  for (const [path, shows] of [
    [id, unsigned],
    [id + 1, headers],
  ] as const) {
    const call = new Request(`https://desk.example.com/jira/hooks/${path}`, {
      method: 'POST',
      headers: shows,
      body: unread,
      duplex: 'half',
    });
    await problemOf(await desk.app.request(call), 401, 'bad_signature');
  }
  expect(begun).toBe(0);
  await problemOf(
    await post({ ...headers, 'x-hub-signature': `sha256=${'0'.repeat(64)}` }, body),
    401,
    'bad_signature',
  );
  await problemOf(await post(headers, body.replace('DEV-1', 'DEV-2')), 401, 'bad_signature');
  await problemOf(
    await post({ ...unsigned, authorization: `Bearer ${appToken(0, 'x')}` }, body),
    401,
    'bad_signature',
  );
  const old = JSON.stringify({
    timestamp: desk.clock.now().getTime() - 25 * 3_600_000,
    issue: { id: issue!.id },
  });
  const signature = createHmac('sha256', secret).update(old).digest('hex');
  await problemOf(await post({ 'x-hub-signature': `sha256=${signature}` }, old), 400, 'invalid_input');
  expect(await desk.links(requestId ?? 0)).toHaveLength(1);
});
