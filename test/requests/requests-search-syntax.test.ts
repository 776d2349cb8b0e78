import { expect, test } from 'vitest';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertContact, insertDesk, insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

const DAY = 24 * 60 * 60 * 1000;

/** Four requests, 1 to 4, that differ in all that a search can ask for. */
async function desk() {
  const { ann, bob, ...support } = await testDesk(deps, ['Ann', 'Bob']);
  const sales = await insertDesk(db, 'sales@example.com');
  await db`update operators set name = 'Ann Archer' where id = ${ann.id}`;
  const otto = {
    ...support,
    contactId: await insertContact(db, { email: 'otto@customer.example', name: 'Otto Olsen' }),
  };
  const one = await insertRequest(db, support, { subject: 'Broken printer' });
  await insertInbound(db, support, one, {
    attachment: { name: 'photo.png', contentType: 'image/png', content: Buffer.from('x') },
  });
  const two = await insertRequest(db, otto, { subject: 'Invoice for a printer' });
  await insertInbound(db, otto, two);
  const three = await insertRequest(db, sales, { subject: 'Offer' });
  const four = await insertRequest(db, sales, { subject: 'Old offer' });
  await db`update requests set tags = array['vip', 'big box'], category = 'billing' where id = ${two}`;
  await db`update requests set status = 'in_progress', assignee_id = ${ann.id} where id = ${two}`;
  await db`update requests set status = 'pending', assignee_id = ${bob.id}, needs_attention = true where id = ${three}`;
  await db`
    update requests
    set status = 'closed', closed_at = ${START}, created_at = ${new Date(START.getTime() - 10 * DAY)},
      last_message_at = ${new Date(START.getTime() - 5 * DAY)}
    where id = ${four}`;
  await db`
    insert into participants (request_id, email, name, created_at)
    values (${three}, 'ivan@partner.example', 'Ivan Petrov', ${START})`;
  await call('PUT', `/v1/requests/${two}/read-mark`, ann);
  return { ann, bob };
}

async function found(by: { readonly token: string }, q: string): Promise<number[]> {
  const answer = await call('GET', `/v1/requests?sort=id&total=true&q=${encodeURIComponent(q)}`, by);
  const page = (await answer.json()) as { items?: { id: number }[]; total: number };
  if (page.items === undefined) throw new Error(`${q}: ${JSON.stringify(page)}`);
  expect(page.total).toBe(page.items.length);
  return page.items.map(({ id }) => id);
}

// START is a Sunday at nine in UTC, in the evening of the day before in Pago Pago.
const CASES: readonly (readonly [q: string, ids: readonly number[]])[] = [
  ['printer', [1, 2]],
  ['printer -invoice', [1]],
  ['-printer', [3, 4]],
  ['-"broken printer"', [2, 3, 4]],
  ['"printer broken"', []],
  ['from:otto', [2]],
  ['from:"otto olsen"', [2]],
  ['-from:otto', [1, 3, 4]],
  ['to:ivan', [3]],
  ['to:partner.example', [3]],
  ['to:otto', [2]],
  ['-to:ivan', [1, 2, 4]],
  ['subject:invoice', [2]],
  ['subject:hello', []],
  ['hello', [1, 2]],
  ['subject:"broken printer"', [1]],
  ['tag:vip', [2]],
  ['tag:"big box"', [2]],
  ['-tag:vip', [1, 3, 4]],
  ['tag:vi', []],
  ['category:billing', [2]],
  ['-category:billing', [1, 3, 4]],
  ['assignee:me', [2]],
  ['assignee:none', [1, 4]],
  ['assignee:bob', [3]],
  ['assignee:ann', [2]],
  ['assignee:"ann archer"', [2]],
  ['assignee:bob@desk.example.com', [3]],
  ['-assignee:me', [1, 3, 4]],
  ['is:open', [1, 2, 3]],
  ['-is:open', [4]],
  ['is:closed', [4]],
  ['is:new', [1]],
  ['is:in_progress', [2]],
  ['is:pending', [3]],
  ['is:assigned', [2, 3]],
  ['is:unassigned', [1, 4]],
  ['is:mine', [2]],
  ['is:unread', [1]],
  ['is:read', [2, 3, 4]],
  ['is:flagged', [3]],
  ['is:merged', []],
  ['IS:Open printer', [1, 2]],
  ['mailbox:sales@example.com', [3, 4]],
  ['mailbox:sales', [3, 4]],
  ['mailbox:nobody', []],
  ['-mailbox:sales', [1, 2]],
  ['after:2026-11-22', [1, 2, 3]],
  ['after:2026-11-23', []],
  ['after:2026-11-17', [1, 2, 3, 4]],
  ['before:2026-11-22', [4]],
  ['before:2026-11-23', [1, 2, 3, 4]],
  ['before:2026-11-15 after:2026-11-10', [4]],
  ['has:attachment', [1]],
  ['-has:attachments', [2, 3, 4]],
  ['#2', [2]],
  ['-#2 printer', [1]],
  ['Re:offer', []],
  ['printer is:open -assignee:me has:attachment from:maria', [1]],
  ['printer -', [1, 2]],
];

test('a search asks for all that the list shows, and for its opposite', async () => {
  const { ann } = await desk();
  for (const [q, ids] of CASES) expect([q, await found(ann, q)]).toEqual([q, ids]);
});

test('a day begins where the operator is', async () => {
  const { ann, bob } = await desk();
  await call('PATCH', '/v1/me', { ...ann, body: { timeZone: 'Pacific/Pago_Pago' } });
  expect(await found(ann, 'after:2026-11-22')).toEqual([]);
  expect(await found(ann, 'before:2026-11-22')).toEqual([1, 2, 3, 4]);
  expect(await found(bob, 'after:2026-11-22')).toEqual([1, 2, 3]);
});

test('me and unread are whoever asks', async () => {
  const { bob } = await desk();
  expect(await found(bob, 'assignee:me')).toEqual([3]);
  expect(await found(bob, 'is:unread')).toEqual([1, 2]);
});

test.each([
  ['printer is:blue', 'is:blue: must be one of is:open, '],
  ['-is:"blue"', '-is:"blue": must be one of '],
  ['before:yesterday', 'before:yesterday: must be a day such as before:2026-11-22'],
  ['after:2026-02-30', 'after:2026-02-30: must be a day'],
  ['after:22.11.2026', 'after:22.11.2026: must be a day'],
  ['has:wings', 'has:wings: must be has:attachment'],
  ['tag: vip', 'tag:: needs a value'],
  ['tag:""', 'tag:"": needs a value'],
  ['from:!', 'from:!: needs a word'],
  ['!!!', 'must have 1 to 20 words to look for'],
  ['a '.repeat(21), 'must have 1 to 20 words to look for'],
])('the search %s is refused, and names the term', async (q, detail) => {
  const { token } = await testOperator(deps);
  const answer = await call('GET', `/v1/requests?q=${encodeURIComponent(q)}`, { token });
  expect((await problemOf(answer, 400, 'invalid_input')).errors).toEqual([
    { pointer: 'q', detail: expect.stringContaining(detail) },
  ]);
});

test('a view may hold a search, and its count is of what it finds', async () => {
  const { ann } = await desk();
  const query = `q=${encodeURIComponent('printer -invoice')}`;
  const answer = await call('GET', `/v1/views/counts?query=${encodeURIComponent(query)}`, ann);
  expect(await answer.json()).toMatchObject({ items: [{ count: 1 }] });
});
