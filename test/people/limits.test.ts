import { beforeEach, expect, test } from 'vitest';
import { accountName } from '../../src/outbox/smtp/account-name.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';
import { oneAccount } from '../support/transports.ts';

// What somebody who serves one mailbox of two may see and change of what belongs to the other, or to the whole desk.

const { db } = await testDatabase();
const SHARED = 'smtps://desk%40example.com:right@smtp.example.com:465';
const main = smtpTransport({ url: SHARED, oauth: null });
const made = testApp(db, { transports: oneAccount(main) });
const { call, deps, clock } = made;

async function twoMailboxes() {
  const support = await insertDesk(db);
  const sales = await insertDesk(db, 'sales@example.com');
  const of = (name: string, role: Role, mailboxId: number) =>
    testOperator(deps, { name, role, mailboxIds: [mailboxId] });
  const chief = await testOperator(deps, { name: 'Chief', role: 'admin' });
  const eve = await of('Eve', 'admin', sales.mailboxId);
  const sam = await of('Sam', 'agent', sales.mailboxId);
  const ann = await of('Ann', 'agent', support.mailboxId);
  const bob = await of('Bob', 'agent', support.mailboxId);
  const requests = {
    support: await insertRequest(db, support),
    sales: await insertRequest(db, sales),
  };
  await insertInbound(db, support, requests.support);
  return { support, sales, chief, eve, sam, ann, bob, requests };
}
let desk: Awaited<ReturnType<typeof twoMailboxes>>;
beforeEach(async () => {
  desk = await twoMailboxes();
});

const typesSince = async (id: number) =>
  (await db<{ type: string }[]>`select type from events where id > ${id} order by id`).map(
    ({ type }) => type,
  );
const lastEvent = async () => (await db<{ id: number }[]>`select max(id) as id from events`)[0]?.id ?? 0;

async function refused(token: string, method: string, path: string, body?: unknown) {
  const before = await lastEvent();
  const problem = await problemOf(await call(method, path, { token, body }), 403, 'forbidden');
  expect(await typesSince(before)).toEqual([]);
  return problem;
}

test('an admin sets the signature of nobody who serves other mailboxes; of their own, and the chief anybody’s', async () => {
  const { ann, chief, eve, sam } = desk;
  const signature = 'Buy at evil.example';
  await refused(eve.token, 'PUT', `/v1/operators/${ann.id}/signature`, { signature });
  await refused(eve.token, 'PUT', `/v1/operators/${chief.id}/signature`, { signature });
  expect(await db`select id from operators where signature <> ''`).toEqual([]);
  for (const [token, id] of [
    [eve.token, sam.id],
    [eve.token, eve.id],
    [chief.token, ann.id],
    [ann.token, ann.id],
  ] as const) {
    const set = await call('PUT', `/v1/operators/${id}/signature`, { token, body: { signature: 'Yours' } });
    expect(set.status).toBe(200);
  }
  expect(await db`select id from operators where signature = 'Yours'`).toHaveLength(3);
});

test('an admin lists, makes and revokes tokens of nobody who serves other mailboxes', async () => {
  const { ann, chief, eve, sam } = desk;
  for (const { id, tokenId } of [ann, chief]) {
    await refused(eve.token, 'GET', `/v1/operators/${id}/tokens`);
    await refused(eve.token, 'POST', `/v1/operators/${id}/tokens`, { name: 'x' });
    await refused(eve.token, 'DELETE', `/v1/operators/${id}/tokens/${tokenId}`);
  }
  expect((await call('GET', `/v1/operators/${sam.id}/tokens`, { token: eve.token })).status).toBe(200);
  expect((await call('GET', `/v1/operators/${ann.id}/tokens`, { token: chief.token })).status).toBe(200);
});

test('an admin names no SMTP account that sends for mailboxes they do not serve', async () => {
  const { chief, eve, sales, support } = desk;
  const wrong = (user: string) => ({ url: `smtps://${user}%40example.com:wrong@smtp.example.com:465` });
  const path = `/v1/mailboxes/${sales.mailboxId}/smtp`;
  expect(await refused(eve.token, 'PUT', path, wrong('desk'))).toMatchObject({
    detail: `${accountName(SHARED)} sends for mailboxes that you do not serve.`,
  });
  expect(await db`select * from mailbox_transports`).toEqual([]);
  const own = await call('PUT', path, { token: eve.token, body: wrong('sales') });
  expect(await own.json()).toMatchObject({ account: accountName(wrong('sales').url) });
  const theirs = `/v1/mailboxes/${support.mailboxId}/smtp`;
  await problemOf(await call('PUT', theirs, { token: eve.token, body: wrong('eve') }), 404, 'not_found');
  expect((await call('PUT', theirs, { token: chief.token, body: wrong('desk') })).status).toBe(200);
});

test('an admin of some mailboxes adds none, and erases no contact', async () => {
  const { chief, eve, sales } = desk;
  const body = { address: 'third@example.com', name: 'Third' };
  await refused(eve.token, 'POST', '/v1/mailboxes', body);
  await refused(eve.token, 'DELETE', `/v1/contacts/${sales.contactId}`);
  expect(await db`select id from mailboxes`).toHaveLength(2);
  expect((await call('POST', '/v1/mailboxes', { token: chief.token, body })).status).toBe(201);
});

test('the feed tells what belongs to no mailbox to admins of every mailbox alone', async () => {
  const { ann, chief, eve, sam, support } = desk;
  const body = { name: 'Maria Secret' };
  expect((await call('PATCH', `/v1/contacts/${support.contactId}`, { token: ann.token, body })).status).toBe(
    200,
  );
  const seenBy = async ({ token }: { readonly token: string }) => {
    const feed = (await (await call('GET', '/v1/events?limit=200', { token })).json()) as {
      items: { type: string }[];
    };
    return feed.items.map(({ type }) => type);
  };
  await expect.poll(() => seenBy(chief)).toContain('contact.renamed');
  expect(await seenBy(chief)).toContain('operator.added');
  for (const limited of [eve, sam, ann]) expect(await seenBy(limited)).toEqual([]);
});

test('an export by an admin of some mailboxes has no event of the whole desk', async () => {
  const { chief, eve, sales } = desk;
  await call('PATCH', `/v1/contacts/${sales.contactId}`, {
    token: chief.token,
    body: { name: 'Maria Secret' },
  });
  const path = `/v1/contacts/${sales.contactId}/export`;
  const exported = async (token: string) =>
    Buffer.from(await (await call('GET', path, { token })).arrayBuffer()).toString('latin1');
  expect(await exported(eve.token)).not.toContain('contact.renamed');
  expect((await call('GET', path, { token: chief.token })).status).toBe(200);
});

async function suppress(requestId: number, mailboxId: number) {
  const [message] = await db<{ id: number }[]>`
    insert into messages (request_id, mailbox_id, kind, direction, author_kind, subject, text, visible_text,
      internet_message_id, created_at)
    values (${requestId}, ${mailboxId}, 'automatic', 'out', 'system', '', '', '', '<1@desk.example.com>', ${START})
    returning id`;
  const [delivery] = await db<{ id: number }[]>`
    insert into deliveries (message_id, request_id, mailbox_id, kind, priority, state, sent_at, created_at)
    values (${message!.id}, ${requestId}, ${mailboxId}, 'notice', 2, 'bounced', ${START}, ${START})
    returning id`;
  await db`
    insert into suppressed_addresses (address, reason, delivery_id, since, until)
    values ('maria@example.org', 'no such user', ${delivery!.id}, ${clock.now()}, ${new Date(START.getTime() + 86_400_000)})`;
}

test('a suppression is seen and lifted by those who serve the mailbox that the email came back to', async () => {
  const { ann, requests, sam, support } = desk;
  await suppress(requests.support, support.mailboxId);
  const path = `/v1/contacts/${support.contactId}`;
  const shown = async (token: string) => (await call('GET', path, { token })).json();
  expect(await shown(sam.token)).toMatchObject({ suppression: null });
  expect(await shown(ann.token)).toMatchObject({ suppression: { reason: 'no such user' } });
  await refused(sam.token, 'PATCH', path, { suppressed: false });
  expect(await db`select address from suppressed_addresses`).toHaveLength(1);
  const lifted = await call('PATCH', path, { token: ann.token, body: { suppressed: false } });
  expect(await lifted.json()).toMatchObject({ suppression: null });
  expect(await db`select address from suppressed_addresses`).toEqual([]);
});

test('a suppression whose email was erased is lifted by who serves the whole desk', async () => {
  const { ann, chief, requests, support } = desk;
  await suppress(requests.support, support.mailboxId);
  await db`delete from messages where kind = 'automatic'`;
  const path = `/v1/contacts/${support.contactId}`;
  await refused(ann.token, 'PATCH', path, { suppressed: false });
  expect((await call('PATCH', path, { token: chief.token, body: { suppressed: false } })).status).toBe(200);
  expect(await db`select address from suppressed_addresses`).toEqual([]);
});

test('the last active admin of every mailbox is neither narrowed, demoted nor removed, not even by another admin', async () => {
  const { chief, eve, sales } = desk;
  const path = `/v1/operators/${chief.id}`;
  for (const [method, body] of [
    ['PATCH', { mailboxIds: [sales.mailboxId] }],
    ['PATCH', { role: 'lead' }],
    ['PATCH', { active: false }],
    ['DELETE', undefined],
  ] as const) {
    const before = await lastEvent();
    await problemOf(await call(method, path, { token: chief.token, body }), 409, 'wrong_state');
    await problemOf(await call(method, path, { token: eve.token, body }), 403, 'forbidden');
    expect(await typesSince(before)).toEqual([]);
  }
  const ada = await testOperator(deps, { name: 'Ada' });
  const both = await Promise.all([
    call('PATCH', path, { token: ada.token, body: { mailboxIds: [sales.mailboxId] } }),
    call('PATCH', `/v1/operators/${ada.id}`, { token: chief.token, body: { role: 'agent' } }),
  ]);
  // Who comes second is refused: as the last one, or because they are an admin no more.
  expect(both.map(({ status }) => (status === 403 ? 409 : status)).toSorted((a, b) => a - b)).toEqual([
    200, 409,
  ]);
  expect(
    await db`select id from operators where role = 'admin' and active and mailbox_ids is null`,
  ).toHaveLength(1);
});

test('an agent stops no reply of another, held or queued, as they may not edit it; its author and a lead may', async () => {
  const { ann, bob, requests } = desk;
  const lead = await testOperator(deps, { name: 'Lea' });
  const held = async (holdSeconds: number) => {
    const body = { text: 'Hello', holdSeconds };
    const sent = await call('POST', `/v1/requests/${requests.support}/messages`, { token: ann.token, body });
    const message = (await sent.json()) as { id: number; delivery: { id: number } };
    return { message: `/v1/messages/${message.id}`, cancel: `/v1/deliveries/${message.delivery.id}/cancel` };
  };
  const [first, second] = [await held(60), await held(0)];
  await refused(bob.token, 'PATCH', first.message, { text: 'Go away' });
  await refused(bob.token, 'POST', first.cancel);
  await refused(bob.token, 'POST', second.cancel);
  expect(await db`select id from deliveries where state = 'cancelled'`).toEqual([]);
  expect((await call('POST', first.cancel, { token: ann.token })).status).toBe(200);
  expect((await call('POST', second.cancel, { token: lead.token })).status).toBe(200);
  expect(await db`select id from deliveries where state = 'cancelled'`).toHaveLength(2);
});

test.each([
  ['GET', 'requests', ''],
  ['GET', 'requests', '/messages'],
  ['GET', 'requests', '/events'],
  ['DELETE', 'requests', ''],
  ['PATCH', 'mailboxes', ''],
  ['GET', 'mailboxes', ''],
  ['GET', 'mailboxes', '/templates'],
  ['GET', 'mailboxes', '/smtp'],
  ['DELETE', 'mailboxes', '/smtp'],
  ['POST', 'mailboxes', '/smtp/check'],
])('%s of %s%s in another mailbox finds nothing, for an admin too', async (method, noun, rest) => {
  const { eve, requests, support } = desk;
  const id = noun === 'requests' ? requests.support : support.mailboxId;
  const body = method === 'PATCH' ? { name: 'Mine' } : undefined;
  await problemOf(
    await call(method, `/v1/${noun}/${id}${rest}`, { token: eve.token, body }),
    404,
    'not_found',
  );
  expect(await db`select id from requests`).toHaveLength(2);
});
