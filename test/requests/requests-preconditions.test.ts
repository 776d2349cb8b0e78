import { expect, test } from 'vitest';
import { readIfMatch } from '../../src/platform/entity-tag.ts';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type Answer = { readonly content?: Record<string, { readonly schema?: { readonly $ref?: string } }> };
type Operation = {
  readonly responses: Record<string, Answer & { readonly headers?: object }>;
  readonly parameters?: { name: string }[];
};
const document = (await (await call('GET', '/openapi.json')).json()) as {
  paths: Record<string, Record<string, Operation>>;
};
const changes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(
      ([method]) => path.startsWith('/v1/requests/{id}') && !path.includes('/drafts/') && method !== 'get',
    )
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

async function desk() {
  const { ada, ...place } = await testDesk(deps, ['Ada']);
  const requestId = await insertRequest(db, place);
  const { messageId } = await insertInbound(db, place, requestId);
  await insertInbound(db, place, requestId);
  const other = await insertRequest(db, place);
  const path = `/v1/requests/${requestId}`;
  const tag = (await call('GET', path, { token: ada.token })).headers.get('etag') ?? '';
  return { ...ada, requestId, messageId, other, path, tag };
}

/** A body that each verb would do its work with. */
const BODIES: Readonly<Record<string, (made: Awaited<ReturnType<typeof desk>>) => unknown>> = {
  'PATCH /v1/requests/{id}': () => ({ subject: 'Other' }),
  'POST /v1/requests/{id}/assign': ({ id }) => ({ operatorId: id }),
  'POST /v1/requests/{id}/escalate': ({ id }) => ({ operatorId: id, reason: 'Lost.' }),
  'POST /v1/requests/{id}/resolve': () => ({ notes: 'Done.' }),
  'POST /v1/requests/{id}/merge': ({ other }) => ({ into: other }),
  'POST /v1/requests/{id}/split': ({ messageId }) => ({ messageIds: [messageId] }),
  'POST /v1/requests/{id}/messages': () => ({ text: 'Hello.' }),
  'POST /v1/requests/{id}/notes': () => ({ text: 'Hello.' }),
};

test('there are verbs to try', () => expect(changes.length).toBeGreaterThan(12));

test.each(changes)(
  '$method $path with what has changed since is refused and changes nothing',
  async ({ method, path, operation }) => {
    const made = await desk();
    const { token, requestId, tag } = made;
    await db`update requests set subject = 'Changed' where id = ${requestId}`;
    const before = await db`select * from requests order by id`;
    const body = BODIES[`${method} ${path}`]?.(made);
    const url = path.replace('{id}', String(requestId)).replace('{linkId}', '1');
    for (const stale of [tag, `"${requestId}.999"`, '"x", "y"', `W/${tag}`]) {
      const refused = await call(method, url, { token, body, headers: { 'if-match': stale } });
      const problem = await problemOf(refused, 412, 'precondition_failed');
      expect(problem.currentTag).toBe(`"${requestId}.2"`);
    }
    expect(await db`select * from requests order by id`).toEqual(before);
    expect(operation.parameters?.map((each) => each.name)).toContain('if-match');
    expect(Object.keys(operation.responses)).toContain('412');
    await problemOf(
      await call(method, url, { token, body, headers: { 'if-match': 'x' } }),
      400,
      'invalid_input',
    );
  },
);

test('the tag of what was read lets a change through, whose answer has the next one', async () => {
  const { token, path, tag, requestId } = await desk();
  expect(tag).toBe(`"${requestId}.1"`);
  const taken = await call('POST', `${path}/take`, { token, headers: { 'if-match': `"0.0", ${tag}` } });
  expect(taken.status).toBe(200);
  const next = taken.headers.get('etag') ?? '';
  expect(next).not.toBe(tag);
  const answer = (await taken.json()) as { version: number };
  expect(next).toBe(`"${requestId}.${answer.version}"`);
  expect((await call('GET', path, { token })).headers.get('etag')).toBe(next);
  expect((await call('POST', `${path}/pend`, { token, headers: { 'if-match': next } })).status).toBe(200);
  expect((await call('POST', `${path}/close`, { token, headers: { 'if-match': '*' } })).status).toBe(200);
  await problemOf(
    await call('POST', `${path}/reopen`, { token, headers: { 'if-match': next } }),
    412,
    'precondition_failed',
  );
});

test('of two operators who change what both have read, one wins and the other learns of it', async () => {
  const { token, path, tag } = await desk();
  const answers = await Promise.all(
    ['P1', 'P2'].map((priority) =>
      call('PATCH', path, { token, body: { priority }, headers: { 'if-match': tag } }),
    ),
  );
  expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 412]);
});

test('every answer that is a request carries its tag', async () => {
  const documented = Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap((operation) => Object.values(operation.responses))
    .filter(
      (answer) => answer.content?.['application/json']?.schema?.$ref === '#/components/schemas/Request',
    );
  expect(documented.length).toBeGreaterThan(10);
  expect(documented.filter((answer) => !JSON.stringify(answer.headers ?? {}).includes('ETag'))).toEqual([]);
  const { token, path, messageId } = await desk();
  const split = await call('POST', `${path}/split`, { token, body: { messageIds: [messageId] } });
  expect([split.status, split.headers.get('etag')]).toEqual([201, expect.stringMatching(/^"\d+\.\d+"$/)]);
});

test('If-Match is read as RFC 9110 says', () => {
  expect(readIfMatch('*')).toBeNull();
  expect(readIfMatch('"a", W/"b","c"')).toEqual(['"a"', '"c"']);
  for (const header of ['', 'a', '"a', '"a" "b"', '"a"x']) expect(readIfMatch(header)).toBeUndefined();
});
