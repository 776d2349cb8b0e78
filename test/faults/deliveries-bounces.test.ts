import { expect, test } from 'vitest';
import { problemOf } from '../support/app.ts';
import { handOver, mailOf } from '../support/intake.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();

const reply = (body: object = {}): Promise<any> =>
  desk.ok(desk.ann.token, 'POST', '/v1/requests/1/messages', { text: 'Pull the plug.', ...body });

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

test('a report that a mail is only delayed fails nothing', async () => {
  const { internetMessageId, delivery } = await reply();
  await desk.deliver();
  const raw = bounceOf(internetMessageId, 'carla@customer.example', '451 4.4.1 Still trying');
  await handOver(desk, { raw: raw.replace('Action: failed', 'Action: delayed') });
  expect(await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`)).toMatchObject({
    state: 'sent',
    recipients: [{ state: 'accepted' }],
  });
  expect(await desk.ok(desk.ann.token, 'GET', '/v1/requests/1')).toMatchObject({ needsAttention: false });
});

test('a report on two recipients fails the one that failed', async () => {
  const { internetMessageId, delivery } = await reply({ cc: ['boss@customer.example'] });
  await desk.deliver();
  const raw = bounceOf(internetMessageId, 'boss@customer.example').replace(
    'Final-Recipient',
    'Final-Recipient: rfc822; carla@customer.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient',
  );
  await handOver(desk, { raw });
  expect(await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`)).toMatchObject({
    recipients: [{ state: 'accepted' }, { state: 'bounced' }],
  });
});

async function bounce(
  internetMessageId: string,
  line?: string,
  to = 'carla@customer.example',
): Promise<void> {
  const raw = bounceOf(internetMessageId, to, line);
  const [result] = await handOver(desk, { raw });
  expect(result).toMatchObject({ status: 'accepted', outcome: 'recorded' });
}

test('a bounce that comes by the relay flags the very reply it cites and touches nothing else', async () => {
  const first = await reply();
  const second = await reply({ text: 'And stand back.' });
  await desk.deliver();
  await db`update requests set status = 'resolved', resolved_at = ${desk.clock.now()}`;
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
    resolvedAt: null,
    assignee: { name: 'Ann' },
  });
  await desk.deliver();
  expect(smtp.mails).toHaveLength(3);
  expect(await db`select address from suppressed_addresses`).toEqual([]);

  await db`update requests set needs_attention = false`;
  await bounce(first.internetMessageId, '550 5.7.1 Looks like spam');
  expect(await db`select needs_attention from requests`).toEqual([{ needsAttention: false }]);
  expect(await db`select id from events where type = 'delivery.bounced'`).toHaveLength(1);
});

test('a bounce behind a forwarding address, which names one that is not ours, means the contact', async () => {
  const { internetMessageId, delivery } = await reply({ cc: ['boss@customer.example'] });
  await desk.deliver();
  await bounce(internetMessageId, '550 5.1.1 No such user', 'elsewhere@example.net');
  expect(await desk.ok(desk.ann.token, 'GET', `/v1/deliveries/${delivery.id}`)).toMatchObject({
    state: 'bounced',
    recipients: [{ state: 'bounced', enhancedCode: '5.1.1' }, { state: 'accepted' }],
  });
  // What is dead is the address behind: nobody says so of the contact's.
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
      source: 'bounce',
      reason: expect.stringContaining('No such user'),
      since: '2026-11-22T09:00:00.000Z',
      until: '2027-02-20T09:00:00.000Z',
    },
  });
  desk.clock.advance(91 * 86_400_000);
  expect(await desk.ok(desk.ann.token, 'GET', '/v1/contacts/1')).toMatchObject({ suppression: null });
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

test('an address that our own server refuses as unknown gets no notice, and a reply is told if that has changed', async () => {
  await desk.deliver();
  smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user' } });
  await reply();
  await desk.deliver();
  const contact = async (): Promise<any> => desk.ok(desk.ann.token, 'GET', '/v1/contacts/1');
  expect((await contact()).suppression).toEqual({
    source: 'refusal',
    reason: '550 5.1.1 No such user',
    since: '2026-11-22T09:00:00.000Z',
    until: '2027-02-20T09:00:00.000Z',
  });
  smtp.setBehaviour({});
  smtp.mails.length = 0;
  await desk.ok(desk.lea.token, 'POST', '/v1/requests/1/take', { force: true });
  await desk.deliver();
  expect(smtp.mails).toEqual([]);

  await reply({ text: 'Are you there?' });
  await desk.deliver();
  expect(smtp.mails).toMatchObject([{ to: ['carla@customer.example'] }]);
  expect((await contact()).suppression).toBeNull();
  expect(await desk.ok(desk.ann.token, 'GET', '/v1/requests/1')).toMatchObject({ needsAttention: false });

  // What is refused is the sender, or the mail as a whole: neither says anything of Carla.
  for (const refusal of [
    { mail: { code: 550, text: '5.1.1 User unknown' } },
    { rcpt: { code: 550, text: '5.1.0 <support@desk.example.com>: Sender address rejected: User unknown' } },
  ]) {
    smtp.setBehaviour(refusal);
    await reply({ text: 'And now?' });
    await desk.deliver();
    expect((await contact()).suppression).toBeNull();
  }
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
