import { expect, test } from 'vitest';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call, clock } = testApp(db);

type Item = Readonly<Record<string, unknown>> & { readonly id: number };

async function listed(token: string, query: string): Promise<Item[]> {
  const answer = await call('GET', `/v1/requests?sort=id&${query}`, { token });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { items: Item[] }).items;
}

const ALL = [
  'include=unread',
  'include=snippet',
  'include=hasAttachments',
  'include=waitingSince',
  'include=participantCount',
  'include=drafts',
].join('&');

test('a plain list says nothing of it', async () => {
  const { token } = await testOperator(deps);
  await insertRequest(db, await insertDesk(db));
  const [item] = await listed(token, '');
  for (const name of ['unread', 'snippet', 'hasAttachments', 'waitingSince', 'participantCount', 'drafts']) {
    expect(item).not.toHaveProperty(name);
  }
});

test('a request says what was written last, whether files came, who waits since when and who takes part', async () => {
  const { token, id: operatorId } = await testOperator(deps);
  const place = await insertDesk(db);
  const empty = await insertRequest(db, place);
  const full = await insertRequest(db, place);
  const file = { name: 'a.txt', contentType: 'text/plain', content: Buffer.from('hello') };
  await insertInbound(db, place, full, { attachment: file });
  const { messageId } = await insertInbound(db, place, full);
  await db`update messages set visible_text = ${'  Line one.\n\n' + '😀'.repeat(200)} where id = ${messageId}`;
  await db`
    insert into participants (request_id, email, name, created_at)
    values (${full}, 'ivan@example.org', 'Ivan', ${START}), (${full}, 'olga@example.org', '', ${START})`;
  await db`
    insert into drafts (request_id, operator_id, kind, version, text, updated_at)
    values (${full}, ${operatorId}, 'note', 1, 'x', ${START}), (${full}, ${operatorId}, 'reply', 1, 'x', ${START})`;
  expect(await listed(token, ALL)).toMatchObject([
    {
      id: empty,
      unread: false,
      snippet: null,
      hasAttachments: false,
      waitingSince: null,
      participantCount: 0,
      drafts: [],
    },
    {
      id: full,
      unread: true,
      snippet: {
        messageId,
        kind: 'inbound',
        author: 'Maria',
        text: `Line one. ${'😀'.repeat(150)}`,
      },
      hasAttachments: true,
      waitingSince: START.toISOString(),
      participantCount: 2,
      drafts: ['reply', 'note'],
    },
  ]);
});

test('nobody waits once a reply is written, until the next mail', async () => {
  const { token } = await testOperator(deps);
  const place = await insertDesk(db);
  const id = await insertRequest(db, place);
  await insertInbound(db, place, id);
  await call('POST', `/v1/requests/${id}/messages`, { token, body: { text: 'Hello.' } });
  expect(await listed(token, 'include=waitingSince')).toMatchObject([{ waitingSince: null }]);
  await call('POST', `/v1/requests/${id}/notes`, { token, body: { text: 'Called.' } });
  expect(await listed(token, 'include=snippet')).toMatchObject([
    { snippet: { kind: 'note', author: 'Ann', text: 'Called.' } },
  ]);
  const { messageId } = await insertInbound(db, place, id);
  clock.advance(60_000);
  await db`update messages set created_at = ${clock.now()} where id = ${messageId}`;
  expect(await listed(token, 'include=waitingSince')).toMatchObject([
    { waitingSince: clock.now().toISOString() },
  ]);
  await call('POST', `/v1/requests/${id}/pend`, { token });
  expect(await listed(token, 'include=waitingSince')).toMatchObject([{ waitingSince: null }]);
});

test('another operator’s drafts and an unknown addition are not given', async () => {
  const ann = await testOperator(deps);
  const bob = await testOperator(deps, { name: 'Bob' });
  const id = await insertRequest(db, await insertDesk(db));
  await db`
    insert into drafts (request_id, operator_id, kind, version, text, updated_at)
    values (${id}, ${bob.id}, 'reply', 1, 'x', ${START})`;
  expect(await listed(ann.token, 'include=drafts')).toMatchObject([{ drafts: [] }]);
  const answer = await call('GET', '/v1/requests?include=everything', ann);
  expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer: 'include' }]);
});
