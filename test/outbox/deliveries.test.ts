import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { cancelDelivery } from '../../src/outbox/deliveries/cancel-delivery.ts';
import { claimDeliveries } from '../../src/outbox/sending/claim-queries.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { DAY, HOUR, MINUTE, testOutbox } from '../support/outbox.ts';
import { START } from '../support/app.ts';
import { oneAccount } from '../support/transports.ts';

const { db, smtp, outbox, due, actor } = await testOutbox();

test('a queued reply is sent once, and its delivery, attempt, recipient and request say so', async () => {
  const request = await outbox.addRequest();
  const { messageId, internetMessageId } = await outbox.queue(request);
  outbox.advance(MINUTE);

  expect(await due()).toMatchObject({ attempted: 1, sent: 1, failed: 0, paused: null });
  expect(await due()).toMatchObject({ attempted: 0 });

  expect(smtp.mails).toHaveLength(1);
  expect(smtp.mails[0]).toMatchObject({ from: 'desk@example.com', to: [request.email], internetMessageId });
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'sent',
    sentAt: outbox.now(),
    leaseOwner: null,
    people: [{ address: request.email, state: 'accepted', code: 250 }],
    attempts: [{ outcome: 'sent', code: 250 }],
  });
  const [row] =
    await db`select first_response_at, message_count from requests where id = ${request.requestId}`;
  expect(row).toEqual({ firstResponseAt: outbox.now(), messageCount: 1 });
});

test('a notice is no first response', async () => {
  const request = await outbox.addRequest();
  await outbox.queue(request, { kind: 'notice' });
  await due();
  const [row] = await db`select first_response_at from requests where id = ${request.requestId}`;
  expect(row).toEqual({ firstResponseAt: null });
  expect(smtp.mails).toHaveLength(1);
});

test('a held reply leaves when its time has come', async () => {
  const request = await outbox.addRequest();
  const { messageId } = await outbox.queue(request, { sendAfter: new Date(outbox.now().getTime() + 10_000) });
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'held' });
  expect(await due()).toMatchObject({ attempted: 0 });
  outbox.advance(10_000);
  expect(await due()).toMatchObject({ sent: 1 });
});

test('without a transport nothing is claimed', async () => {
  const { messageId } = await outbox.queue(await outbox.addRequest());
  expect(await deliverDue({ ...outbox.deps, transports: oneAccount(null) })).toMatchObject({
    attempted: 0,
    paused: 'no_transport',
  });
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'queued', attempts: null });
});

test('a reply waits for an earlier reply of its request, and not for those of others', async () => {
  const slow = await outbox.addRequest('slow@example.org');
  const other = await outbox.addRequest('other@example.org');
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('slow') ? { code: 451, text: '4.3.0 Not now' } : null),
  });
  const first = await outbox.queue(slow, { text: 'one' });
  const second = await outbox.queue(slow, { text: 'two' });
  await outbox.queue(other);
  await due();
  expect(smtp.mails.map(({ to }) => to)).toEqual([['other@example.org']]);
  expect(await outbox.stored(first.messageId)).toMatchObject({ state: 'deferred' });
  expect(await outbox.stored(second.messageId)).toMatchObject({ state: 'queued', attempts: null });

  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  await due();
  expect(smtp.mails.slice(1).map((mail) => mail.internetMessageId)).toEqual([
    first.internetMessageId,
    second.internetMessageId,
  ]);
});

test('a reply waits neither for a notice that failed nor for a cc; a notice waits for everything before it', async () => {
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('cc') ? { code: 451, text: '4.3.0 Not now' } : null),
    data: ({ headers }) =>
      headers['auto-submitted'] === undefined ? null : { code: 451, text: '4.3.0 Not now' },
  });
  const request = await outbox.addRequest();
  const notice = await outbox.queue(request, { kind: 'notice' });
  const reply = await outbox.queue(request, { cc: [{ name: '', address: 'cc@example.org' }] });
  const next = await outbox.queue(request);
  const last = await outbox.queue(request, { kind: 'notice', notice: 'closed' });
  await due();
  expect(smtp.mails.map((mail) => mail.internetMessageId)).toEqual([
    reply.internetMessageId,
    next.internetMessageId,
  ]);
  expect(await outbox.stored(reply.messageId)).toMatchObject({
    state: 'deferred',
    people: [{ state: 'accepted' }, { state: 'waiting', code: 451, enhanced_code: '4.3.0' }],
    attempts: [{ outcome: 'partial' }],
  });
  expect(await outbox.stored(last.messageId)).toMatchObject({ state: 'queued', attempts: null });

  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  await due();
  const rest = smtp.mails.slice(2);
  expect(rest.map(({ to }) => String(to[0])).toSorted()).toEqual([
    'cc@example.org',
    request.email,
    request.email,
  ]);
  expect(
    rest.filter(({ headers }) => headers['auto-submitted']).map((mail) => mail.internetMessageId),
  ).toEqual([notice.internetMessageId, last.internetMessageId]);
});

test('replies are sent before the notices of other requests', async () => {
  for (let i = 0; i < 4; i++) await outbox.queue(await outbox.addRequest(), { kind: 'notice' });
  for (let i = 0; i < 4; i++) await outbox.queue(await outbox.addRequest());
  await deliverDue(outbox.deps, { concurrency: 1 });
  expect(smtp.mails.map(({ headers }) => headers['auto-submitted'] ?? 'reply')).toEqual([
    ...Array.from({ length: 4 }, () => 'reply'),
    ...Array.from({ length: 4 }, () => 'auto-replied'),
  ]);
});

test('a reply takes the notices before it along, past replies of others, and leaves after them', async () => {
  const [other, request] = [await outbox.addRequest(), await outbox.addRequest()];
  const made = [
    await outbox.queue(request, { kind: 'notice', text: 'created' }),
    await outbox.queue(request, { kind: 'notice', notice: 'taken', text: 'taken' }),
  ];
  const late = await outbox.queue(await outbox.addRequest(), { kind: 'notice' });
  outbox.advance(MINUTE);
  await outbox.queue(other);
  made.push(await outbox.queue(request), await outbox.queue(request, { kind: 'notice', notice: 'closed' }));

  await due({ concurrency: 5 });
  const left = smtp.mails.map(({ internetMessageId }) => internetMessageId);
  const ids = made.map(({ internetMessageId }) => internetMessageId);
  expect(left.filter((id) => id !== undefined && ids.includes(id))).toEqual(ids);
  expect(await outbox.stored(made[1]?.messageId ?? 0)).toMatchObject({ priority: 1 });
  expect(await outbox.stored(late.messageId)).toMatchObject({ priority: 2 });
});

test('a reply waits for no notice behind one that failed, and not for one that hangs', async () => {
  smtp.setBehaviour({ rcpt: () => ({ code: 451, text: '4.3.0 Not now' }) });
  const failing = await outbox.addRequest();
  await outbox.queue(failing, { kind: 'notice' });
  await due();
  await outbox.queue(failing, { kind: 'notice', notice: 'taken' });
  smtp.setBehaviour({});
  const reply = await outbox.queue(failing);
  await due();
  expect(smtp.mails.map((mail) => mail.internetMessageId)).toEqual([reply.internetMessageId]);

  const hanging = await outbox.addRequest();
  const notice = await outbox.queue(hanging, { kind: 'notice' });
  const next = await outbox.queue(hanging);
  const claim = {
    owner: randomUUID(),
    account: 'smtp',
    serves: { except: [] },
    leaseUntil: new Date(outbox.now().getTime() + HOUR),
    limit: 5,
    urgentOnly: false,
    budget: null,
    unused: false,
  };
  const claimed = async (): Promise<number[]> =>
    (await claimDeliveries(db, { ...claim, now: outbox.now() })).map(({ id }) => id);
  expect(await claimed()).toEqual([notice.deliveryId]);
  outbox.advance(9000);
  expect(await claimed()).toEqual([]);
  outbox.advance(1000);
  expect(await claimed()).toEqual([next.deliveryId]);
});

test('one of three recipients refused: the other two get it once, and the delivery names the third', async () => {
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('gone') ? { code: 550, text: '5.1.1 No such user' } : null),
  });
  const request = await outbox.addRequest();
  const cc = ['gone@example.org', 'here@example.org'].map((address) => ({ name: '', address }));
  const { messageId } = await outbox.queue(request, { cc });
  await due();
  outbox.advance(HOUR);
  await due();
  expect(smtp.mails.map(({ to }) => to)).toEqual([[request.email, 'here@example.org']]);
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'sent',
    people: [
      { state: 'accepted' },
      { address: 'gone@example.org', state: 'refused', code: 550, enhanced_code: '5.1.1' },
      { state: 'accepted' },
    ],
    attempts: [{ outcome: 'partial' }],
  });
  const [row] = await db`select status, needs_attention from requests where id = ${request.requestId}`;
  expect(row).toEqual({ status: 'in_progress', needsAttention: true });
  const events = await db`select type, new from events where request_id is not null`;
  expect(events).toMatchObject([
    { type: 'delivery.recipient_refused', new: { recipients: ['gone@example.org'] } },
  ]);
});

test('a reply that the contact will never get comes back at once, though a copy still waits', async () => {
  smtp.setBehaviour({
    rcpt: (address) =>
      address.startsWith('cc') ? { code: 450, text: '4.2.0 Busy' } : { code: 554, text: '5.7.1 No' },
  });
  const request = await outbox.addRequest();
  await db`update requests set status = 'pending' where id = ${request.requestId}`;
  const { messageId } = await outbox.queue(request, { cc: [{ name: '', address: 'cc@example.org' }] });
  await due();
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'deferred',
    people: [{ state: 'refused' }, { state: 'waiting' }],
  });
  expect(await db`select status, needs_attention from requests`).toEqual([
    { status: 'in_progress', needsAttention: true },
  ]);
  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  await due();
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'failed' });
  expect(await db`select type from events where request_id is not null`).toEqual([
    { type: 'delivery.failed' },
  ]);
});

test('a retry names only the unfinished recipients and sends the same headers and bytes', async () => {
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('cc') ? { code: 450, text: '4.2.0 Busy' } : null),
  });
  await outbox.queue(await outbox.addRequest(), { cc: [{ name: 'Carl', address: 'cc@example.org' }] });
  await due();
  smtp.setBehaviour({});
  outbox.advance(HOUR);
  await due();
  expect(smtp.mails.map(({ to }) => to)).toEqual([['contact1@example.org'], ['cc@example.org']]);
  expect(smtp.mails[1]?.raw.equals(smtp.mails[0]?.raw ?? Buffer.alloc(0))).toBe(true);
});

test('a reply of which only a copy waits is sent when the rest of it is cancelled', async () => {
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('cc') ? { code: 450, text: '4.2.0 Busy' } : null),
  });
  const cc = [{ name: '', address: 'cc@example.org' }];
  const { deliveryId, messageId } = await outbox.queue(await outbox.addRequest(), { cc });
  await due();
  await cancelDelivery(outbox.deps, actor(), { deliveryId });
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'sent',
    sentAt: outbox.now(),
    people: [{ state: 'accepted' }, { state: 'cancelled' }],
  });
});

test('a cancelled reply holds no later one up', async () => {
  const request = await outbox.addRequest();
  const first = await outbox.queue(request, { sendAfter: new Date(outbox.now().getTime() + DAY) });
  const second = await outbox.queue(request);
  expect(await due()).toMatchObject({ attempted: 0 });
  await cancelDelivery(outbox.deps, actor(), { deliveryId: first.deliveryId });
  await due();
  expect(smtp.mails).toMatchObject([{ internetMessageId: second.internetMessageId }]);
});

test('a note is never quoted', async () => {
  const request = await outbox.addRequest();
  const [note] = await db<{ id: number }[]>`
    insert into messages (request_id, mailbox_id, kind, direction, author_kind, author_operator_id, subject, text, visible_text, created_at)
    values (${request.requestId}, ${outbox.mailboxId}, 'note', 'none', 'operator', ${outbox.operatorId}, '', 'secret', 'secret', ${START})
    returning id`;
  await outbox.queue(request, { quotedMessageId: note?.id ?? 0 });
  await due();
  expect(smtp.mails[0]?.raw.toString()).not.toContain('secret');
});
