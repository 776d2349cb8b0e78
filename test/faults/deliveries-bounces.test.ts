import { afterAll, beforeEach, expect, test } from 'vitest';
import { deliverDue } from '../../src/sending/deliver-due.ts';
import { markBounced } from '../../src/bounces/mark-bounced.ts';
import { testDatabase } from '../support/database.ts';
import { HOUR, type Outbox, openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db } = await testDatabase();
const smtp = await startSmtpListener();
let outbox: Outbox;
beforeEach(async () => {
  smtp.setBehaviour({});
  smtp.mails.length = 0;
  outbox?.close();
  outbox = await openOutbox(db, smtp.url);
});
afterAll(async () => {
  outbox.close();
  await smtp.stop();
});

const due = (): ReturnType<typeof deliverDue> => deliverDue(outbox.deps, { random: () => 0 });

test('a bounce flags the very reply that it cites, returns its request, and touches nothing else', async () => {
  const request = await outbox.addRequest();
  const earlier = await outbox.queue(request);
  const later = await outbox.queue(request, { cc: [{ name: '', address: 'cc@example.org' }] });
  await due();
  await db`update requests set status = 'resolved', resolved_at = ${outbox.now()} where id = ${request.requestId}`;
  outbox.advance(HOUR);
  const bounce = {
    delivery: { internetMessageId: earlier.internetMessageId },
    recipients: [{ address: request.email, enhancedCode: '5.1.1', reply: '550 5.1.1 Unknown' }],
    actor: { kind: 'relay' } as const,
    at: outbox.now(),
  };
  expect(await db.begin((tx) => markBounced(tx, bounce))).toMatchObject({
    deliveryId: earlier.deliveryId,
    recipients: [request.email],
  });
  expect(await outbox.stored(earlier.messageId)).toMatchObject({
    state: 'bounced',
    people: [{ state: 'bounced', enhanced_code: '5.1.1' }],
  });
  expect(await outbox.stored(later.messageId)).toMatchObject({ state: 'sent' });
  const row = async () =>
    (await db`select status, needs_attention, resolved_at from requests where id = ${request.requestId}`)[0];
  expect(await row()).toEqual({ status: 'in_progress', needsAttention: true, resolvedAt: null });

  await db`update requests set needs_attention = false`;
  expect(await db.begin((tx) => markBounced(tx, bounce))).toMatchObject({ recipients: [] });
  expect(await row()).toMatchObject({ needsAttention: false });
  expect(await db`select type from events`).toEqual([{ type: 'delivery.bounced' }]);
});

test('a bounce behind a forwarding address, which names one that is not ours, means the contact', async () => {
  const request = await outbox.addRequest();
  const { internetMessageId, messageId } = await outbox.queue(request, {
    cc: [{ name: '', address: 'cc@example.org' }],
  });
  await due();
  const recipients = [{ address: 'elsewhere@example.net', enhancedCode: '5.1.1', reply: null }];
  const bounce = {
    delivery: { internetMessageId },
    recipients,
    actor: { kind: 'relay' } as const,
    at: outbox.now(),
  };
  expect(await db.begin((tx) => markBounced(tx, bounce))).toMatchObject({ recipients: [request.email] });
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'bounced',
    people: [{ state: 'bounced', enhanced_code: '5.1.1' }, { state: 'accepted' }],
  });
});

test('a bounced closing notice reopens nothing, and an id that is not ours is nothing to us', async () => {
  const request = await outbox.addRequest();
  const { internetMessageId, messageId } = await outbox.queue(request, { kind: 'notice', notice: 'closed' });
  await due();
  await db`update requests set status = 'closed', closed_at = ${outbox.now()} where id = ${request.requestId}`;
  const bounce = { recipients: [], actor: { kind: 'relay' } as const, at: outbox.now() };
  await db.begin((tx) => markBounced(tx, { ...bounce, delivery: { internetMessageId } }));
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'bounced' });
  expect(await db`select status, needs_attention from requests`).toEqual([
    { status: 'closed', needsAttention: false },
  ]);
  const foreign = { ...bounce, delivery: { internetMessageId: '<x@example.org>' } };
  expect(await db.begin((tx) => markBounced(tx, foreign))).toBeNull();
});
