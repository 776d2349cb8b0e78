import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { problemOf, testOperator } from '../support/app.ts';
import { receive, testMailbox } from '../support/intake.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();

const reply = (body: object = {}, token = desk.ann.token): Promise<any> =>
  desk.ok(token, 'POST', '/v1/requests/1/messages', { text: 'Pull the plug.', ...body });
const lastReply = () => smtp.mails.findLast(({ headers }) => headers['auto-submitted'] === undefined);
const cancelNotice = () => desk.ok(desk.ann.token, 'POST', '/v1/deliveries/1/cancel');
const noSuchUser = { rcpt: { code: 550, text: '5.1.1 No such user' } };

test('a delivery is listed and found with recipients, attempts and what the server said', async () => {
  await desk.deliver();
  const { delivery } = await reply();
  smtp.setBehaviour(noSuchUser);
  await desk.deliver();
  const found = await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`);
  expect(found).toMatchObject({
    state: 'failed',
    kind: 'reply',
    recipients: [
      {
        address: 'carla@customer.example',
        role: 'to',
        state: 'refused',
        enhancedCode: '5.1.1',
        reply: '550 5.1.1 No such user',
      },
    ],
    attempts: [{ at: '2026-11-22T09:00:00.000Z', code: 550, outcome: 'failed' }],
    pausedReason: null,
    nextAttemptAt: null,
  });
  const page = await desk.ok(desk.ann.token, 'GET', '/v1/deliveries?total=true');
  expect(page).toMatchObject({
    items: [found, { kind: 'notice', state: 'sent' }],
    nextCursor: null,
    total: 2,
  });
  const failed = await desk.ok(
    desk.ann.token,
    'GET',
    '/v1/deliveries?state=failed&state=bounced&requestId=1',
  );
  expect(failed.items).toEqual([found]);
});

test('a reply answers what is owed, also after an earlier one was erased', async () => {
  const asked = async () => {
    desk.clock.advance(1000);
    await receive(desk, {});
    desk.clock.advance(1000);
  };
  const owed = async () => (await desk.ok(desk.ann.token, 'GET', '/v1/requests/1')).clocks.nextAnswer?.state;
  await desk.ok(desk.ada.token, 'PATCH', '/v1/policies/3', { nextAnswerMinutes: 60 });
  const { id } = await reply();
  await desk.deliver();
  await asked();
  await desk.call('DELETE', `/v1/messages/${id}`, { token: desk.ada.token });
  expect(await owed()).toBe('running');
  await reply();
  await desk.deliver();
  expect(await owed()).toBe('ended');
});

test.each([
  'id',
  'messageId',
  'requestId',
  'mailboxId',
  'kind',
  'state',
  'nextAttemptAt',
  'createdAt',
  'sentAt',
])('deliveries sorted by %s come once each over all pages, both ways, nulls last', async (field) => {
  await desk.deliver();
  for (let i = 0; i < 3; i++) {
    desk.clock.advance(1000);
    await reply({ holdSeconds: i });
  }
  for (const sort of [field, `-${field}`]) {
    const seen: any[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await desk.ok(desk.ann.token, 'GET', `/v1/deliveries?limit=1&sort=${sort}${from}`);
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(seen.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    const values = seen.map((each) => each[field]).filter((value) => value !== null);
    const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    expect(values).toEqual(sort === field ? sorted : sorted.toReversed());
    expect(seen.slice(values.length).every((each) => each[field] === null)).toBe(true);
  }
});

test('an operator of other mailboxes sees no delivery and may do nothing to one', async () => {
  const other = await testMailbox(desk.deps, 'sales@desk.example.com');
  const { token } = await testOperator(desk.deps, { name: 'Otto', mailboxIds: [other.id] });
  expect((await desk.ok(token, 'GET', '/v1/deliveries')).items).toEqual([]);
  await problemOf(await desk.call('GET', '/v1/deliveries/1', { token }), 404, 'not_found');
  await problemOf(await desk.call('POST', '/v1/deliveries/1/cancel', { token }), 404, 'not_found');
});

test('a held reply is cancelled and never leaves; a sent one is not cancelled any more', async () => {
  const { delivery } = await reply({ holdSeconds: 10 });
  expect(delivery.state).toBe('held');
  expect(await desk.ok(desk.ann.token, 'POST', `/v1/deliveries/${delivery.id}/cancel`)).toMatchObject({
    state: 'cancelled',
    recipients: [{ state: 'cancelled' }],
  });
  desk.clock.advance(60_000);
  await desk.deliver();
  expect(smtp.mails.map(({ headers }) => headers['auto-submitted'])).toEqual(['auto-replied']);
  const problem = await problemOf(
    await desk.call('POST', '/v1/deliveries/1/cancel', { token: desk.ann.token }),
    409,
    'wrong_state',
  );
  expect(problem.state).toBe('sent');
});

test('a held reply is reworded by its author, both wordings stay in the history, and the new one leaves', async () => {
  const { id } = await reply({ holdSeconds: 10 });
  const path = `/v1/messages/${id}`;
  const edited = await desk.ok(desk.ann.token, 'PATCH', path, { text: 'Call the fire brigade.' });
  expect(edited).toMatchObject({ text: 'Call the fire brigade.', visibleText: 'Call the fire brigade.' });
  expect(edited.html).toContain('fire brigade');
  const body = { text: 'Run.', html: '<p onclick="x()">Run <b>now</b>.</p>' };
  const denied = await desk.call('PATCH', path, { token: desk.bob.token, body });
  await problemOf(denied, 403, 'forbidden');
  const byLead = await desk.ok(desk.lea.token, 'PATCH', path, body);
  expect(byLead.html).toBe('<p>Run <b>now</b>.</p>');
  const wrong = await desk.call('PATCH', path, {
    token: desk.ann.token,
    body: { text: 'Look', html: '<img src="cid:nothing">' },
  });
  expect((await problemOf(wrong, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/html' }]);

  const events =
    await db`select actor_operator_id, old, new from events where type = 'message.edited' order by id`;
  expect(events).toMatchObject([
    { old: { text: 'Pull the plug.' }, new: { text: 'Call the fire brigade.' } },
    { actorOperatorId: desk.lea.id, old: { text: 'Call the fire brigade.' }, new: { text: 'Run.' } },
  ]);
  desk.clock.advance(10_000);
  await desk.deliver();
  const mail = lastReply();
  expect(mail?.raw.toString()).toContain('Run.');
  expect(mail?.raw.toString()).not.toContain('plug');
  await problemOf(await desk.call('PATCH', path, { token: desk.ann.token, body }), 409, 'wrong_state');
});

test('notices, notes and mail of contacts are not reworded', async () => {
  const note = await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/notes', { text: 'secret' });
  const page = await desk.ok(desk.ann.token, 'GET', '/v1/requests/1/messages');
  for (const { id } of [...page.items, note]) {
    const refused = await desk.call('PATCH', `/v1/messages/${id}`, {
      token: desk.ann.token,
      body: { text: 'x' },
    });
    await problemOf(refused, 404, 'not_found');
  }
});

test('a failed reply goes to a corrected address, audited, under the same Message-ID', async () => {
  await desk.deliver();
  smtp.setBehaviour({ rcpt: (to) => (to.startsWith('carla@') ? noSuchUser.rcpt : null) });
  const { delivery, internetMessageId } = await reply({ cc: ['boss@customer.example'] });
  await desk.deliver();
  const path = `/v1/deliveries/${delivery.id}/retry`;
  const faults: [unknown, string][] = [
    [{ recipient: { from: 'nobody@customer.example', to: 'c@customer.example' } }, '/recipient/from'],
    [{ recipient: { from: 'carla@customer.example', to: 'not an address' } }, '/recipient/to'],
    [{ recipient: { from: 'carla@customer.example', to: 'support+tag@desk.example.com' } }, '/recipient/to'],
    [{ recipient: { from: 'carla@customer.example', to: 'Boss@customer.example' } }, '/recipient/to'],
  ];
  for (const [body, pointer] of faults) {
    const refused = await desk.call('POST', path, { token: desk.ann.token, body });
    expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  }
  const recipient = { from: 'Carla@customer.example', to: 'Karla@Customer.example' };
  expect(await desk.ok(desk.ann.token, 'POST', path, { recipient })).toMatchObject({
    state: 'queued',
    recipients: [{ address: 'karla@customer.example', state: 'waiting' }, { state: 'accepted' }],
  });
  await desk.deliver();
  expect(smtp.mails.at(-1)).toMatchObject({
    to: ['karla@customer.example'],
    internetMessageId,
    headers: { to: 'Carla Contact <karla@customer.example>' },
  });
  const participants = await db`select email from participants order by email`;
  expect(participants.map(({ email }) => String(email))).toEqual([
    'boss@customer.example',
    'karla@customer.example',
  ]);
  const events = await db`select actor_operator_id, old, new from events where type = 'delivery.retried'`;
  expect(events).toMatchObject([
    {
      actorOperatorId: desk.ann.id,
      old: { state: 'failed', address: 'Carla@customer.example' },
      new: { address: 'karla@customer.example' },
    },
  ]);
  await problemOf(await desk.call('POST', path, { token: desk.ann.token }), 409, 'wrong_state');
});

test('a retry tries a server again that could not be used, without waiting for its turn', async () => {
  await cancelNotice();
  smtp.setBehaviour({ connect: { code: 554, text: '5.3.2 Closed' } });
  const { delivery } = await reply();
  await desk.deliver();
  const path = `/v1/deliveries/${delivery.id}`;
  expect(await desk.ok(desk.ann.token, 'GET', path)).toMatchObject({ pausedReason: 'unreachable' });
  smtp.setBehaviour({});
  await desk.deliver();
  expect(await desk.ok(desk.ann.token, 'GET', path)).toMatchObject({ state: 'deferred' });
  expect(await desk.ok(desk.ann.token, 'POST', `${path}/retry`)).toMatchObject({ pausedReason: null });
  await desk.deliver();
  expect(await desk.ok(desk.ann.token, 'GET', path)).toMatchObject({ state: 'sent' });
});

test('an account that is found to work sends what waits at once', async () => {
  await cancelNotice();
  smtp.setBehaviour({ connect: { code: 554, text: '5.3.2 Closed' } });
  const { delivery } = await reply();
  await desk.deliver();
  const check = () => desk.ok(desk.ada.token, 'POST', '/v1/mailboxes/1/smtp/check');
  expect(await check()).toMatchObject({ fault: 'turned_away' });
  const path = `/v1/deliveries/${delivery.id}`;
  expect(await desk.ok(desk.ann.token, 'GET', path)).toMatchObject({ pausedReason: 'unreachable' });
  smtp.setBehaviour({});
  expect(await check()).toMatchObject({ fault: null });
  await desk.deliver();
  expect(await desk.ok(desk.ann.token, 'GET', path)).toMatchObject({ state: 'sent' });
});

test("a provider's limit shows on the waiting delivery, under /v1/sending, in metrics and in /readyz", async () => {
  await cancelNotice();
  smtp.setBehaviour({ mail: { code: 550, text: '5.4.5 Daily user sending limit exceeded.' } });
  const { delivery } = await reply();
  await desk.deliver();
  const found = await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`);
  expect(found).toMatchObject({ state: 'deferred', pausedReason: 'provider_limit' });
  const message = await desk.ok(desk.ann.token, 'GET', '/v1/requests/1/messages');
  expect(message.items.at(-1).delivery).toEqual(found);
  const sending = await desk.ok(desk.ann.token, 'GET', '/v1/sending');
  expect(sending.items).toEqual([
    {
      account: new URL(smtp.url).host,
      mailboxIds: null,
      paused: 'provider_limit',
      since: '2026-11-22T09:00:00.000Z',
      until: '2026-11-22T10:00:00.000Z',
      reply: '550 5.4.5 Daily user sending limit exceeded.',
      sentToday: 0,
      dailyLimit: null,
    },
  ]);
  expect(await (await desk.call('GET', '/metrics')).text()).toContain(
    'mailroom_sending_paused{mailbox="1"} 1\n',
  );
  expect(await (await desk.call('GET', '/readyz')).json()).toMatchObject({
    status: 'ready',
    checks: { pausedMailboxes: [1] },
  });
  smtp.setBehaviour({});
  desk.clock.advance(3_600_000);
  await desk.deliver();
  expect((await desk.ok(desk.ann.token, 'GET', '/v1/sending')).items).toMatchObject([{ paused: null }]);
  expect(await (await desk.call('GET', '/metrics')).text()).toContain(
    'mailroom_sending_paused{mailbox="1"} 0\n',
  );
});

test('a reply refers to what the mail that it answers refers to, then to that mail, and to no notice', async () => {
  const parts = { from: 'dora@customer.example', subject: 'Fire' };
  await receive(desk, {
    ...parts,
    messageId: '<c@customer.example>',
    inReplyTo: '<b@elsewhere.example>',
    references: '<a@elsewhere.example> <b@elsewhere.example>',
  });
  const answer = async (): Promise<Record<string, string>> => {
    await desk.ok(desk.ann.token, 'POST', '/v1/requests/2/messages', { text: 'Run.' });
    await desk.deliver();
    return { ...lastReply()?.headers };
  };
  const first = await answer();
  const expected = '<a@elsewhere.example> <b@elsewhere.example> <c@customer.example>';
  expect(first).toMatchObject({ 'in-reply-to': '<c@customer.example>', references: expected });
  expect((await answer())['references']).toBe(expected);
  // A client that sends no References: what the thread had until then stands in for them.
  const own = String(first['message-id']);
  await receive(desk, { ...parts, messageId: '<d@customer.example>', inReplyTo: own });
  const later = String((await answer())['references']).split(' ');
  expect(later.slice(0, 2)).toEqual(['<c@customer.example>', own]);
  expect(later.at(-1)).toBe('<d@customer.example>');
});

test('a mail of megabytes is quoted in its beginning, so that the answer can be sent', async () => {
  await receive(desk, { from: 'dora@customer.example', text: 'Всё горит.\r\n'.repeat(150_000) });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/2/messages', { text: 'Run.' });
  await desk.deliver();
  const { raw } = lastReply() ?? { raw: Buffer.alloc(0) };
  expect(raw.length).toBeLessThan(1_500_000);
  const { text = '' } = await PostalMime.parse(raw);
  expect(text).toContain('> Всё горит.');
  expect(text.trimEnd()).toMatch(/\n> \[…\]$/);
});
