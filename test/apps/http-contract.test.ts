import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { amount } from '../support/amount.ts';
import { testApp } from '../support/app.ts';
import {
  contractOf,
  nameOf,
  type OpenApiDocument,
  type Operation,
  operationsOf,
} from '../support/contract.ts';
import {
  addressOf,
  type ContractDesk,
  contractDesk,
  GOOD,
  servedJira,
  type Good,
  REFUSED,
} from '../support/contract-desk.ts';
import { cleanScanner } from '../support/clamd.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk } from '../support/desk.ts';
import { MARIA, requesterProvider } from '../support/requester.ts';

const { db, keep } = await testDatabase();
const JIRA = await servedJira();
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
  const prepared = [...Object.keys(GOOD), ...Object.keys(REFUSED)];
  expect(prepared.filter((name) => !operations.some((operation) => operation.name === name))).toEqual([]);
});

type Call = {
  readonly what: string;
  readonly good: Good;
  readonly token: string | undefined;
  /** Whose call it is, also where otherwise Maria calls. */
  readonly bearer?: string;
  /** What it must answer; absent: whatever the document says. */
  readonly status?: number;
};

const contractApp = () =>
  testApp(db, {
    parsePool,
    atlassian: JIRA.atlassian,
    scanner: cleanScanner,
    identityProvider: requesterProvider,
  });

/** The statuses that an operation has answered, which at the end are all that it documents. */
const seen = new Map(operations.map((operation) => [operation.name, new Set<number>()]));

/** Makes calls and keeps what of their answers the document does not say. */
function walk(made: ReturnType<typeof testApp>) {
  const faults: string[] = [];
  const run = async (
    operation: Operation,
    { what, good, token, status, bearer }: Call,
  ): Promise<Response> => {
    const response = await made.call(operation.method, addressOf(operation.path, good), {
      token: isOwn(operation) && token !== WRONG_TOKEN ? token && (bearer ?? MARIA) : token,
      body: good.body,
      ...(good.headers === undefined ? {} : { headers: good.headers }),
    });
    // A stream of events does not end, and neither would its copy.
    const kept = operation.path.endsWith('/stream') ? response : response.clone();
    seen.get(operation.name)?.add(response.status);
    const found = await faultsOf(operation, response);
    if (response.status === 500) found.push('500');
    if (status !== undefined && response.status !== status) found.push(`${response.status}, not ${status}`);
    faults.push(...found.map((fault) => `${operation.name}, ${what}: ${fault}`));
    return kept;
  };
  return { faults, run };
}

/** Requesters call there, and nobody else. */
const isOwn = ({ path }: Operation): boolean => path.startsWith('/v1/my-requests');

const goodOf = (operation: Operation, desk: ContractDesk): Good => GOOD[operation.name]?.(desk) ?? {};
const takes = ({ documented }: Operation, header: string) =>
  documented.parameters?.some((each) => each.in === 'header' && each.name === header) ?? false;
const withHeader = (good: Good, name: string, value: string): Good => ({
  ...good,
  headers: { ...good.headers, [name]: value },
});

/** Calls that are refused because of how things stand or who calls; they change nothing. */
function refusedCalls(operation: Operation, desk: ContractDesk): Call[] {
  const good = goodOf(operation, desk);
  const { token } = desk.admin;
  const calls: Call[] = Object.entries(REFUSED[operation.name]?.(desk) ?? {}).map(([status, call]) => ({
    what: `what gets ${status}`,
    good: call,
    token,
    status: Number(status),
  }));
  if (takes(operation, 'if-match')) {
    calls.push({ what: 'stale', good: withHeader(good, 'if-match', '"1.999"'), token, status: 412 });
  }
  if (operation.documented.security === undefined) return calls;
  if (isOwn(operation))
    calls.push({ what: 'an operator', good, token, bearer: desk.admin.token, status: 403 });
  else calls.push({ what: 'a requester', good, token: MARIA, status: 403 });
  if (operation.method === 'GET') calls.push({ what: 'an agent', good, token: desk.agent.token });
  else if (!isOwn(operation)) calls.push({ what: 'a reader', good, token: desk.readToken, status: 403 });
  calls.push({ what: 'no token', good, token: undefined, status: 401 });
  return calls;
}

const NO_ID = '999999999';
const PATH_GARBAGE = ['0', 'x', '9999999999999999999', '%00'];
const QUERY_GARBAGE = ['', 'x', '-1', '%00', '99999999999999999999'];
const BODY_GARBAGE = ['{', 'null', '[]', '"x"', '7'];
const TOO_LARGE = JSON.stringify({ text: 'x'.repeat(1_100_000) });
const VALUE_GARBAGE = [null, -1, 1e300, '', '\0', 'x'.repeat(3000), [null], { a: 1 }];

/** A day or a moment that RFC 3339 has and PostgreSQL has not; nothing where neither is asked for. */
function yearsZero(described: unknown): string[] {
  const format = (described as Schema | null | undefined)?.['format'];
  if (format === 'date') return ['0000-01-01'];
  return format === 'date-time' ? ['0000-01-01T00:00:00Z'] : [];
}

/** One of what goes wrong, another than its neighbours get; in the proof all. */
function some<Value>(garbage: readonly Value[], at: number): Value[] {
  const count = amount(1, garbage.length);
  return Array.from({ length: count }, (_, n) => garbage[(at * count + n) % garbage.length]!);
}

/** Calls of an operation that go wrong in one way each; `http-hostile` has the thousands of hostile values. */
function wrongCalls(operation: Operation, desk: ContractDesk): Call[] {
  const { documented, path, method } = operation;
  const good = goodOf(operation, desk);
  const at = operations.indexOf(operation);
  const by = (what: string, changes: Good, token: string | undefined = desk.admin.token): Call => ({
    what,
    good: { ...good, ...changes },
    token,
  });
  const calls: Call[] = [];
  if (documented.security !== undefined) {
    calls.push({ ...by('a wrong token once too often', {}, WRONG_TOKEN), status: 429 });
  }
  if (path.includes('{id}')) {
    const ids = [NO_ID, ...some(PATH_GARBAGE, at)];
    calls.push(...ids.map((id) => by(`id ${id}`, { id: decodeURIComponent(id) })));
  }
  const queries = documented.parameters?.filter((each) => each.in === 'query') ?? [];
  for (const [n, { name }] of queries.entries()) {
    const values = some(QUERY_GARBAGE, at + n);
    calls.push(...values.map((value) => by(`${name}=${value}`, { query: `?${name}=${value}` })));
  }
  if (queries.length > 0) calls.push(by('unknown', { query: '?nobody=1' }));
  const times = queries.flatMap(({ name, schema }) => yearsZero(schema).map((value) => `${name}=${value}`));
  if (times.length > 0) calls.push(by('the year 0', { query: `?${times.join('&')}` }));
  if (method !== 'GET') calls.push(by('too large', { body: TOO_LARGE }));
  for (const { name } of documented.parameters?.filter((each) => each.in === 'header') ?? []) {
    calls.push(by(`header ${name}`, withHeader(good, name, 'x y"')));
  }
  if (documented.requestBody === undefined) return calls;
  const body = typeof good.body === 'object' && good.body !== null ? good.body : {};
  calls.push(
    ...some(BODY_GARBAGE, at).map((text) => by(`body ${text}`, { body: text })),
    by('unknown field', { body: { ...body, nobody: 1 } }),
    by('no field', { body: {} }),
    by('other content type', { ...withHeader(good, 'content-type', 'text/plain'), body: 'x' }),
  );
  const schema = documented.requestBody.content['application/json']?.schema;
  const name = nameOf(schema);
  const properties = Object.entries(
    (document.components.schemas[name]?.['properties'] as Schema | undefined) ?? body,
  );
  for (const [n, [property, described]] of properties.entries()) {
    for (const value of [...some(VALUE_GARBAGE, at + n), ...yearsZero(described)]) {
      calls.push(
        by(`${property}: ${JSON.stringify(value)?.slice(0, 20)}`, { body: { ...body, [property]: value } }),
      );
    }
  }
  return calls;
}

const WRONG_TOKEN = `mr_${'x'.repeat(43)}`;
const WRONG_TOKENS_FORGIVEN = 30;
/** Wrong calls need not wait for each other. */
const AT_ONCE = 8;

test(
  'calls that read, are refused or go wrong are answered as documented',
  { timeout: amount(180_000, 1_800_000) },
  async () => {
    const made = contractApp();
    const desk = await contractDesk(db, made, JIRA);
    const { faults, run } = walk(made);
    // In this order, because a few of the wrong calls do find something to do.
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      await run(operation, {
        what: 'right',
        good: goodOf(operation, desk),
        token: desk.admin.token,
        status: 200,
      });
    }
    for (const operation of operations) {
      for (const call of refusedCalls(operation, desk)) await run(operation, call);
    }
    for (let n = 0; n < WRONG_TOKENS_FORGIVEN; n += 1) {
      expect((await made.call('GET', '/v1/requests', { token: WRONG_TOKEN })).status).toBe(401);
    }
    for (const operation of operations) {
      const calls = wrongCalls(operation, desk);
      while (calls.length > 0) {
        await Promise.all(calls.splice(0, AT_ONCE).map((call) => run(operation, call)));
      }
    }
    const signIn = operations.find(({ name }) => name === 'POST /v1/sign-in');
    if (signIn === undefined) throw new Error('nobody can sign in');
    for (let n = 0; !(seen.get(signIn.name)?.has(429) ?? true) && n < 50; n += 1) {
      await run(signIn, { what: 'again', good: goodOf(signIn, desk), token: undefined });
    }
    expect(faults).toEqual([]);
  },
);

test('an edit that says what is so already changes nothing and is told to nobody', async () => {
  const made = contractApp();
  const desk = await contractDesk(db, made, JIRA);
  const events = async () => db`select type, old, new from events order by id`;
  const before = await events();
  const edited: string[] = [];
  for (const operation of operations.filter(({ method }) => method === 'PATCH')) {
    const { path, documented } = operation;
    if (!operations.some(({ name }) => name === `GET ${path}`)) continue;
    const address = addressOf(path, goodOf(operation, desk));
    const token = isOwn(operation) ? MARIA : desk.admin.token;
    const read = async () => (await made.call('GET', address, { token })).json() as Promise<Schema>;
    const taken = document.components.schemas[
      nameOf(documented.requestBody?.content['application/json']?.schema)
    ]?.['properties'] as Schema;
    const shown = await read();
    // A contact's mailboxes are shown with what nobody sets.
    const names = Object.keys(taken).filter((name) => name in shown && name !== 'mailboxes');
    const body = Object.fromEntries(names.map((name) => [name, shown[name]]));
    const response = await made.call('PATCH', address, { token, body });
    expect([path, body, response.status, await response.text()]).toEqual([
      path,
      body,
      200,
      expect.anything(),
    ]);
    expect(await read()).toEqual(shown);
    edited.push(path);
  }
  expect(edited.length).toBeGreaterThan(8);
  expect(await events()).toEqual(before);
});

test(
  'every list gives each row once in any order, both ways, nulls last',
  { timeout: amount(120_000, 1_200_000) },
  async () => {
    const made = contractApp();
    const desk = await contractDesk(db, made, JIRA);
    await insertDesk(db, 'other@example.com');
    type Row = Readonly<Record<string, unknown>>;
    type List = {
      readonly items: readonly Row[];
      readonly nextCursor: string | null;
      readonly total?: number;
    };
    const lists = operations.filter(({ documented }) => parameterOf(documented, 'cursor') !== undefined);
    const walkList = async (operation: Operation, at: number) => {
      const { path, documented } = operation;
      const good = path.startsWith('/v1/requests/') ? { id: desk.taken } : goodOf(operation, desk);
      const ask = async (query: string): Promise<List> => {
        const { token } = desk.admin;
        const response = await made.call('GET', addressOf(path, { ...good, query }), {
          token: isOwn(operation) ? MARIA : token,
        });
        if (!response.ok) throw new Error(`${path}${query}: ${await response.text()}`);
        return (await response.json()) as List;
      };
      const documentedSort: Schema = parameterOf(documented, 'sort') ?? {};
      const sorts = (documentedSort['enum'] ?? documentedSort['anyOf'][0].enum) as readonly string[];
      const scalar = scalarFieldsOf(documented);
      expect([path, scalar.filter((field) => !sorts.includes(field))]).toEqual([path, []]);
      for (const sort of walked(sorts, at)) {
        const whole = await ask(`?limit=200&total=true&sort=${sort}`);
        expect([path, whole.items.length > 1, whole.total]).toEqual([path, true, whole.items.length]);
        const nulls = whole.items.map((item) => (item[sort.replace('-', '')] ?? null) === null);
        if (scalar.includes(sort.replace('-', '')))
          expect(nulls).toEqual(nulls.toSorted((a, b) => Number(a) - Number(b)));
        const pages: Row[] = [];
        let cursor: string | null = null;
        do {
          const from: string = cursor === null ? '' : `&cursor=${cursor}`;
          const page = await ask(`?limit=2&sort=${sort}${from}`);
          pages.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect([path, sort, pages]).toEqual([path, sort, whole.items]);
      }
    };
    await Promise.all(lists.map(walkList));
  },
);

/** Every other field, by turns one way and the other; in the proof all, both ways. */
function walked(sorts: readonly string[], at: number): readonly string[] {
  const fields = [...new Set(sorts.map((sort) => sort.replace('-', '')))];
  const some = fields.filter((_, n) => (n + at) % 2 === 0);
  return amount(
    some.map((field, n) => (n % 2 === 0 ? field : `-${field}`)),
    sorts,
  );
}

type Schema = Readonly<Record<string, any>>;

/** Texts of any length, and what is worked out when it is shown. */
const UNSORTED = new Set([
  'text',
  'visibleText',
  'html',
  'pausedReason',
  'unread',
  'hasAttachments',
  'waitingSince',
  'participantCount',
  'waitingCount',
  'answer',
  'body',
  'eventType',
  'webhookId',
]);

/** The fields of a list's rows that one may want it in the order of. */
function scalarFieldsOf({ responses }: Operation['documented']): string[] {
  const schemas: Schema = document.components.schemas;
  const list = schemas[nameOf(responses['200']?.content?.['application/json']?.schema)];
  const { properties } = schemas[nameOf(list.properties.items.items)];
  return Object.entries<Schema>(properties).flatMap(([field, { type }]) => {
    const types = [type].flat().filter((each) => each !== 'null');
    const isScalar = types.every((each) => ['string', 'integer', 'number', 'boolean'].includes(each));
    return isScalar && !UNSORTED.has(field) ? [field] : [];
  });
}

function parameterOf(documented: Operation['documented'], name: string) {
  return documented.parameters?.find((each) => each.in === 'query' && each.name === name)?.schema;
}

/** A body that says something else in one field. */
function otherBody(body: unknown): unknown {
  if (typeof body === 'string') return body.replace('hello', 'other');
  const fields = body as Readonly<Record<string, unknown>>;
  const field = ['subject', 'text', 'name', 'issueTypeId'].find((name) => name in fields) ?? '';
  if ('messageIds' in fields) return { ...fields, subject: 'Other' };
  if (field === '') return { ...fields, resolutionMinutes: 5 };
  return { ...fields, [field]: 'Other' };
}

function removalOf({ path }: Operation, good: Good, id: number): string {
  const made = addressOf(path, good);
  return made.endsWith('/files') ? made.slice(0, -'/files'.length) : `${made}/${id}`;
}

/** What can be removed, so that a key may stand for what is gone. */
const REMOVED_BY: Readonly<Record<string, 'an admin' | 'its maker'>> = {
  'POST /v1/requests': 'an admin',
  'POST /v1/views': 'its maker',
  'POST /v1/canned-replies': 'its maker',
  'POST /v1/webhooks': 'its maker',
  'POST /v1/calendars': 'its maker',
  'POST /v1/policies': 'its maker',
  'POST /v1/teams': 'its maker',
  'POST /v1/mailboxes/{id}/rules': 'its maker',
  'POST /v1/fields': 'its maker',
  'POST /v1/requests/{id}/drafts/{kind}/files': 'its maker',
};

const changing = operations.filter(({ method }) => method !== 'GET');

/** A desk as it was made the first time; what the simulated Jira knows is not put back, and no operation minds. */
const freshDesk = (() => {
  let kept: { readonly desk: ContractDesk; readonly putBack: () => Promise<void> } | undefined;
  return async (made: ReturnType<typeof testApp>): Promise<ContractDesk> => {
    if (kept === undefined) {
      const desk = await contractDesk(db, made, JIRA);
      kept = { desk, putBack: await keep() };
    } else await kept.putBack();
    return kept.desk;
  };
})();

test.each(changing)('$name does its work and answers as documented', async (operation) => {
  const made = contractApp();
  const desk = await freshDesk(made);
  const { faults, run } = walk(made);
  const keyed = takes(operation, 'idempotency-key');
  const good = keyed
    ? withHeader(goodOf(operation, desk), 'idempotency-key', 'once')
    : goodOf(operation, desk);
  let { token } = desk.agent;
  let response = await run(operation, { what: 'an agent', good, token });
  if (response.status === 403) {
    ({ token } = desk.admin);
    response = await run(operation, { what: 'an admin', good, token });
  }
  expect([faults, response.ok]).toEqual([[], true]);
  if (keyed) {
    const { id } = (await response.json()) as { id: number };
    const again = await run(operation, { what: 'again', good, token, status: response.status });
    expect(await again.json()).toMatchObject({ id });
    const other = { ...good, body: otherBody(good.body) };
    const what = 'the same key for something else';
    await run(operation, { what, good: other, token, status: 422 });
    const remover = REMOVED_BY[operation.name];
    if (remover !== undefined) {
      const by = remover === 'an admin' ? desk.admin.token : token;
      await made.call('DELETE', removalOf(operation, good, id), { token: by });
      await run(operation, { what: 'again, when it is gone', good, token, status: 404 });
    }
  }
  expect(faults).toEqual([]);
});

/** The desk here has a virus scanner; what one without answers is a test of scanning. */
const WITHOUT_SCANNER = 'POST /v1/messages/{id}/scan 409';

// And the other way round. A fault of the server and a database that does not answer have tests of their own.
test('no operation documents a status that it never answers', ({ task, skip }) => {
  const others = task.file.tasks.filter((each) => each !== task);
  const allRan = others.every(({ result }) => result?.state === 'pass');
  skip(!allRan, 'it looks at what the calls of all the tests above were answered');
  const unseen = operations.flatMap(({ name, documented }) => {
    const statuses = seen.get(name) ?? new Set();
    const never = Object.keys(documented.responses).filter((status) => !statuses.has(Number(status)));
    const faults = never.filter(
      (status) => status !== '500' && status !== '503' && `${name} ${status}` !== WITHOUT_SCANNER,
    );
    return faults.length === 0 ? [] : [`${name} ${faults.join(' ')}`];
  });
  expect(unseen).toEqual([]);
});
