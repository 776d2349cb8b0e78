import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { disconnectMicrosoft } from '../../src/intake/microsoft/access/connecting.ts';
import { lookAtDue } from '../../src/intake/microsoft/fetching/look-due.ts';
import { endSubscription } from '../../src/intake/microsoft/notifications/keep-subscription.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testDatabase } from '../support/database.ts';
import { microsoftDesks, MINUTE, SYSTEM } from '../support/microsoft-desk.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const { desk, end } = microsoftDesks(db, parsePool);
afterEach(end);
afterAll(() => parsePool.close());

const SECOND = 1000;
const DAY = 24 * 60 * MINUTE;

/** A desk that Microsoft tells of new mail, looked at once. */
async function told() {
  const made = await desk();
  const deps = { ...made.deps, notifyUrl: made.deps.publicUrl };
  const look = (): Promise<number> => lookAtDue(deps);
  await look();
  const { subscriptions } = made.tenant;
  const path = `/microsoft/notifications/${made.mailbox.id}`;
  const post = (body: string, query = ''): Promise<Response> =>
    Promise.resolve(made.app.request(`${path}${query}`, { method: 'POST', body }));
  return { ...made, look, subscriptions, post };
}

const row = async () => {
  const [found] = await db<{ subscriptionId: string | null; fault: string | null; endsAt: Date | null }[]>`
    select subscription_id, fault, ends_at from microsoft_subscriptions`;
  return found;
};

describe('a notification', () => {
  test('has the mailbox looked at before its minute, which it is not otherwise', async () => {
    const { look, arrive, clock, subscriptions } = await told();
    expect(subscriptions.living()).toHaveLength(1);
    clock.advance(5 * SECOND);
    arrive();
    expect(await look()).toBe(0);
    expect(await subscriptions.notify()).toEqual([202]);
    expect(await look()).toBe(1);
  });

  test('that comes while the mailbox is looked at has it looked at once more', async () => {
    const { look, arrive, clock, subscriptions, tenant } = await told();
    clock.advance(MINUTE);
    let notified: Promise<unknown> | undefined;
    tenant.state.fault = (call) => {
      if (notified !== undefined || !call.path.includes('sentitems')) return null;
      arrive();
      notified = subscriptions.notify();
      return null;
    };
    await look();
    expect(await notified).toEqual([202]);
    await look();
    expect(await db`select id from intake`).toHaveLength(1);
  });

  test.each([
    ['without the secret', { clientState: 'guessed' }],
    ['with none', { clientState: undefined }],
  ])('%s is answered and does nothing', async (_, forged) => {
    const { look, arrive, clock, subscriptions } = await told();
    clock.advance(5 * SECOND);
    arrive();
    expect(await subscriptions.notify(forged as { clientState: string })).toEqual([202]);
    expect(await look()).toBe(0);
  });

  test.each(['', 'nonsense', '[]', '{"value":{}}', '{"value":[{"clientState":7}]}'])(
    'that is no notification (%j) is answered and does nothing',
    async (body) => {
      const { look, arrive, post, clock } = await told();
      clock.advance(5 * SECOND);
      arrive();
      expect((await post(body)).status).toBe(202);
      expect(await look()).toBe(0);
    },
  );

  test('is never needed: what no word came of is fetched within its minute', async () => {
    const { look, arrive, clock, subscriptions } = await told();
    subscriptions.end();
    arrive();
    clock.advance(MINUTE);
    expect(await look()).toBe(1);
  });

  test('of what was there already files nothing twice', async () => {
    const { look, arrive, clock, subscriptions } = await told();
    arrive();
    for (let times = 0; times < 3; times += 1) {
      clock.advance(SECOND);
      await subscriptions.notify();
      await look();
    }
    expect(await db`select id from intake`).toHaveLength(1);
  });

  test('wakes nobody while Microsoft refuses the credentials or asks to be left alone', async () => {
    const { look, arrive, clock, subscriptions, tenant } = await told();
    clock.advance(MINUTE);
    tenant.state.fault = () => 'throttle';
    await look();
    tenant.state.fault = () => null;
    arrive();
    await subscriptions.notify();
    expect(await look()).toBe(0);
    clock.advance(10 * SECOND);
    expect(await look()).toBe(1);
  });
});

describe('the handshake', () => {
  test('gives the token back as plain text, whatever is in it', async () => {
    const { post } = await told();
    const answer = await post('', `?validationToken=${encodeURIComponent('<script>&+ ü</script>')}`);
    expect(await answer.text()).toBe('<script>&+ ü</script>');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('gives back no token without end', async () => {
    const { post } = await told();
    expect((await post('', `?validationToken=${'x'.repeat(1001)}`)).status).toBe(400);
  });
});

describe('a subscription', () => {
  test('is renewed in time, and stays the same one', async () => {
    const { look, clock, subscriptions, arrive } = await told();
    const [first] = subscriptions.living();
    for (let day = 0; day < 20; day += 1) {
      clock.advance(DAY);
      await look();
    }
    expect(subscriptions.living().map(({ id }) => id)).toEqual([first?.id]);
    clock.advance(5 * SECOND);
    arrive();
    await subscriptions.notify();
    expect(await look()).toBe(1);
  });

  test.each(['reauthorizationRequired', 'subscriptionRemoved', 'missed'])(
    'that Microsoft says is %s stands again after the next look, which that brings about',
    async (lifecycleEvent) => {
      const { look, clock, subscriptions, arrive } = await told();
      clock.advance(5 * SECOND);
      arrive();
      await subscriptions.notify({ lifecycleEvent });
      if (lifecycleEvent === 'subscriptionRemoved') subscriptions.end();
      expect(await look()).toBe(1);
      expect(subscriptions.living()).toHaveLength(1);
      clock.advance(5 * SECOND);
      arrive({ messageId: '<second@customer.example>' });
      await subscriptions.notify();
      expect(await look()).toBe(1);
    },
  );

  test('that is gone when it is renewed is made anew', async () => {
    const { look, clock, subscriptions } = await told();
    subscriptions.end();
    clock.advance(6 * DAY);
    await look();
    expect(subscriptions.living()).toHaveLength(1);
  });

  test('that nobody remembers gives way to a new one', async () => {
    const { look, clock, subscriptions } = await told();
    const [first] = subscriptions.living();
    await db`delete from microsoft_subscriptions`;
    clock.advance(MINUTE);
    await look();
    const [second] = subscriptions.living();
    expect(second?.id).not.toBe(first?.id);
    expect(await row()).toMatchObject({ subscriptionId: second?.id, fault: null });
  });

  test('that cannot be made stops no look, and is tried again in an hour', async () => {
    const { look, arrive, clock, subscriptions, tenant } = await told();
    subscriptions.end();
    await db`delete from microsoft_subscriptions`;
    tenant.state.unreachable = true;
    clock.advance(MINUTE);
    arrive();
    expect(await look()).toBe(1);
    expect(await row()).toMatchObject({
      subscriptionId: null,
      fault: expect.stringContaining('ValidationError'),
    });
    const before = tenant.calls.filter(({ path }) => path.includes('subscriptions')).length;
    clock.advance(MINUTE);
    await look();
    expect(tenant.calls.filter(({ path }) => path.includes('subscriptions'))).toHaveLength(before);
    tenant.state.unreachable = false;
    clock.advance(60 * MINUTE);
    await look();
    expect(subscriptions.living()).toHaveLength(1);
  });

  test('ends with the connection', async () => {
    const { deps, mailbox, subscriptions } = await told();
    await disconnectMicrosoft(deps, SYSTEM, { mailboxId: mailbox.id });
    expect(subscriptions.living()).toHaveLength(0);
    expect(await row()).toBeUndefined();
  });

  test('that cannot be ended in time keeps nobody waiting: calls under way in other processes count too', async () => {
    const { deps, mailbox, clock, subscriptions } = await told();
    await db`update microsoft_slots set holder = gen_random_uuid(), held_until = ${clock.now()}::timestamptz + interval '2 minutes'`;
    await db`
      insert into microsoft_slots (mailbox_id, slot, holder, held_until)
      select ${mailbox.id}, slot, gen_random_uuid(), ${clock.now()}::timestamptz + interval '2 minutes'
      from generate_series(1, 2) slot
      on conflict do nothing`;
    await endSubscription(deps, mailbox.id, 50);
    expect(await row()).toBeUndefined();
    expect(subscriptions.living()).toHaveLength(1);
    await db`update microsoft_slots set held_until = null`;
  });
});
