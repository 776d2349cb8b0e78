import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { deliverDue } from '../support/deliver-due.ts';
import { listSendingAccounts } from '../../src/outbox/accounts/list-sending-accounts.ts';
import { testDatabase } from '../support/database.ts';
import { DAY, HOUR, MINUTE, openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db } = await testDatabase();
const closers: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

test('a server that refuses connections for three days gets every mail once, in order per request, on its return', async () => {
  const before = await startSmtpListener();
  await before.stop();
  const outbox = await openOutbox(db, `smtp://127.0.0.1:${before.port}`);
  closers.push(outbox.close);

  const expected: string[][] = [];
  for (let i = 0; i < 10; i++) {
    const request = await outbox.addRequest();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const kind = n === 1 ? 'notice' : 'reply';
      ids.push((await outbox.queue(request, { kind, text: `${i}.${n}` })).internetMessageId);
    }
    expected.push(ids);
  }
  const end = outbox.now().getTime() + 3 * DAY;
  let attempted = 0;
  while (outbox.now().getTime() < end) {
    attempted += (await deliverDue(outbox.deps)).attempted;
    outbox.advance(HOUR);
  }
  expect(attempted).toBeGreaterThan(70);
  expect((await listSendingAccounts(outbox.deps))[0]).toMatchObject({
    paused: 'unreachable',
    since: expect.any(Date) as Date,
  });
  const states = await db`select distinct state from deliveries order by state`;
  expect(states.map(({ state }) => state as string)).not.toContain('failed');

  const after = await startSmtpListener({ port: before.port });
  closers.push(after.stop);
  for (let i = 0; i < 8; i++) {
    await Promise.all([deliverDue(outbox.deps), deliverDue(outbox.deps)]);
    outbox.advance(HOUR);
  }
  const arrived = after.mails.map((mail) => mail.internetMessageId);
  expect(arrived).toHaveLength(30);
  for (const ids of expected) {
    const replies = ids.filter((_, n) => n !== 1);
    expect(arrived.filter((id) => replies.includes(id))).toEqual(replies);
    expect(arrived.filter((id) => ids.slice(0, 2).includes(id))).toEqual(ids.slice(0, 2));
  }
  expect(await db`select count(*)::int as count from deliveries where state = 'sent'`).toEqual([
    { count: 30 },
  ]);
  expect((await listSendingAccounts(outbox.deps))[0]).toMatchObject({ paused: null });
});

test('a refused password pauses the account and says what the server said; no mail is failed', async () => {
  await db`delete from sending_pauses`;
  const smtp = await startSmtpListener({ user: 'desk', password: 'right' });
  closers.push(smtp.stop);
  const outbox = await openOutbox(db, smtp.url.replace('right', 'wrong'));
  closers.push(outbox.close);
  await outbox.queue(await outbox.addRequest());
  await outbox.queue(await outbox.addRequest());
  expect(await deliverDue(outbox.deps)).toMatchObject({ failed: 0, paused: 'account' });
  const state = (await listSendingAccounts(outbox.deps))[0];
  expect(state).toMatchObject({ paused: 'unreachable', until: new Date(outbox.now().getTime() + MINUTE) });
  expect(state?.reply).toMatch(/^535/);
  expect(state?.account).not.toContain('wrong');
});

test.each([
  ['says 421 to everybody', '421 4.3.2 Closed for the day\r\n'],
  ['hangs up on everybody', ''],
])(
  'a server that %s has the account rest at the third try of a mail, and counts no more of them',
  async (_, says) => {
    await db`delete from sending_pauses`;
    const server = createServer((socket) => socket.end(says));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closers.push(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const outbox = await openOutbox(db, `smtp://127.0.0.1:${port}`);
    closers.push(outbox.close);
    const { deliveryId } = await outbox.queue(await outbox.addRequest());
    for (const paused of [null, null, 'account', 'account', 'account']) {
      expect(await deliverDue(outbox.deps)).toMatchObject({ failed: 0, paused });
      outbox.advance(HOUR);
    }
    expect((await listSendingAccounts(outbox.deps))[0]).toMatchObject({ paused: 'unreachable' });
    expect(await db`select attempt_count from deliveries where id = ${deliveryId}`).toEqual([
      { attemptCount: 2 },
    ]);
  },
);

test('a server that takes two connections only gets everything over two, without resting in between', async () => {
  const smtp = await startSmtpListener({ maxClients: 2 });
  closers.push(smtp.stop);
  const outbox = await openOutbox(db, smtp.url);
  closers.push(outbox.close);
  await outbox.queue(await outbox.addRequest());
  await deliverDue(outbox.deps);
  for (let i = 0; i < 40; i++) await outbox.queue(await outbox.addRequest());
  const report = await deliverDue(outbox.deps);
  expect(report).toMatchObject({ failed: 0, paused: null });
  expect(report.deferred).toBeLessThanOrEqual(4);
  for (let i = 0; i < 4; i++) {
    outbox.advance(20 * MINUTE);
    await deliverDue(outbox.deps);
  }
  expect(new Set(smtp.mails.map((mail) => mail.internetMessageId)).size).toBe(41);
  expect(smtp.mails).toHaveLength(41);
});
