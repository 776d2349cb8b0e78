import { expect, test } from 'vitest';
import { attachmentDisposition } from '../../src/platform/http/download.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call, wakes } = testApp(db);

async function desk() {
  const found = await insertDesk(db);
  const requestId = await insertRequest(db, found);
  const { messageId } = await insertInbound(db, found, requestId);
  return { ...found, requestId, messageId };
}

test('a request is shown with exactly the documented fields', async () => {
  const { token } = await testOperator(deps);
  const { requestId, mailboxId, contactId } = await desk();
  const time = START.toISOString();
  const hours = (count: number) => new Date(START.getTime() + count * 3_600_000).toISOString();
  const running = { state: 'running', startedAt: time, endedAt: null, warnedAt: null, breachedAt: null };
  const request = await (await call('GET', `/v1/requests/${requestId}`, { token })).json();
  expect(request).toEqual({
    id: requestId,
    mailbox: { id: mailboxId, address: 'support@example.com' },
    contact: { id: contactId, email: 'maria@example.org', name: 'Maria' },
    subject: 'My parcel',
    status: 'new',
    priority: 'P3',
    category: null,
    tags: [],
    assignee: null,
    team: null,
    escalated: false,
    escalation: null,
    fields: {},
    jira: null,
    followUpOf: null,
    refersTo: null,
    mergedInto: null,
    needsAttention: false,
    messageCount: 0,
    createdAt: time,
    updatedAt: time,
    lastMessageAt: time,
    firstResponseAt: null,
    resolvedAt: null,
    closedAt: null,
    due: hours(8),
    clocks: {
      firstAnswer: { ...running, due: hours(8), leftSeconds: 8 * 3600, targetSeconds: 8 * 3600 },
      nextAnswer: null,
      resolution: { ...running, due: hours(72), leftSeconds: 72 * 3600, targetSeconds: 72 * 3600 },
    },
    rating: null,
    ratingComment: null,
    ratedAt: null,
    version: 1,
  });
  expect(await (await call('GET', '/v1/requests', { token })).json()).toEqual({
    items: [request],
    nextCursor: null,
  });
});

test('taking, answering and closing change the request, queue mail and write history', async () => {
  const { token, id } = await testOperator(deps);
  const { requestId, messageId } = await desk();
  const path = `/v1/requests/${requestId}`;

  const taken = await call('POST', `${path}/take`, { token });
  expect(taken.status).toBe(200);
  expect(await taken.json()).toMatchObject({
    id: requestId,
    status: 'in_progress',
    assignee: { id, name: 'Ann' },
  });

  const before = wakes();
  const body = {
    text: 'It is on its way.',
    html: '<p>It is <b>on</b> its way.</p><script>x()</script>',
    seenMessageId: messageId,
  };
  const answered = await call('POST', `${path}/messages`, { token, body });
  expect(answered.status).toBe(201);
  expect(wakes()).toBe(before + 1);
  const message = (await answered.json()) as Record<string, unknown>;
  expect(message).toMatchObject({
    requestId,
    kind: 'outbound',
    author: { kind: 'operator', id, name: 'Ann' },
    to: [{ address: 'maria@example.org' }],
    text: 'It is on its way.',
    internetMessageId: expect.stringMatching(/^<[^<>@]+@[^<>@]+>$/),
    attachments: [],
    delivery: {
      state: 'queued',
      pausedReason: 'no_transport',
      recipients: [{ address: 'maria@example.org', state: 'waiting' }],
      attempts: [],
      sentAt: null,
    },
  });
  expect(message.html).toContain('<b>on</b>');
  expect(message.html).not.toContain('script');

  const closed = await call('POST', `${path}/close`, { token, body: { notify: false, reason: 'done' } });
  expect(closed.status).toBe(200);
  expect(await closed.json()).toMatchObject({ status: 'closed', closedAt: START.toISOString() });
  await problemOf(await call('POST', `${path}/close`, { token }), 409, 'wrong_state');
  await problemOf(await call('POST', `${path}/messages`, { token, body: { text: 'x' } }), 409, 'wrong_state');

  const events = (await (await call('GET', `${path}/events`, { token })).json()) as {
    items: Record<string, unknown>[];
  };
  expect(events.items.map((event) => event.type)).toEqual(
    expect.arrayContaining(['request.taken', 'message.replied', 'request.closed']),
  );
  expect(events.items.at(-1)).toMatchObject({
    type: 'request.closed',
    requestId,
    actor: { kind: 'operator', id, name: 'Ann' },
    new: { status: 'closed', reason: 'done' },
    at: START.toISOString(),
  });
});

test('a reply written before the latest message is refused with what was missed', async () => {
  const { token } = await testOperator(deps);
  const { requestId, messageId, mailboxId, contactId } = await desk();
  const later = await insertInbound(db, { mailboxId, contactId }, requestId);
  const body = { text: 'hello', seenMessageId: messageId };
  const problem = await problemOf(
    await call('POST', `/v1/requests/${requestId}/messages`, { token, body }),
    409,
    'thread_moved_on',
  );
  expect(problem.missed).toMatchObject([{ id: later.messageId }]);
  expect(await db`select id from deliveries`).toHaveLength(0);
});

test.each([
  [{}, '/text'],
  [{ text: ' \n' }, '/text'],
  [{ text: 'a\0b' }, '/text'],
  [{ text: 'x', html: 'a\0b' }, '/html'],
  [{ text: 'x', cc: ['nobody'] }, '/cc/0'],
  [{ text: 'x', cc: ['support@example.com'] }, '/cc'],
  [{ text: 'x', cc: 'a@example.com' }, '/cc'],
  [{ text: 'x', seenMessageId: 0 }, '/seenMessageId'],
  [{ text: 'x', holdSeconds: 3601 }, '/holdSeconds'],
  [{ text: 'x', to: 'a@example.com' }, '/to'],
])('the reply %j is refused at %s and changes nothing', async (body, pointer) => {
  const { token } = await testOperator(deps);
  const { requestId } = await desk();
  const response = await call('POST', `/v1/requests/${requestId}/messages`, { token, body });
  const problem = await problemOf(response, 400, 'invalid_input');
  expect(problem.errors).toMatchObject([{ pointer }]);
  expect(await db`select id from messages`).toHaveLength(1);
  expect(await db`select id from requests where status <> 'new'`).toHaveLength(0);
});

test('verbs and replies on an unknown request are 404, with a body of another type 415', async () => {
  const { token } = await testOperator(deps);
  const { requestId } = await desk();
  for (const verb of ['take', 'close']) {
    await problemOf(await call('POST', `/v1/requests/4711/${verb}`, { token }), 404, 'not_found');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await call('POST', `/v1/requests/${requestId}/${verb}`, {
      token,
      headers,
      body: 'force=true',
    });
    await problemOf(response, 415, 'unsupported_media_type');
  }
  await problemOf(
    await call('POST', '/v1/requests/4711/messages', { token, body: { text: 'x' } }),
    404,
    'not_found',
  );
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const other = await call('POST', `/v1/requests/${requestId}/messages`, {
      token,
      headers: { 'content-type': type },
      body: 'text=x',
    });
    await problemOf(other, 415, 'unsupported_media_type');
  }
});

test('messages come oldest first, in pages, with what came in and what went out', async () => {
  const { token } = await testOperator(deps);
  const { requestId, messageId } = await desk();
  await call('POST', `/v1/requests/${requestId}/messages`, { token, body: { text: 'hello', cc: [] } });
  const first = (await (
    await call('GET', `/v1/requests/${requestId}/messages?limit=1`, { token })
  ).json()) as {
    items: Record<string, unknown>[];
    nextCursor: string;
  };
  expect(first.items).toMatchObject([
    {
      id: messageId,
      kind: 'inbound',
      author: { kind: 'contact', name: 'Maria' },
      from: { name: 'Maria', address: 'maria@example.org' },
      matchedBy: 'new',
      authenticity: 'verified',
      delivery: null,
    },
  ]);
  const rest = await call('GET', `/v1/requests/${requestId}/messages?cursor=${first.nextCursor}`, { token });
  expect(await rest.json()).toMatchObject({ items: [{ kind: 'outbound', text: 'hello' }], nextCursor: null });
});

test('an original mail of several slices comes back byte for byte, to be saved', async () => {
  const { token } = await testOperator(deps);
  const found = await insertDesk(db);
  const requestId = await insertRequest(db, found);
  const raw = Buffer.alloc(1_300_001, 'Subject: é\r\n\r\n0123456789\0\xff', 'latin1');
  const { messageId } = await insertInbound(db, found, requestId, { raw });
  const response = await call('GET', `/v1/messages/${messageId}/raw`, { token });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('message/rfc822');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="message-${messageId}.eml"`);
  expect(response.headers.get('content-length')).toBe(String(raw.length));
  expect(Buffer.from(await response.arrayBuffer()).equals(raw)).toBe(true);
});

test('a message without an original is 404 there', async () => {
  const { token } = await testOperator(deps);
  const found = await insertDesk(db);
  const requestId = await insertRequest(db, found);
  const { messageId } = await insertInbound(db, found, requestId, { raw: null });
  await problemOf(await call('GET', `/v1/messages/${messageId}/raw`, { token }), 404, 'not_found');
  await problemOf(await call('GET', '/v1/messages/4711/raw', { token }), 404, 'not_found');
});

test('an attachment can be saved, never shown, whatever its mail said of it', async () => {
  const { token } = await testOperator(deps);
  const found = await insertDesk(db);
  const requestId = await insertRequest(db, found);
  const attachment = {
    name: 'счёт "1".html',
    contentType: 'text/html',
    content: Buffer.from('<script>x()</script>'),
  };
  const { attachmentId } = await insertInbound(db, found, requestId, { attachment });
  const response = await call('GET', `/v1/attachments/${attachmentId}`, { token });
  expect(await response.text()).toBe('<script>x()</script>');
  const { headers } = response;
  expect(headers.get('content-type')).toBe('text/html');
  expect(headers.get('content-disposition')).toBe(
    `attachment; filename="_ _1_.html"; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82%20%221%22.html`,
  );
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const odd = await insertInbound(db, found, requestId, {
    attachment: { name: '', contentType: 'text/html; charset=x\r\nx-evil: 1', content: Buffer.alloc(0) },
  });
  const empty = await call('GET', `/v1/attachments/${odd.attachmentId}`, { token });
  expect(empty.headers.get('content-type')).toBe('application/octet-stream');
  expect((await empty.arrayBuffer()).byteLength).toBe(0);
});

test('files of a mailbox one does not serve are 404', async () => {
  const found = await insertDesk(db);
  const other = await insertDesk(db, 'sales@example.com');
  const { token } = await testOperator(deps, { mailboxIds: [other.mailboxId] });
  const requestId = await insertRequest(db, found);
  const attachment = { name: 'a.txt', contentType: 'text/plain', content: Buffer.from('a') };
  const { messageId, attachmentId } = await insertInbound(db, found, requestId, { attachment });
  await problemOf(await call('GET', `/v1/messages/${messageId}/raw`, { token }), 404, 'not_found');
  await problemOf(await call('GET', `/v1/attachments/${attachmentId}`, { token }), 404, 'not_found');
});

test.each([
  ['report.pdf', 'attachment; filename="report.pdf"'],
  ['a"b%41.txt', `attachment; filename="a_b_41.txt"; filename*=UTF-8''a%22b%2541.txt`],
  ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
  ['x\r\nset-cookie: a=b', 'attachment; filename="x_set-cookie: a=b"'],
  ['', 'attachment; filename="attachment"'],
  ['\ud800.txt', `attachment; filename="_.txt"; filename*=UTF-8''%EF%BF%BD.txt`],
  ["it's (1)*.txt", `attachment; filename="it's (1)*.txt"`],
])('the file name %j is offered as %s', (name, header) => {
  expect(attachmentDisposition(name)).toBe(header);
});
