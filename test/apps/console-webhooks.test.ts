import { expect, test } from 'vitest';
import { startWebhookWorker } from '../../src/integrations/webhooks/posts/webhook-worker.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { recordEvent } from '../../src/people/history/record-event.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertRequest, testDesk } from '../support/desk.ts';
import { ok, status, webhookReceiver } from '../support/webhook-receiver.ts';

const { db } = await testDatabase();
const SECRET = /whsec_[\w+/=]+/;

/** The console as somebody's browser asks it, without one: what is looked at is what the pages say and do. */
async function visitor(name: 'Ada' | 'Ann') {
  const made = testApp(db, { publicUrl: 'http://desk.example.com' });
  const people = await testDesk(made.deps, ['Ada', 'Ann']);
  const { id } = name === 'Ada' ? people.ada : people.ann;
  const { session } = await db.begin((tx) => openSession(tx, id, made.clock.now()));
  const headers = { cookie: `mailroom=${session}`, 'sec-fetch-site': 'same-origin' };
  const page = async (path: string, form?: Readonly<Record<string, string>>) => {
    const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    const response = await made.app.request(path, { headers, ...sent });
    return { status: response.status, to: response.headers.get('location'), text: await response.text() };
  };
  return { ...made, ...people, page };
}

test('a webhook is added, tried, watched, given another secret and removed in the console', async () => {
  const { page, deps, clock, mailboxId, contactId } = await visitor('Ada');
  const receiver = await webhookReceiver(ok);
  const worker = startWebhookWorker(deps, { pollMs: 20 });
  try {
    expect((await page('/settings/webhooks')).text).toContain('There are no webhooks yet.');
    const refused = await page('/settings/webhooks', { url: 'ftp://example.com', name: 'Ours' });
    expect(refused).toMatchObject({ status: 422, text: expect.stringContaining('value="Ours"') });

    const form = { url: receiver.url, name: 'Warehouse', type: 'request.taken', key: 'made-once' };
    const added = await page('/settings/webhooks', form);
    expect(SECRET.test(added.text)).toBe(true);
    // Sent again, as by a reload, it makes no second one, and the secret is not shown again.
    expect(SECRET.test((await page('/settings/webhooks', form)).text)).toBe(false);
    const own = '/settings/webhooks/1';
    expect((await page(own)).text).not.toMatch(SECRET);
    expect(await db`select id, types from webhooks`).toEqual([{ id: 1, types: ['request.taken'] }]);

    expect((await page(own, { verb: 'test' })).text).toMatch(/The test post:<\/b> 204/);
    const requestId = await insertRequest(db, { mailboxId, contactId });
    const at = clock.now();
    await recordEvent(db, { type: 'request.taken', actor: { kind: 'system' }, at, mailboxId, requestId });
    await expect.poll(() => receiver.posts.length).toBe(2);
    await expect.poll(async () => (await page(own)).text).toContain('<code>request.taken</code>');
    const [event] = await db<{ id: number }[]>`select id from events where type = 'request.taken'`;
    expect((await page(own, { verb: 'replay', eventId: String(event?.id) })).text).toContain(
      '1 event is posted again.',
    );
    await expect.poll(() => receiver.posts.length).toBe(3);
    expect(receiver.posts[2]?.id).toBe(receiver.posts[1]?.id);
    const span = await page(own, { verb: 'replay', from: '2026-11-22T08:00', to: '2026-11-22T10:00' });
    expect(span.text).toContain('1 event is posted again.');
    await expect.poll(() => receiver.posts.length).toBe(4);
    expect((await page(own, { verb: 'replay', from: 'yesterday', to: '' })).status).toBe(422);

    receiver.answerWith(status(500));
    expect((await page(own, { verb: 'test' })).text).toContain('It answered with an error.');
    expect((await page(`${own}?failed=true`)).text).toContain('<code>test</code>');
    expect((await page(`${own}?failed=true`)).text).not.toContain('<code>request.taken</code>');

    expect((await page(own, { verb: 'rotate' })).text).toMatch(SECRET);
    expect((await page(own, { verb: 'save', url: receiver.url, name: 'Lake' })).to).toBe(own);
    expect(await db`select name, types from webhooks`).toEqual([{ name: 'Lake', types: null }]);
    expect((await page(own, { verb: 'remove' })).to).toBe('/settings/webhooks');
    expect((await page(own)).status).toBe(404);
  } finally {
    await worker.stop();
    await receiver.close();
  }
});

test('one that the desk switched off says why, and is switched on again', async () => {
  const { page, call, ada } = await visitor('Ada');
  await call('POST', '/v1/webhooks', { token: ada.token, body: { url: 'http://127.0.0.1:9/events' } });
  await db`update webhooks set enabled = false, disabled_reason = 'gone'`;
  const [{ id } = { id: 0 }] = await db<{ id: number }[]>`select id from webhooks`;
  const own = `/settings/webhooks/${id}`;
  expect((await page(own)).text).toContain('the receiver answered that it is gone');
  expect((await page('/settings/webhooks')).text).toContain('>Off<');
  await page(own, { verb: 'on' });
  expect(await db`select enabled, disabled_reason from webhooks`).toEqual([
    { enabled: true, disabledReason: null },
  ]);
  await page(own, { verb: 'off' });
  expect(await db`select enabled from webhooks`).toEqual([{ enabled: false }]);
});

test('is the business of admins', async () => {
  const { page } = await visitor('Ann');
  expect((await page('/settings/webhooks')).status).toBe(403);
  expect((await page('/settings/me')).text).not.toContain('/settings/webhooks');
});
