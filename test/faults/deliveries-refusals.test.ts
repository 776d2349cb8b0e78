import { describe, expect, test } from 'vitest';
import { findDelivery } from '../../src/outbox/deliveries/find-delivery.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { listSendingAccounts } from '../../src/outbox/accounts/list-sending-accounts.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { DAY, HOUR, MINUTE, testOutbox } from '../support/outbox.ts';
import { type SmtpBehaviour, startSmtpListener } from '../support/smtp-listener.ts';
import { oneAccount } from '../support/transports.ts';

const { db, smtp, outbox, due, actor, shown } = await testOutbox();

const requestRow = async (id: number) =>
  (await db`select status, needs_attention, first_response_at from requests where id = ${id}`)[0];

describe('a temporary refusal', () => {
  const cases: [string, SmtpBehaviour, object][] = [
    [
      '421 while the mail is handed over',
      { data: { code: 421, text: '4.3.2 Service shutting down' } },
      { code: 421, enhancedCode: '4.3.2' },
    ],
    [
      '421 for the recipient, which ends the session',
      { rcpt: { code: 421, text: '4.7.0 Try again later' } },
      { code: 421, enhancedCode: '4.7.0' },
    ],
    [
      '450 for the recipient',
      { rcpt: { code: 450, text: '4.2.1 Receiving too quickly' } },
      { code: 450, enhancedCode: '4.2.1' },
    ],
    [
      '452 for the recipient',
      { rcpt: { code: 452, text: '4.2.2 Over quota' } },
      { code: 452, enhancedCode: '4.2.2' },
    ],
    [
      '451 for the sender',
      { mail: { code: 451, text: '4.7.1 Later' } },
      { code: 451, enhancedCode: '4.7.1' },
    ],
    ['greylisting', { greylist: true }, { code: 451, enhancedCode: '4.7.1' }],
    [
      'greylisting said with a 5xx',
      { rcpt: { code: 550, text: '5.7.1 Greylisted, try again later' } },
      { code: 550 },
    ],
    ['a connection dropped before 250', { afterData: 'drop_before_250' }, { code: null }],
  ];
  test.each(cases)(
    '%s is tried again after a minute, and the request is not flagged',
    async (_name, behaviour, reply) => {
      smtp.setBehaviour(behaviour);
      const request = await outbox.addRequest();
      const { deliveryId, internetMessageId } = await outbox.queue(request);
      await due();
      expect(await shown(deliveryId)).toMatchObject({
        state: 'deferred',
        nextAttemptAt: new Date(outbox.now().getTime() + MINUTE),
        recipients: [{ state: 'waiting' }],
        attempts: [{ outcome: 'deferred', ...reply }],
      });
      expect(await requestRow(request.requestId)).toMatchObject({ needsAttention: false });
      expect(await listSendingAccounts(outbox.deps)).toMatchObject([{ paused: null }]);
      const copies = smtp.mails.length;

      outbox.advance(MINUTE - 1);
      expect(await due()).toMatchObject({ attempted: 0 });
      if (behaviour.greylist !== true) smtp.setBehaviour({});
      outbox.advance(1);
      await due();
      expect(await shown(deliveryId)).toMatchObject({
        state: 'sent',
        attempts: [{}, { outcome: 'sent', code: 250 }],
      });
      expect(smtp.mails.slice(copies)).toMatchObject([{ internetMessageId }]);
    },
  );

  test('that never ends is given up after more than three days, and comes back to the operator', async () => {
    smtp.setBehaviour({ rcpt: { code: 450, text: '4.2.0 Busy' } });
    const request = await outbox.addRequest();
    const { deliveryId } = await outbox.queue(request);
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      await due();
      const { nextAttemptAt } = await shown(deliveryId);
      if (nextAttemptAt === null) break;
      times.push((nextAttemptAt.getTime() - outbox.now().getTime()) / MINUTE);
      outbox.advance(nextAttemptAt.getTime() - outbox.now().getTime());
    }
    expect(times.slice(0, 5)).toEqual([1, 5, 15, 30, 60]);
    const total = times.reduce((sum, minutes) => sum + minutes, 0) * MINUTE;
    expect(total).toBeGreaterThan(3 * DAY);
    expect(total).toBeLessThan(4 * DAY);
    expect(await shown(deliveryId)).toMatchObject({
      state: 'failed',
      recipients: [{ state: 'refused', code: 450 }],
    });
    expect(await requestRow(request.requestId)).toMatchObject({
      status: 'in_progress',
      needsAttention: true,
    });
  });
});

describe('a permanent refusal', () => {
  const cases: [string, SmtpBehaviour, object][] = [
    [
      '550 5.1.1 for the recipient',
      { rcpt: { code: 550, text: '5.1.1 No such user' } },
      { code: 550, enhancedCode: '5.1.1' },
    ],
    [
      '552 for the mail',
      { data: { code: 552, text: '5.3.4 Message too big' } },
      { code: 552, enhancedCode: '5.3.4' },
    ],
    [
      '554 for the mail',
      { data: { code: 554, text: '5.7.1 Looks like spam' } },
      { code: 554, enhancedCode: '5.7.1' },
    ],
  ];
  test.each(cases)('%s fails at once and brings the request back', async (_name, behaviour, reply) => {
    smtp.setBehaviour(behaviour);
    const request = await outbox.addRequest();
    const { deliveryId, messageId } = await outbox.queue(request);
    await db`update requests set status = 'pending' where id = ${request.requestId}`;
    await due();
    outbox.advance(DAY);
    expect(await due()).toMatchObject({ attempted: 0 });
    expect(await shown(deliveryId)).toMatchObject({
      state: 'failed',
      nextAttemptAt: null,
      recipients: [{ state: 'refused', ...reply }],
      attempts: [{ outcome: 'failed', ...reply }],
    });
    expect(await requestRow(request.requestId)).toEqual({
      status: 'in_progress',
      needsAttention: true,
      firstResponseAt: null,
    });
    expect(
      await db`select type, message_id, actor_kind, old, new from events where request_id is not null`,
    ).toMatchObject([
      {
        type: 'delivery.failed',
        messageId,
        actorKind: 'system',
        old: { status: 'pending' },
        new: { status: 'in_progress' },
      },
    ]);
    expect(smtp.mails).toHaveLength(0);
  });

  test('of a notice marks the notice and nothing else', async () => {
    smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user' } });
    const request = await outbox.addRequest();
    const { deliveryId } = await outbox.queue(request, { kind: 'notice' });
    await due();
    expect(await shown(deliveryId)).toMatchObject({ state: 'failed' });
    expect(await requestRow(request.requestId)).toMatchObject({ needsAttention: false });
    expect(await db`select id from events where request_id is not null`).toEqual([]);
  });

  test('on a closed request flags it and leaves it closed', async () => {
    smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user' } });
    const request = await outbox.addRequest();
    await outbox.queue(request);
    await db`update requests set status = 'closed', closed_at = ${outbox.now()} where id = ${request.requestId}`;
    await due();
    expect(await requestRow(request.requestId)).toMatchObject({ status: 'closed', needsAttention: true });
  });

  test('lets the next reply of the request go', async () => {
    smtp.setBehaviour({
      data: (mail) => (mail.raw.includes('virus') ? { code: 554, text: '5.7.1 No' } : null),
    });
    const request = await outbox.addRequest();
    await outbox.queue(request, { text: 'a virus' });
    const next = await outbox.queue(request, { text: 'harmless' });
    await due();
    expect(smtp.mails).toMatchObject([{ internetMessageId: next.internetMessageId }]);
  });
});

test.each(['smtps', 'starttls'] as const)(
  'a certificate that does not hold (%s): nothing is sent, the account rests, and the delivery says why',
  async (tls) => {
    const untrusted = await startSmtpListener({ tls });
    const other = smtpTransport({ url: untrusted.url });
    const deps = { ...outbox.deps, transports: oneAccount(other) };
    const request = await outbox.addRequest();
    const { deliveryId } = await outbox.queue(request);
    expect(await deliverDue(deps)).toMatchObject({ deferred: 1, failed: 0, paused: 'account' });
    expect(await findDelivery(deps, actor(), { deliveryId })).toMatchObject({
      state: 'deferred',
      pausedReason: 'unreachable',
      nextAttemptAt: new Date(outbox.now().getTime() + MINUTE),
      recipients: [{ state: 'waiting', reply: expect.stringContaining('certificate') as string }],
      attempts: [{ outcome: 'deferred', code: null }],
    });
    expect(await requestRow(request.requestId)).toMatchObject({ needsAttention: false });
    expect(untrusted.mails).toEqual([]);
    outbox.advance(MINUTE);
    expect(await due()).toMatchObject({ sent: 1 });
    other.close();
    await untrusted.stop();
  },
);

test('a mail that hangs after DATA is broken off, its attempt says so, and it goes again under the same Message-ID', async () => {
  smtp.setBehaviour({ afterData: 'hang' });
  const { deliveryId, internetMessageId } = await outbox.queue(await outbox.addRequest());
  await due({ attemptTimeoutMs: 1500 });
  expect(await shown(deliveryId)).toMatchObject({
    state: 'deferred',
    attempts: [{ outcome: 'deferred', code: null }],
  });
  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  await due();
  expect(smtp.mails.map((mail) => mail.internetMessageId)).toEqual([internetMessageId, internetMessageId]);
});

test.each([
  ['be they as many as there are lanes', false],
  ['be they the first to be tried after a rest', true],
])('mails that hang hold nobody else up, %s', async (_, rested) => {
  const now = outbox.now();
  const [account] = await outbox.deps.transports.list();
  if (rested)
    await db`
      insert into sending_pauses (account, reason, reply, since, until, failures)
      values (${account?.transport.account ?? ''}, 'unreachable', '', ${now}, ${now}, 1)`;
  smtp.setBehaviour({ afterData: 'hang' });
  for (let i = 0; i < 5; i++) await outbox.queue(await outbox.addRequest());
  const other = await outbox.queue(await outbox.addRequest());
  const ended = new AbortController();
  const hanging = due({ abort: ended.signal, slowMs: 100 });
  await smtp.received(5);
  smtp.setBehaviour({});
  await expect.poll(async () => (await outbox.stored(other.messageId))['state']).toBe('sent');
  ended.abort(new Error('test over'));
  expect(await hanging).toMatchObject({ sent: 1, deferred: 5 });
});

test('a mail whose size takes its time keeps its lane: many of them on one line at once would all be too late', async () => {
  smtp.setBehaviour({ delayMs: () => (smtp.mails.length === 1 ? 100 : 0) });
  const files = [
    { name: 'a.bin', contentType: 'application/octet-stream', content: Buffer.alloc(1_000_000) },
  ];
  await outbox.queue(await outbox.addRequest(), { attachments: files });
  await outbox.queue(await outbox.addRequest());
  expect(await due({ concurrency: 1, slowMs: 10 })).toMatchObject({ sent: 2 });
  expect(new Set(smtp.mails.map(({ connection }) => connection)).size).toBe(1);
});

test('a connection dropped after 250 is a mail sent', async () => {
  smtp.setBehaviour({ afterData: 'drop_after_250' });
  const first = await outbox.queue(await outbox.addRequest());
  const second = await outbox.queue(await outbox.addRequest());
  await due({ concurrency: 1 });
  smtp.setBehaviour({});
  outbox.advance(HOUR);
  await due();
  expect(smtp.mails.map((mail) => mail.internetMessageId)).toEqual([
    first.internetMessageId,
    second.internetMessageId,
  ]);
});
