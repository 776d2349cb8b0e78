import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';
import { receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const made = testApp(db, { parsePool });
const { deps, call } = made;

async function desk() {
  const mailbox = await testMailbox(deps);
  const ann = await testOperator(deps, { name: 'Ann' });
  for (const [name, subject] of [
    ['Carla', 'Printer'],
    ['Émile', 'Scanner'],
    ['Бэлла', 'Fax'],
  ]) {
    await receive(made, {
      from: `=?utf-8?B?${Buffer.from(String(name)).toString('base64')}?= <${subject?.toLowerCase()}@customer.example>`,
      subject: String(subject),
    });
  }
  return { mailboxId: mailbox.id, ...ann };
}

async function list(token: string, query = ''): Promise<any[]> {
  const response = await call('GET', `/v1/contacts${query}`, { token });
  if (response.status !== 200) throw new Error(await response.text());
  return ((await response.json()) as { items: any[] }).items;
}

test('contacts are listed, found by beginnings of words, sorted and paged', async () => {
  const { token, mailboxId } = await desk();
  expect((await list(token)).map((contact) => contact.email)).toEqual([
    'fax@customer.example',
    'printer@customer.example',
    'scanner@customer.example',
  ]);
  const [carla] = await list(token, '?q=carl');
  expect(carla).toEqual({
    id: expect.any(Number),
    email: 'printer@customer.example',
    name: 'Carla',
    createdAt: made.clock.now().toISOString(),
    suppression: null,
    mailboxes: [
      { mailboxId, blocked: false, trusted: false, language: null, requestCount: 1, openRequestCount: 1 },
    ],
  });
  expect((await list(token, `?q=${encodeURIComponent('БЭЛЛА')}`)).map((each) => each.name)).toEqual([
    'Бэлла',
  ]);
  expect((await list(token, '?q=scanner@customer')).map((each) => each.name)).toEqual(['Émile']);
  expect(await list(token, '?q=nobody')).toEqual([]);
  const byName = await list(token, '?sort=-name');
  expect(byName.map((each) => each.name)).toEqual(['Бэлла', 'Émile', 'Carla']);
  const first = (await (await call('GET', '/v1/contacts?limit=2&total=true', { token })).json()) as any;
  expect(first.total).toBe(3);
  expect((await list(token, `?limit=2&cursor=${first.nextCursor}`)).map((each) => each.name)).toEqual([
    'Émile',
  ]);
  await problemOf(await call('GET', '/v1/contacts?q=!!', { token }), 400, 'invalid_input');
});

test('a contact is renamed, and blocked, trusted and spoken to for each mailbox', async () => {
  const { token, mailboxId } = await desk();
  const [carla] = await list(token, '?q=carla');
  const changes = { name: ' Carla Contact ', mailboxes: [{ mailboxId, blocked: true, language: 'ru' }] };
  const response = await call('PATCH', `/v1/contacts/${carla.id}`, { token, body: changes });
  expect(await response.json()).toMatchObject({
    name: 'Carla Contact',
    mailboxes: [{ mailboxId, blocked: true, trusted: false, language: 'ru' }],
  });
  const requests = (await (await call('GET', `/v1/requests?contactId=${carla.id}`, { token })).json()) as any;
  expect(requests.items).toMatchObject([{ contact: { id: carla.id, name: 'Carla Contact' } }]);
  expect(await receive(made, { from: 'printer@customer.example' })).toMatchObject({
    reason: 'blocked_sender',
  });

  const body = { mailboxes: [{ mailboxId, blocked: false, language: null }] };
  await call('PATCH', `/v1/contacts/${carla.id}`, { token, body });
  expect((await receive(made, { from: 'printer@customer.example' })).outcome).toBe('appended');
  const events = await db`
    select type, mailbox_id, old, new from events where type like 'contact.%' order by id`;
  expect(events).toMatchObject([
    { type: 'contact.renamed', mailboxId: null, old: { name: 'Carla' }, new: { name: 'Carla Contact' } },
    { type: 'contact.blocked', mailboxId, old: { blocked: false }, new: { blocked: true } },
    { type: 'contact.edited', mailboxId, old: { language: null }, new: { language: 'ru' } },
    { type: 'contact.unblocked', mailboxId, old: { blocked: true }, new: { blocked: false } },
    { type: 'contact.edited', mailboxId, old: { language: 'ru' }, new: { language: null } },
  ]);
  await call('PATCH', `/v1/contacts/${carla.id}`, { token, body });
  expect(await db`select id from events where type like 'contact.%'`).toHaveLength(5);
});

test('a contact of other mailboxes does not exist, nor do the settings of other mailboxes', async () => {
  const { token, mailboxId } = await desk();
  const other = await insertDesk(db, 'other@example.com');
  await insertRequest(db, other);
  const unseen = await insertRequest(db, { mailboxId, contactId: other.contactId });
  const bob = await testOperator(deps, { name: 'Bob', mailboxIds: [other.mailboxId] });
  const [carla] = await list(token, '?q=carla');
  expect((await list(bob.token)).map((contact) => contact.email)).toEqual(['maria@example.org']);
  await problemOf(await call('GET', `/v1/contacts/${carla.id}`, { token: bob.token }), 404, 'not_found');
  expect(await list(bob.token, `?q=%23${unseen}`)).toEqual([]);
  expect(await list(bob.token, `?mailboxId=${mailboxId}`)).toEqual([]);
  expect(await list(token, `?q=%23${unseen}`)).toHaveLength(1);
  const path = `/v1/contacts/${carla.id}`;
  await problemOf(await call('PATCH', path, { token: bob.token, body: { name: 'x' } }), 404, 'not_found');
  const both = {
    mailboxes: [
      { mailboxId: other.mailboxId, blocked: true },
      { mailboxId, blocked: true },
    ],
  };
  const refused = await call('PATCH', `/v1/contacts/${other.contactId}`, { token: bob.token, body: both });
  expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([
    { pointer: '/mailboxes/1/mailboxId' },
  ]);
  expect(await db`select * from contact_settings`).toEqual([]);
});

test('an admin takes everything that is held about a contact away in one file, and nothing about anybody else', async () => {
  const { token } = await desk();
  const admin = await testOperator(deps, { name: 'Ada' });
  const big = 'x'.repeat(1_000_000);
  await receive(made, { from: 'Carla <printer@customer.example>', text: `again ${big}` });
  await receive(made, {
    from: 'Carla <printer@customer.example>',
    headers: ['Auto-Submitted: auto-replied'],
  });
  const [carla] = await list(token, '?q=carla');
  await call('PATCH', `/v1/contacts/${carla.id}`, { token, body: { name: 'Carla Corrected' } });
  const response = await call('GET', `/v1/contacts/${carla.id}/export`, { token: admin.token });
  expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const kinds = lines.map((line) => line.kind);
  expect(kinds[0]).toBe('contact');
  expect(kinds.filter((kind) => kind === 'request')).toHaveLength(1);
  expect(lines.filter((line) => line.kind === 'message' && line.message.kind === 'inbound')).toHaveLength(2);
  const originals = lines.filter((line) => line.kind === 'original');
  expect(originals).toHaveLength(3);
  for (const { base64, size } of originals) {
    const raw = Buffer.from(base64, 'base64');
    expect(raw.length).toBe(size);
    expect(raw.toString()).toContain('printer@customer.example');
  }
  expect(originals.some(({ base64 }) => Buffer.from(base64, 'base64').toString().includes(big))).toBe(true);
  expect(kinds).toContain('quarantined');
  const events = lines.filter((line) => line.kind === 'event').map((line) => line.event.type);
  expect(events).toEqual(expect.arrayContaining(['contact.renamed', 'request.opened']));
  expect(JSON.stringify(lines)).not.toMatch(/scanner@|fax@/);
});
