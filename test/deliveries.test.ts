import PostalMime from 'postal-mime';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { cancelDelivery } from '../src/deliveries/cancel-delivery.ts';
import { deliverDue } from '../src/sending/deliver-due.ts';
import { listSendingAccounts } from '../src/sending/list-sending-accounts.ts';
import { retryDelivery } from '../src/deliveries/retry-delivery.ts';
import type { OperatorActor } from '../src/operators/actor.ts';
import { type MailTransport, smtpTransport } from '../src/transports/transport.ts';
import { testDatabase } from './support/database.ts';
import { DAY, HOUR, MINUTE, START, type Outbox, openOutbox } from './support/outbox.ts';
import { startSmtpListener } from './support/smtp-listener.ts';
import { oneAccount } from './support/transports.ts';

const { db } = await testDatabase();
const smtp = await startSmtpListener();
afterAll(() => smtp.stop());

let outbox: Outbox;
beforeEach(async () => {
  smtp.setBehaviour({});
  smtp.mails.length = 0;
  outbox?.close();
  outbox = await openOutbox(db, smtp.url);
});
afterAll(() => outbox.close());

const due = (): ReturnType<typeof deliverDue> => deliverDue(outbox.deps, { random: () => 0 });

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

test('a reply waits neither for a notice nor for a cc; a notice waits for everything before it', async () => {
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

const gate = (): PromiseWithResolvers<void> => Promise.withResolvers<void>();

test('what a send lets go while the worker looks for more leaves at once, not after the slowest', async () => {
  // Claims wait for the test: whoever opens an attempt needs a shared lock of which the test can hold the other side.
  await db`
    create function wait_for_test() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(41); return new; end $$`;
  await db`
    create trigger wait_for_test after insert on delivery_attempts for each row execute function wait_for_test()`;
  const sent: string[] = [];
  const [first, slowest, look] = [gate(), gate(), gate()];
  const transport: MailTransport = {
    ...smtpTransport({ url: smtp.url }),
    async send(_mime, { to }) {
      sent.push(String(to[0]));
      await [first, slowest][sent.length - 1]?.promise;
      const reply = { code: 250, enhancedCode: null, text: 'OK' };
      return { kind: 'answered', accepted: to, refused: [], reply };
    },
  };
  const request = await outbox.addRequest('first@example.org');
  const { messageId } = await outbox.queue(request);
  await outbox.queue(request);
  const looks = [look];
  const nextLook = async (): Promise<void> => await (looks.shift() ?? gate()).promise;
  const run = deliverDue({ ...outbox.deps, transports: oneAccount(transport) }, { nextLook });
  await expect.poll(() => sent).toEqual(['first@example.org']);

  await outbox.queue(await outbox.addRequest('slowest@example.org'));
  const holder = await db.reserve();
  await holder`select pg_advisory_lock(41)`;
  look.resolve();
  const claiming = async (): Promise<number> =>
    (await db`select from pg_locks where locktype = 'advisory' and not granted`).length;
  await expect.poll(claiming).toBe(1);
  first.resolve();
  await expect.poll(async () => (await outbox.stored(messageId))['state']).toBe('sent');
  await holder`select pg_advisory_unlock(41)`;
  holder.release();

  await expect.poll(() => sent).toEqual(['first@example.org', 'slowest@example.org', 'first@example.org']);
  slowest.resolve();
  expect(await run).toMatchObject({ attempted: 3, sent: 3 });
  await db`drop function wait_for_test cascade`;
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
  const events = await db`select type, new from events`;
  expect(events).toMatchObject([
    { type: 'delivery.recipient_refused', new: { recipients: ['gone@example.org'] } },
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

test('fifty replies under a limit of twenty a day leave in three days, replies before notices', async () => {
  outbox.close();
  await db`delete from mailboxes`;
  await db`delete from operators`;
  outbox = await openOutbox(db, smtp.url, { smtpDailyLimit: 20 });
  for (let i = 0; i < 5; i++) await outbox.queue(await outbox.addRequest(), { kind: 'notice' });
  for (let i = 0; i < 45; i++) await outbox.queue(await outbox.addRequest());
  const perDay: number[] = [];
  const waiting: unknown[] = [];
  for (let day = 0; day < 3; day++) {
    await Promise.all([due(), due()]);
    outbox.advance(HOUR);
    await due();
    perDay.push(smtp.mails.length);
    waiting.push((await listSendingAccounts(outbox.deps))[0]?.paused);
    outbox.advance(24 * HOUR);
  }
  expect(perDay).toEqual([20, 40, 50]);
  expect(waiting).toEqual(['daily_limit', 'daily_limit', null]);
  expect(smtp.mails.slice(0, 45).some(({ headers }) => headers['auto-submitted'] !== undefined)).toBe(false);
});

const actor = (mailboxIds: number[] | null = null): OperatorActor => ({
  kind: 'operator',
  operatorId: outbox.operatorId,
  name: 'Olga',
  email: 'olga@example.com',
  role: 'agent',
  mailboxIds,
});
let wakes = 0;
const verbDeps = () => ({ ...outbox.deps, wakeDeliveries: () => void wakes++ });

test('a delivery is cancelled until it is being sent, and then no more', async () => {
  const request = await outbox.addRequest();
  const { deliveryId, messageId } = await outbox.queue(request, {
    sendAfter: new Date(outbox.now().getTime() + 10_000),
  });
  await cancelDelivery(verbDeps(), actor(), { deliveryId });
  outbox.advance(HOUR);
  await due();
  expect(smtp.mails).toEqual([]);
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'cancelled',
    people: [{ state: 'cancelled' }],
  });
  const events = await db`select type, actor_operator_id, old from events`;
  expect(events).toEqual([
    { type: 'delivery.cancelled', actorOperatorId: outbox.operatorId, old: { state: 'held' } },
  ]);

  const sent = await outbox.queue(request);
  await due();
  await expect(cancelDelivery(verbDeps(), actor(), { deliveryId: sent.deliveryId })).rejects.toMatchObject({
    code: 'wrong_state',
    extras: { members: { state: 'sent' } },
  });
});

test('a cancelled reply holds no later one up', async () => {
  const request = await outbox.addRequest();
  const first = await outbox.queue(request, { sendAfter: new Date(outbox.now().getTime() + DAY) });
  const second = await outbox.queue(request);
  expect(await due()).toMatchObject({ attempted: 0 });
  await cancelDelivery(verbDeps(), actor(), { deliveryId: first.deliveryId });
  await due();
  expect(smtp.mails).toMatchObject([{ internetMessageId: second.internetMessageId }]);
});

test('a failed delivery is retried by hand, to a corrected address when told, under the same Message-ID', async () => {
  smtp.setBehaviour({
    rcpt: (address) => (address.startsWith('ana@') ? { code: 550, text: '5.1.1 Unknown' } : null),
  });
  const request = await outbox.addRequest('ana@example.org');
  const { deliveryId, internetMessageId, messageId } = await outbox.queue(request);
  await due();
  const other = { deliveryId, recipient: { from: 'nobody@example.org', to: 'anna@example.org' } };
  await expect(retryDelivery(verbDeps(), actor(), other)).rejects.toMatchObject({ code: 'invalid_input' });
  wakes = 0;
  await retryDelivery(verbDeps(), actor(), {
    deliveryId,
    recipient: { from: 'ana@example.org', to: 'anna@example.org' },
  });
  expect(wakes).toBe(1);
  await due();
  expect(smtp.mails).toMatchObject([
    { to: ['anna@example.org'], internetMessageId, headers: { to: 'Anna <anna@example.org>' } },
  ]);
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'sent', people: [{ state: 'accepted' }] });
  const [event] = await db`select old, new from events where type = 'delivery.retried'`;
  expect(event).toMatchObject({ old: { address: 'ana@example.org' }, new: { address: 'anna@example.org' } });
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

test('attachments are stored with their message and leave byte for byte, in order', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  const { messageId } = await outbox.queue(await outbox.addRequest(), {
    html: '<p>See <img src="cid:shot"></p>',
    attachments: [
      { name: 'счёт.bin', contentType: 'application/octet-stream', content: bytes },
      {
        name: 'shot.png',
        contentType: 'image/png',
        content: Buffer.from('png'),
        inline: true,
        contentId: 'shot',
      },
    ],
  });
  const rows =
    await db`select name, size, inline, content_id from attachments where message_id = ${messageId} order by id`;
  expect(rows).toEqual([
    { name: 'счёт.bin', size: 70_000, inline: false, contentId: null },
    { name: 'shot.png', size: 3, inline: true, contentId: 'shot' },
  ]);
  await due();
  const parsed = await PostalMime.parse(smtp.mails[0]?.raw ?? '');
  const sent = parsed.attachments.find(({ filename }) => filename === 'счёт.bin');
  expect(Buffer.from(sent?.content as ArrayBuffer).equals(bytes)).toBe(true);
  expect(parsed.attachments.map(({ disposition }) => String(disposition)).toSorted()).toEqual([
    'attachment',
    'inline',
  ]);
});
