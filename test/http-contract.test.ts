import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../src/mail/parse-pool.ts';
import { testApp } from './support/app.ts';
import {
  contractOf,
  nameOf,
  type OpenApiDocument,
  type Operation,
  operationsOf,
} from './support/contract.ts';
import { addressOf, type ContractDesk, contractDesk, GOOD, type Good } from './support/contract-desk.ts';
import { emptyTables, testDatabase } from './support/database.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const document = (await (await testApp(db).call('GET', '/openapi.json')).json()) as OpenApiDocument;
const operations = operationsOf(document);
const faultsOf = contractOf(document);

test('the document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toMatchObject({ valid: true });
});

test('no call is prepared for an operation that is gone', () => {
  expect(
    Object.keys(GOOD).filter((name) => !operations.some((operation) => operation.name === name)),
  ).toEqual([]);
});

type Call = { readonly what: string; readonly good: Good; readonly token: string | undefined };

const PATH_GARBAGE = ['0', 'x', '999999999', '9999999999999999999', '%00'];
const QUERY_GARBAGE = ['', 'x', '-1', '%00', '99999999999999999999'];
const VALUE_GARBAGE = [null, -1, 1e300, '', '\0', 'x'.repeat(3000), [null], { a: 1 }];

/** Wrong calls change nothing, so they need not wait for each other. */
const AT_ONCE = 8;

/** Calls of an operation that go wrong in one way each; `http-hostile` has the thousands of hostile values. */
function badCalls(operation: Operation, desk: ContractDesk, good: Good): Call[] {
  const { admin, agent } = desk;
  const { documented, path, method } = operation;
  const by = (what: string, changes: Good, token: string | undefined = admin.token): Call => ({
    what,
    good: { ...good, ...changes },
    token,
  });
  const calls = [
    by('an agent', {}, agent.token),
    by('a wrong token', {}, `mr_${'x'.repeat(43)}`),
    { what: 'no token', good, token: undefined },
  ];
  if (path.includes('{id}'))
    calls.push(...PATH_GARBAGE.map((id) => by(`id ${id}`, { id: decodeURIComponent(id) })));
  for (const { name } of documented.parameters?.filter((each) => each.in === 'query') ?? []) {
    calls.push(...QUERY_GARBAGE.map((value) => by(`${name}=${value}`, { query: `?${name}=${value}` })));
  }
  if (documented.parameters?.some((each) => each.in === 'query'))
    calls.push(by('unknown', { query: '?nobody=1' }));
  if (method !== 'GET') calls.push(by('too large', { body: { text: 'x'.repeat(1_100_000) } }));
  for (const { name } of documented.parameters?.filter((each) => each.in === 'header') ?? []) {
    calls.push(by(`header ${name}`, { headers: { ...good.headers, [name]: 'x y"' } }));
  }
  if (documented.requestBody === undefined) return calls;
  const body = typeof good.body === 'object' && good.body !== null ? good.body : {};
  calls.push(
    ...['{', 'null', '[]', '"x"', '7'].map((text) => by(`body ${text}`, { body: text })),
    by('unknown field', { body: { ...body, nobody: 1 } }),
    by('no field', { body: {} }),
    by('other content type', { body: 'x', headers: { ...good.headers, 'content-type': 'text/plain' } }),
  );
  const schema = documented.requestBody.content['application/json']?.schema;
  const name = nameOf(schema);
  const properties = Object.keys(
    (document.components.schemas[name]?.['properties'] as object | undefined) ?? body,
  );
  for (const property of properties) {
    for (const value of VALUE_GARBAGE) {
      calls.push(
        by(`${property}: ${JSON.stringify(value)?.slice(0, 20)}`, { body: { ...body, [property]: value } }),
      );
    }
  }
  return calls;
}

test.each(operations)(
  '$name answers what the document says, to right calls and to wrong ones',
  async (operation) => {
    // Only what each call finds matters, so that wrong ones may share a desk; a right one comes last.
    const made = testApp(db, { parsePool });
    const desk = await contractDesk(db, made);
    const good = GOOD[operation.name]?.(desk) ?? {};
    const statuses = new Set<number>();
    const faults: string[] = [];
    const run = async ({ what, good: call, token }: Call) => {
      const response = await made.call(operation.method, addressOf(operation.path, call), {
        token,
        body: call.body,
        ...(call.headers === undefined ? {} : { headers: call.headers }),
      });
      statuses.add(response.status);
      if (response.status === 500) faults.push(`${what}: 500`);
      faults.push(...(await faultsOf(operation, response)).map((fault) => `${what}: ${fault}`));
      return response.status;
    };
    const bad = badCalls(operation, desk, good);
    // What may succeed comes after what cannot: an agent's call may do the work.
    const wrong = bad.slice(1);
    while (wrong.length > 0) await Promise.all(wrong.splice(0, AT_ONCE).map(run));
    if (operation.method === 'GET') await run(bad[0] as Call);
    expect(faults).toEqual([]);

    await db`update operators set role = 'agent' where id = ${desk.agent.id}`;
    const fresh = operation.method === 'GET' ? null : await freshDesk(made);
    const right = fresh === null ? good : (GOOD[operation.name]?.(fresh) ?? {});
    const status = await run({ what: 'right', good: right, token: (fresh ?? desk).admin.token });
    expect([faults, status < 300]).toEqual([[], true]);
    if (fresh !== null) {
      const again = await freshDesk(made);
      await run({ what: 'an agent', good: GOOD[operation.name]?.(again) ?? {}, token: again.agent.token });
    }
    expect(faults).toEqual([]);

    // And the other way round: what is documented does happen. What takes a state or a race has tests of its own.
    const seldom = new Set(['409', '412', '415', '422', '429', '500', '503', '404', '403']);
    // The relay's endpoint judges the signature before anything else, which a wrong body cannot have.
    if (operation.documented.operationId === 'postRelayBatch') return;
    const unseen = Object.keys(operation.documented.responses).filter(
      (each) => !seldom.has(each) && !statuses.has(Number(each)),
    );
    expect(unseen).toEqual([]);
  },
);

async function freshDesk(made: ReturnType<typeof testApp>): Promise<ContractDesk> {
  await emptyTables(db);
  return contractDesk(db, made);
}
