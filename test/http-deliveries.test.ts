import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createParsePool } from '../src/mail/parse-pool.ts';
import { problemOf, testOperator } from './support/app.ts';
import { testDatabase } from './support/database.ts';
import { handOver, mailOf, testMailbox } from './support/intake.ts';
import { type SendingDesk, sendingDesk } from './support/sending-desk.ts';
import { startSmtpListener } from './support/smtp-listener.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const smtp = await startSmtpListener();
afterAll(() => Promise.all([parsePool.close(), smtp.stop()]));

let desk: SendingDesk;
beforeEach(async () => {
  smtp.setBehaviour({});
  smtp.mails.length = 0;
  desk = await sendingDesk(db, { parsePool, smtpUrl: smtp.url });
});
afterEach(() => desk.close());

const reply = (body: object = {}, token = desk.ann.token): Promise<any> =>
  desk.ok(token, 'POST', '/v1/requests/1/messages', { text: 'Pull the plug.', ...body });
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
  const mail = smtp.mails.find(({ headers }) => headers['auto-submitted'] === undefined);
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
  const { delivery, internetMessageId } = await reply();
  await desk.deliver();
  const path = `/v1/deliveries/${delivery.id}/retry`;
  const faults: [unknown, string][] = [
    [{ recipient: { from: 'nobody@customer.example', to: 'c@customer.example' } }, '/recipient/from'],
    [{ recipient: { from: 'carla@customer.example', to: 'not an address' } }, '/recipient/to'],
  ];
  for (const [body, pointer] of faults) {
    const refused = await desk.call('POST', path, { token: desk.ann.token, body });
    expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  }
  const recipient = { from: 'carla@customer.example', to: 'Karla@Customer.example' };
  expect(await desk.ok(desk.ann.token, 'POST', path, { recipient })).toMatchObject({
    state: 'queued',
    recipients: [{ address: 'karla@customer.example', state: 'waiting' }],
  });
  await desk.deliver();
  expect(smtp.mails.at(-1)).toMatchObject({ to: ['karla@customer.example'], internetMessageId });
  const events = await db`select actor_operator_id, old, new from events where type = 'delivery.retried'`;
  expect(events).toMatchObject([
    {
      actorOperatorId: desk.ann.id,
      old: { state: 'failed', address: 'carla@customer.example' },
      new: { address: 'karla@customer.example' },
    },
  ]);
  await problemOf(await desk.call('POST', path, { token: desk.ann.token }), 409, 'wrong_state');
});

test("a provider's limit shows on the waiting delivery, under /v1/sending, in metrics and in /readyz", async () => {
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

/** A bounce as Postfix writes one: the report, and the headers of the mail that came back. */
function bounceOf(internetMessageId: string, to: string, line = '550 5.1.1 No such user'): string {
  return mailOf({
    from: 'Mail Delivery System <mailer-daemon@customer.example>',
    subject: 'Undelivered Mail Returned to Sender',
    headers: ['Auto-Submitted: auto-replied', 'X-Bounce: yes'],
    text: '',
  }).replace(
    'Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n',
    [
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Your message could not be delivered.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.customer.example',
      '',
      `Final-Recipient: rfc822; ${to}`,
      'Action: failed',
      `Status: ${/\d\.\d\.\d/.exec(line)?.[0] ?? '5.0.0'}`,
      `Diagnostic-Code: smtp; ${line}`,
      '',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: ${internetMessageId}`,
      `To: ${to}`,
      '',
      '--b--',
      '',
    ].join('\r\n'),
  );
}

async function bounce(internetMessageId: string, line?: string): Promise<void> {
  const raw = bounceOf(internetMessageId, 'carla@customer.example', line);
  const [result] = await handOver(desk, { raw });
  expect(result).toMatchObject({ status: 'accepted', outcome: 'recorded' });
}

test('a bounce that comes by the relay flags the very reply it cites and touches nothing else', async () => {
  const first = await reply();
  const second = await reply({ text: 'And stand back.' });
  await desk.deliver();
  await db`update requests set status = 'pending'`;
  await bounce(first.internetMessageId, '550 5.7.1 Looks like spam');
  const states = await desk.ok(desk.ann.token, 'GET', '/v1/deliveries?sort=id');
  expect(states.items.map(({ messageId, state }: any) => [messageId, state])).toEqual([
    [states.items[0].messageId, 'sent'],
    [first.id, 'bounced'],
    [second.id, 'sent'],
  ]);
  expect(states.items[1].recipients).toMatchObject([{ state: 'bounced', enhancedCode: '5.7.1' }]);
  expect(await desk.ok(desk.ann.token, 'GET', '/v1/requests/1')).toMatchObject({
    status: 'in_progress',
    needsAttention: true,
    assignee: { name: 'Ann' },
  });
  await desk.deliver();
  expect(smtp.mails).toHaveLength(3);
  expect(await db`select address from suppressed_addresses`).toEqual([]);
});

test('a bounced closing notice reopens nothing and sends nothing', async () => {
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/close');
  await desk.deliver();
  const closing = await db<{ internetMessageId: string }[]>`
    select internet_message_id from messages where notice = 'closed'`;
  const before = await desk.ok(desk.ann.token, 'GET', '/v1/requests/1');
  await bounce(closing[0]?.internetMessageId ?? '');
  await desk.deliver();
  expect(smtp.mails).toHaveLength(2);
  const after = await desk.ok(desk.ann.token, 'GET', '/v1/requests/1');
  expect(after).toMatchObject({ status: 'closed', needsAttention: false, closedAt: before.closedAt });
  expect((await desk.ok(desk.ann.token, 'GET', '/v1/deliveries?state=bounced')).items).toMatchObject([
    { kind: 'notice', recipients: [{ state: 'bounced', reply: expect.stringContaining('No such user') }] },
  ]);
});

test('a dead address gets nothing for 90 days: a reply fails at once and says why, a notice is not made', async () => {
  const first = await reply();
  await desk.deliver();
  await bounce(first.internetMessageId);
  smtp.mails.length = 0;

  const next = await reply({ text: 'Are you there?' });
  expect(next.delivery).toMatchObject({
    state: 'failed',
    attempts: [],
    recipients: [{ state: 'refused', enhancedCode: '5.1.1', reply: expect.stringContaining('2027-02-20') }],
  });
  expect(await desk.ok(desk.ann.token, 'GET', '/v1/requests/1')).toMatchObject({ needsAttention: true });
  const [event] = await db`select new from events where type = 'delivery.recipient_refused'`;
  expect(event).toMatchObject({ new: { reason: 'suppressed', recipients: ['carla@customer.example'] } });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/close');
  await desk.deliver();
  expect(smtp.mails).toEqual([]);
  expect(await db`select id from messages where notice = 'closed'`).toEqual([]);
  const refused = await desk.call('POST', `/v1/deliveries/${next.delivery.id}/retry`, {
    token: desk.ann.token,
  });
  expect((await problemOf(refused, 409, 'wrong_state')).suppressed).toBe('carla@customer.example');

  expect(await desk.ok(desk.ann.token, 'GET', '/v1/contacts/1')).toMatchObject({
    suppression: {
      reason: expect.stringContaining('No such user'),
      since: '2026-11-22T09:00:00.000Z',
      until: '2027-02-20T09:00:00.000Z',
    },
  });
  desk.clock.advance(91 * 86_400_000);
  await desk.ok(desk.ann.token, 'POST', `/v1/deliveries/${next.delivery.id}/retry`);
  await desk.deliver();
  expect(smtp.mails).toMatchObject([{ to: ['carla@customer.example'] }]);
});

test('the suppression is lifted on the contact, audited, and mail goes out again', async () => {
  const first = await reply();
  await desk.deliver();
  await bounce(first.internetMessageId);
  smtp.mails.length = 0;
  const lifted = await desk.ok(desk.ann.token, 'PATCH', '/v1/contacts/1', { suppressed: false });
  expect(lifted.suppression).toBeNull();
  await desk.ok(desk.ann.token, 'PATCH', '/v1/contacts/1', { suppressed: false });
  const events =
    await db`select actor_operator_id, contact_id from events where type = 'contact.unsuppressed'`;
  expect(events).toEqual([{ actorOperatorId: desk.ann.id, contactId: 1 }]);
  await reply({ text: 'Are you there?' });
  await desk.deliver();
  expect(smtp.mails).toMatchObject([{ to: ['carla@customer.example'] }]);
});

test('a copy to a dead address is refused by name, and the contact gets the reply', async () => {
  await desk.deliver();
  smtp.mails.length = 0;
  await db`
    insert into suppressed_addresses (address, reason, since, until)
    values ('gone@customer.example', 'no such user', ${desk.clock.now()}, ${new Date('2027-01-01')})`;
  const { delivery } = await reply({ cc: ['Gone@customer.example'] });
  expect(delivery).toMatchObject({
    state: 'queued',
    recipients: [{ state: 'waiting' }, { state: 'refused' }],
  });
  await desk.deliver();
  expect(smtp.mails).toMatchObject([{ to: ['carla@customer.example'] }]);
  expect(await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`)).toMatchObject({
    state: 'sent',
  });
});
