import { afterAll, describe, expect, test } from 'vitest';
import { findDelivery } from '../../src/outbox/deliveries/find-delivery.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { type DeliverDeps } from '../../src/outbox/sending/deliver-account.ts';
import { listSendingAccounts } from '../../src/outbox/accounts/list-sending-accounts.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { DAY, HOUR, testOutbox } from '../support/outbox.ts';
import { oneAccount } from '../support/transports.ts';

const { smtp, outbox, due, actor, shown } = await testOutbox();

const transport = smtpTransport({ url: smtp.url });
afterAll(() => transport.close());
const withLimit = (dailyLimit: number): DeliverDeps => ({
  ...outbox.deps,
  transports: oneAccount(transport, dailyLimit),
});

test('fifty replies under a limit of twenty a day leave in three days, replies before notices', async () => {
  const deps = withLimit(20);
  for (let i = 0; i < 5; i++) await outbox.queue(await outbox.addRequest(), { kind: 'notice' });
  for (let i = 0; i < 45; i++) await outbox.queue(await outbox.addRequest());
  const perDay: number[] = [];
  const waiting: unknown[] = [];
  for (let day = 0; day < 3; day++) {
    await Promise.all([deliverDue(deps), deliverDue(deps)]);
    outbox.advance(HOUR);
    await deliverDue(deps);
    perDay.push(smtp.mails.length);
    waiting.push((await listSendingAccounts(deps))[0]?.paused);
    outbox.advance(24 * HOUR);
  }
  expect(perDay).toEqual([20, 40, 50]);
  expect(waiting).toEqual(['daily_limit', 'daily_limit', null]);
  expect(smtp.mails.slice(0, 45).some(({ headers }) => headers['auto-submitted'] !== undefined)).toBe(false);
});

test('a reply to more people than a day allows waits for an unused day, and holds nothing up for ever', async () => {
  const deps = withLimit(2);
  const all = ['a', 'b', 'c'].map((name) => ({ name: '', address: `${name}@example.org` }));
  await outbox.queue(await outbox.addRequest());
  const { deliveryId } = await outbox.queue(await outbox.addRequest(), { cc: all });
  expect(await deliverDue(deps)).toMatchObject({ sent: 1 });
  expect(await findDelivery(deps, actor(), { deliveryId })).toMatchObject({ pausedReason: 'daily_limit' });
  await outbox.queue(await outbox.addRequest());
  outbox.advance(DAY);
  expect(await deliverDue(deps)).toMatchObject({ sent: 1 });
  outbox.advance(DAY);
  expect(await deliverDue(deps)).toMatchObject({ sent: 1 });
  expect(smtp.mails.map(({ to }) => to.length)).toEqual([1, 4, 1]);
});

describe("a provider's daily limit (550 5.4.5)", () => {
  const limit = { code: 550, text: '5.4.5 Daily user sending limit exceeded.' };

  test('pauses the whole account, fails nothing, and sending resumes by itself', async () => {
    let taken = 0;
    smtp.setBehaviour({ mail: () => (++taken > 2 ? limit : null) });
    const queued = [];
    for (let i = 0; i < 6; i++) queued.push(await outbox.queue(await outbox.addRequest()));
    expect(await due({ concurrency: 1 })).toMatchObject({
      sent: 2,
      deferred: 1,
      failed: 0,
      paused: 'account',
    });
    expect((await listSendingAccounts(outbox.deps))[0]).toMatchObject({
      paused: 'provider_limit',
      until: new Date(outbox.now().getTime() + HOUR),
      reply: expect.stringContaining('5.4.5') as string,
    });
    outbox.advance(HOUR - 1);
    expect(await due()).toMatchObject({ attempted: 0, paused: 'account' });

    outbox.advance(1);
    expect(await due()).toMatchObject({ attempted: 1, deferred: 1, paused: 'account' });
    smtp.setBehaviour({});
    outbox.advance(HOUR);
    expect(await due()).toMatchObject({ sent: 4 });
    expect((await listSendingAccounts(outbox.deps))[0]).toMatchObject({ paused: null });
    const ids = smtp.mails.map((mail) => mail.internetMessageId);
    expect(ids.toSorted()).toEqual(queued.map((mail) => mail.internetMessageId).toSorted());
  });

  test('can last four days without a failed mail', async () => {
    smtp.setBehaviour({ mail: limit });
    const { deliveryId } = await outbox.queue(await outbox.addRequest());
    for (let hours = 0; hours < 96; hours += 4) {
      await due();
      outbox.advance(4 * HOUR);
    }
    expect(await shown(deliveryId)).toMatchObject({ state: 'deferred' });
    smtp.setBehaviour({});
    expect(await due()).toMatchObject({ sent: 1 });
  });
});
