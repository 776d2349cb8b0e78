import { beforeEach, describe, expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const { deps, call, clock } = testApp(db);
const desk = await testDesk(deps, ['Ann', 'Lea']);
const sales = await otherTeam(deps, { role: 'lead' });
const [first, second, third] = [
  await insertRequest(db, desk, { assigneeId: desk.ann.id, subject: 'One' }),
  await insertRequest(db, desk, { assigneeId: desk.ann.id, subject: 'Two' }),
  await insertRequest(db, desk, { subject: 'Three' }),
];
const abroad = await insertRequest(db, sales);
await insertInbound(db, desk, first);

const ok = async (method: string, path: string, body?: unknown, token = desk.lea.token): Promise<any> => {
  const response = await call(method, path, { token, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
};
const refused = async (
  [method, path, body]: readonly [string, string, unknown?],
  [status, code]: readonly [number, string],
  token = desk.lea.token,
) => problemOf(await call(method, path, { token, ...(body === undefined ? {} : { body }) }), status, code);

const own = `/v1/mailboxes/${desk.mailboxId}/fields`;
const ENVIRONMENT = {
  key: 'environment',
  name: 'Environment',
  kind: 'one_of',
  options: ['prod', 'staging', 'test'],
};
const environment = await ok('POST', own, {
  ...ENVIRONMENT,
  neededToResolve: true,
  help: 'Where it happens.',
});
const services = await ok('POST', own, {
  key: 'affected-service',
  name: 'Service',
  kind: 'several_of',
  options: ['mail', 'web', 'db'],
});
const cost = await ok('POST', '/v1/fields', { key: 'cost', name: 'Cost', kind: 'number' });
await ok('POST', '/v1/fields', { key: 'since', name: 'Since', kind: 'date' });
await ok('POST', '/v1/fields', { key: 'urgent', name: 'Urgent', kind: 'yes_no' });
await ok('POST', '/v1/fields', { key: 'serial', name: 'Serial number', kind: 'text' });
await ok(
  'POST',
  `/v1/mailboxes/${sales.mailboxId}/fields`,
  { key: 'region', name: 'Region', kind: 'text' },
  sales.eve.token,
);

const set = (id: number, fields: unknown, token = desk.ann.token) =>
  ok('PATCH', `/v1/requests/${id}`, { fields }, token);
const found = async (query: string, token = desk.ann.token): Promise<number[]> =>
  (await ok('GET', `/v1/requests?${query}`, undefined, token)).items.map(({ id }: { id: number }) => id);
const events = (type: string) =>
  db`select actor_operator_id, request_id, old, new from events where type = ${type} order by id`;

const putBack = await keep();
beforeEach(putBack);

describe('values', () => {
  test('are set, kept and taken away by key, and the history says which', async () => {
    const values = {
      environment: 'prod',
      'affected-service': ['db', 'mail', 'db'],
      cost: -0,
      since: '2026-02-28',
      urgent: false,
      serial: ' SN 1 ',
    };
    const shown = { ...values, 'affected-service': ['mail', 'db'], cost: 0, serial: 'SN 1' };
    expect((await set(first, values)).fields).toEqual(shown);
    expect((await set(first, { environment: null, 'affected-service': [], cost: 2.5 })).fields).toEqual({
      cost: 2.5,
      since: '2026-02-28',
      urgent: false,
      serial: 'SN 1',
    });
    await set(first, { cost: 2.5 });
    await ok('PATCH', `/v1/requests/${first}`, { priority: 'P1' }, desk.ann.token);
    expect((await events('request.fields_changed'))[1]).toEqual({
      actorOperatorId: desk.ann.id,
      requestId: first,
      old: { fields: { environment: 'prod', 'affected-service': ['mail', 'db'], cost: 0 } },
      new: { fields: { environment: null, 'affected-service': null, cost: 2.5 } },
    });
    expect(await events('request.fields_changed')).toHaveLength(2);
    expect((await ok('GET', `/v1/requests/${first}`)).fields.cost).toBe(2.5);
  });

  test.each([
    ['environment', 'production'],
    ['environment', ['prod']],
    ['environment', 'Prod'],
    ['affected-service', ['mail', 'fax']],
    ['affected-service', 'mail'],
    ['cost', '5'],
    ['since', '2026-02-30'],
    ['since', 'yesterday'],
    ['urgent', 'yes'],
    ['serial', '  '],
    ['serial', 5],
    ['serial', 'x'.repeat(2001)],
    ['region', 'North'],
    ['__proto__x', 'x'],
    ['__proto__', 'x'],
    ['__proto__', { cost: 5 }],
    ['constructor', 'x'],
    ['toString', 'x'],
    ['', 'x'],
    ['serial', { a: 1 }],
  ])('that do not fit are refused by the name of their field: %s %j', async (key, value) => {
    const body = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    const problem = await refused(
      ['PATCH', `/v1/requests/${first}`, JSON.parse(`{"priority":"P1","fields":{"cost":5,${body}}}`)],
      [400, 'invalid_input'],
    );
    expect((problem['errors'] as any[]).map(({ pointer }) => pointer)).toEqual([`/fields/${key}`]);
    expect(await ok('GET', `/v1/requests/${first}`)).toMatchObject({ priority: 'P3', fields: {} });
  });

  test('are each named when several do not fit', async () => {
    const fields = { environment: 'moon', cost: '5', urgent: true };
    const problem = await refused(['PATCH', `/v1/requests/${first}`, { fields }], [400, 'invalid_input']);
    expect(problem.errors).toHaveLength(2);
    expect(problem.detail).toBe('fields.environment: must be one of prod, staging, test.');
  });

  test('are given with a request that is opened for somebody', async () => {
    const opening = {
      mailboxId: desk.mailboxId,
      contact: { email: 'carla@example.org' },
      subject: 'S',
      text: 'T',
    };
    expect((await ok('POST', '/v1/requests', { ...opening, fields: { urgent: true } })).fields).toEqual({
      urgent: true,
    });
    await refused(['POST', '/v1/requests', { ...opening, fields: { urgent: 1 } }], [400, 'invalid_input']);
  });

  test('are set on many requests, of which those refuse that are not asked', async () => {
    const { items } = await ok('POST', '/v1/requests/bulk', {
      verb: 'edit',
      ids: [first, second, abroad],
      changes: { fields: { environment: 'test' } },
    });
    expect(items.map(({ done }: { done: boolean }) => done)).toEqual([true, true, false]);
    expect(items[2].problem.detail).toBe('fields.environment: is not a field here.');
  });
});

describe('what is needed to resolve', () => {
  test.each([
    ['resolve', { notes: 'Done.' }],
    ['close', { notify: false }],
    ['messages', { text: 'Done.', effects: { status: 'resolved' } }],
    ['messages', { text: 'Done.', effects: { status: 'closed' } }],
  ])('is asked for by %s %j, until it is there', async (verb, body) => {
    const path = `/v1/requests/${first}/${verb}`;
    const problem = await refused(['POST', path, body], [409, 'field_needed'], desk.ann.token);
    const pointer = verb === 'messages' ? '/effects/fields/environment' : '/fields/environment';
    expect(problem).toMatchObject({ fields: ['environment'], errors: [{ pointer }] });
    expect(problem.detail).toContain('fields.environment (Environment)');
    expect(await db`select count(*)::int as n from messages where request_id = ${first}`).toEqual([{ n: 1 }]);
    await set(first, { environment: 'prod' });
    await ok('POST', path, body, desk.ann.token);
    expect(['resolved', 'closed']).toContain((await ok('GET', `/v1/requests/${first}`)).status);
  });

  test.each([
    ['resolve', { notes: 'Done.' }, (fields: unknown) => ({ fields })],
    ['close', { notify: false }, (fields: unknown) => ({ fields })],
    [
      'messages',
      { text: 'Done.', holdSeconds: 60 },
      (fields: unknown) => ({ effects: { status: 'closed', fields } }),
    ],
  ])('is filled in by %s, all or nothing', async (verb, body, also) => {
    const path = `/v1/requests/${first}/${verb}`;
    const problem = await refused(
      ['POST', path, { ...body, ...also({ environment: 'moon', cost: 5 }) }],
      [400, 'invalid_input'],
      desk.ann.token,
    );
    expect((problem['errors'] as any)[0].pointer).toMatch(/^(\/effects)?\/fields\/environment$/);
    await refused(['POST', path, { ...body, ...also({ cost: 5 }) }], [409, 'field_needed'], desk.ann.token);
    expect((await ok('GET', `/v1/requests/${first}`)).fields).toEqual({});
    const made = await ok(
      'POST',
      path,
      { ...body, ...also({ environment: 'test', cost: 5 }) },
      desk.ann.token,
    );
    expect(await ok('GET', `/v1/requests/${first}`)).toMatchObject({
      fields: { environment: 'test', cost: 5 },
      status: verb === 'resolve' ? 'resolved' : 'closed',
    });
    expect(await events('request.fields_changed')).toHaveLength(1);
    if (verb !== 'messages') return;
    await ok('POST', `/v1/messages/${made.id}/take-back`, undefined, desk.ann.token);
    expect(await ok('GET', `/v1/requests/${first}`)).toMatchObject({ fields: {}, status: 'in_progress' });
  });

  test('is filled in for many at once', async () => {
    const { items } = await ok('POST', '/v1/requests/bulk', {
      verb: 'close',
      ids: [first, abroad],
      notify: false,
      fields: { environment: 'test' },
    });
    expect(items.map(({ done }: { done: boolean }) => done)).toEqual([true, false]);
  });

  test('is not asked of a request that is merged, nor of other mailboxes', async () => {
    await ok('POST', `/v1/requests/${second}/merge`, { into: first });
    expect((await ok('POST', `/v1/requests/${abroad}/close`, { notify: false })).status).toBe('closed');
  });
});

describe('the list', () => {
  beforeEach(async () => {
    await set(first, {
      environment: 'prod',
      'affected-service': ['mail', 'web'],
      cost: 10,
      since: '2026-01-05',
      serial: 'Quux-17',
    });
    await set(second, {
      environment: 'test',
      'affected-service': ['web'],
      cost: 9,
      since: '2026-03-01',
      urgent: true,
    });
  });

  test.each<[string, () => number[]]>([
    ['field.environment=prod', () => [first]],
    ['field.environment=prod&field.environment=test', () => [first, second]],
    ['field.environment=none', () => [third, abroad]],
    ['field.environment=none&field.environment=test', () => [second, third, abroad]],
    ['field.affected-service=web', () => [first, second]],
    ['field.affected-service=web&field.environment=test', () => [second]],
    ['field.cost=9', () => [second]],
    ['field.urgent=true', () => [second]],
    ['field.urgent=yes', () => [second]],
    ['field.cost.from=9&field.cost.to=10', () => [second]],
    ['field.since.from=2026-01-05&field.since.to=2026-03-01', () => [first]],
    ['q=quux', () => [first]],
    ['q=%22quux%2017%22', () => [first]],
  ])('is narrowed down by %s', async (query, expected) => {
    expect(await found(`${query}&sort=id`)).toEqual(expected());
    const { total } = await ok('GET', `/v1/requests?${query}&total=true&limit=1`);
    expect(total).toBe(expected().length);
  });

  test('finds a value that was changed among the new ones alone, and none that was taken off', async () => {
    await set(second, { cost: 4001, since: null });
    expect(await found('field.cost.from=9&field.cost.to=10')).toEqual([]);
    expect(await found('field.cost.from=4000')).toEqual([second]);
    expect(await found('field.since.from=2026-02-01')).toEqual([]);
  });

  test.each<[string, () => number[]]>([
    ['field.cost', () => [second, first]],
    ['-field.cost', () => [first, second]],
    ['field.environment', () => [first, second]],
    ['-field.since', () => [second, first]],
    ['field.urgent', () => [second]],
  ])('is sorted by %s, those without a value last, page by page both ways', async (sort, expected) => {
    const order = await found(`sort=${sort}`);
    expect(order.slice(0, expected().length)).toEqual(expected());
    expect(order).toHaveLength(4);
    let query = `sort=${sort}&limit=1`;
    const walked: number[] = [];
    for (let page = 0; page < 4; page += 1) {
      const { items, nextCursor, prevCursor } = await ok('GET', `/v1/requests?${query}`);
      walked.push(items[0].id);
      if (page === 3) expect(await found(`sort=${sort}&limit=1&before=${prevCursor}`)).toEqual([walked[2]]);
      query = `sort=${sort}&limit=1&cursor=${nextCursor}`;
    }
    expect(walked).toEqual(order);
  });

  test.each([
    ['field.nowhere=1', 'field.nowhere'],
    ['field.cost.from=1&field.cost.from=2', 'field.cost.from'],
    ['field.__proto__=1', 'field.__proto__'],
    ['field.constructor=1', 'field.constructor'],
    ['sort=field.nowhere', 'sort'],
    ['sort=-field.', 'sort'],
    ['field=1', 'field'],
    ['field.=1', 'field.'],
    ['nothing=1', 'nothing'],
    ['field.region=x', 'field.region'],
  ])('refuses %s and names it', async (query, pointer) => {
    const teamless = sales.eve.token;
    const token = pointer === 'field.region' ? (await onlySupport()).token : teamless;
    const problem = await refused(['GET', `/v1/requests?${query}`], [400, 'invalid_input'], token);
    expect((problem['errors'] as any)[0].pointer).toBe(pointer);
    await refused(['GET', `/v1/requests.csv?${query}`], [400, 'invalid_input'], token);
    const view = await refused(['POST', '/v1/views', { name: 'Bad', query }], [400, 'invalid_input'], token);
    expect((view['errors'] as any)[0].pointer).toBe('/query');
  });

  test.each([
    ['field.cost.from=cheap', 'field.cost.from must be a number'],
    ['field.cost.from=2026-01-01', 'field.cost.from must be a number'],
    ['field.cost.to=1e3', 'field.cost.to must be a number'],
    ['field.cost=cheap', 'field.cost must be a number, or none for no value'],
    ['field.cost=9&field.cost=2026-01-01', 'field.cost must be a number, or none for no value'],
    ['field.since=2026-02-30', 'field.since must be a day such as 2026-12-24, or none for no value'],
    ['field.since.from=5', 'field.since.from must be a day such as 2026-12-24'],
    ['field.since.to=tomorrow', 'field.since.to must be a day such as 2026-12-24'],
    ['field.urgent=maybe', 'field.urgent must be true or false, or none for no value'],
    ['field.environment=moon', 'field.environment must be one of prod, staging, test, or none for no value'],
    ['field.environment=Prod', 'field.environment must be one of prod, staging, test, or none for no value'],
    ['field.environment.from=prod', 'field.environment.from is for fields of numbers and days'],
    [
      'field.affected-service=none&field.affected-service=fax',
      'field.affected-service must be one of mail, web, db, or none for no value',
    ],
    [
      'field.affected-service=mail,web',
      'field.affected-service must be one of mail, web, db, or none for no value',
    ],
    ['field.serial=', 'field.serial must not be blank, or none for no value'],
    ['field.serial.from=1', 'field.serial.from is for fields of numbers and days'],
  ])('refuses %s, which that field cannot have', async (query, fault) => {
    for (const path of [`/v1/requests?${query}`, `/v1/requests.csv?${query}`]) {
      const problem = await refused(['GET', path], [400, 'invalid_input'], desk.ann.token);
      const [{ pointer, detail }] = problem['errors'] as any;
      expect(`${pointer} ${detail}`).toBe(fault);
    }
    for (const [method, path, body, pointer] of [
      ['POST', '/v1/views', { name: 'Bad', query }, '/query'],
      ['GET', `/v1/views/counts?query=${encodeURIComponent(query)}`, undefined, 'query'],
    ] as const) {
      const problem = await refused([method, path, body], [400, 'invalid_input'], desk.ann.token);
      expect(problem['errors']).toEqual([{ pointer, detail: fault }]);
    }
  });

  test('is exported with a column for each field, and kept as a view', async () => {
    const csv = await (
      await call('GET', '/v1/requests.csv?field.environment=prod', { token: desk.ann.token })
    ).text();
    const [head, row] = csv.split('\r\n');
    expect(head).toMatch(
      /"field.cost","field.since","field.urgent","field.serial","field.environment","field.affected-service","field.region"$/,
    );
    expect(row).toMatch(/,10,"2026-01-05",,"Quux-17","prod","mail, web",$/);
    const view = await ok('POST', '/v1/views', {
      name: 'Production',
      query: 'field.environment=prod&sort=field.cost',
    });
    expect(view.query).toBe('field.environment=prod&sort=field.cost');
    await refused(
      ['POST', '/v1/views', { name: 'Bad', query: 'fields.environment=prod' }],
      [400, 'invalid_input'],
    );
  });
});

/** An operator who serves one mailbox. */
async function onlySupport() {
  return testOperator(deps, { name: 'Sam', mailboxIds: [desk.mailboxId] });
}

describe('a definition', () => {
  test('is listed with the desk’s for a mailbox, in its order', async () => {
    const keys = async (path: string, token = desk.lea.token) =>
      (await ok('GET', path, undefined, token)).items.map(({ key }: { key: string }) => key);
    expect(await keys(`${own}?sort=id`)).toEqual([
      'environment',
      'affected-service',
      'cost',
      'since',
      'urgent',
      'serial',
    ]);
    expect(await keys('/v1/fields?sort=key', sales.eve.token)).toEqual([
      'cost',
      'region',
      'serial',
      'since',
      'urgent',
    ]);
    await ok('PATCH', `/v1/fields/${cost.id}`, { position: 3 });
    const positions = (await ok('GET', '/v1/fields?sort=id')).items.filter(
      (each: any) => each.mailbox === null,
    );
    expect(positions.map(({ key, position }: any) => [key, position])).toEqual([
      ['cost', 3],
      ['since', 1],
      ['urgent', 2],
      ['serial', 4],
    ]);
    await ok('PATCH', `/v1/fields/${cost.id}`, { position: 1 });
    expect((await ok('GET', `/v1/fields/${cost.id}`)).position).toBe(1);
    await ok('DELETE', `/v1/fields/${cost.id}`);
    expect(await db`select position from fields where mailbox_id is null order by position`).toEqual([
      { position: 1 },
      { position: 2 },
      { position: 3 },
    ]);
  });

  test.each<[unknown, string]>([
    [{ ...ENVIRONMENT, key: 'Environment' }, '/key'],
    [{ ...ENVIRONMENT, key: 'a.b' }, '/key'],
    [{ ...ENVIRONMENT, key: 'constructor' }, '/key'],
    [{ ...ENVIRONMENT, key: 'valueOf' }, '/key'],
    [{ ...ENVIRONMENT, key: 'x', options: [] }, '/options'],
    [{ ...ENVIRONMENT, key: 'x', options: ['a', ' a'] }, '/options/1'],
    [{ ...ENVIRONMENT, key: 'x', options: ['a', 'None'] }, '/options/1'],
    [{ ...ENVIRONMENT, key: 'x', kind: 'number' }, '/options'],
    [{ ...ENVIRONMENT, key: 'x', kind: 'colour' }, '/kind'],
    [{ key: 'x', kind: 'text', name: ' ' }, '/name'],
  ])('%j is refused by name', async (body, pointer) => {
    const problem = await refused(['POST', own, body], [400, 'invalid_input']);
    expect((problem['errors'] as any)[0].pointer).toBe(pointer);
  });

  test('has a key that neither its mailbox nor the desk has, and for the desk no mailbox', async () => {
    await refused(['POST', own, ENVIRONMENT], [409, 'already_exists']);
    await refused(['POST', own, { key: 'cost', name: 'C', kind: 'text' }], [409, 'already_exists']);
    await refused(['POST', '/v1/fields', ENVIRONMENT], [409, 'already_exists']);
    const there = { mailboxId: sales.mailboxId, ...ENVIRONMENT };
    expect((await ok('POST', '/v1/fields', there, sales.eve.token)).mailbox.id).toBe(sales.mailboxId);
  });

  test('of the desk or of another mailbox is not theirs who serve one', async () => {
    const before = await db`select * from fields order by id`;
    const { token } = sales.eve;
    await refused(['POST', '/v1/fields', { key: 'x', name: 'X', kind: 'text' }], [403, 'forbidden'], token);
    await refused(['PATCH', `/v1/fields/${cost.id}`, { name: 'X' }], [403, 'forbidden'], token);
    await refused(['DELETE', `/v1/fields/${cost.id}`], [403, 'forbidden'], token);
    await refused(['PATCH', `/v1/fields/${environment.id}`, { name: 'X' }], [404, 'not_found'], token);
    await refused(['GET', own], [404, 'not_found'], token);
    await refused(['POST', own, { key: 'x', name: 'X', kind: 'text' }], [404, 'not_found'], token);
    expect(await db`select * from fields order by id`).toEqual(before);
  });

  test('loses no option that requests have, unless it is said what they have then', async () => {
    await set(first, { environment: 'staging', 'affected-service': ['mail', 'web'] });
    await set(second, { environment: 'test', 'affected-service': ['web'] });
    const path = `/v1/fields/${environment.id}`;
    const options = ['live', 'prod'];
    const problem = await refused(['PATCH', path, { options }], [409, 'wrong_state']);
    expect(problem).toMatchObject({ inUse: { staging: 1, test: 1 }, errors: [{ pointer: '/options' }] });
    await refused(['PATCH', path, { options, replace: { staging: 'live' } }], [409, 'wrong_state']);
    await refused(
      ['PATCH', path, { options, replace: { staging: 'moon', test: null } }],
      [400, 'invalid_input'],
    );
    await refused(['PATCH', path, { kind: 'text', options: [] }], [409, 'wrong_state']);
    clock.advance(60_000);
    await ok('PATCH', path, { options, replace: { staging: 'live', test: null } });
    expect((await ok('GET', `/v1/requests/${first}`)).fields.environment).toBe('live');
    expect((await ok('GET', `/v1/requests/${second}`)).fields).toEqual({ 'affected-service': ['web'] });
    expect(await found('q=live')).toEqual([first]);
    await ok('PATCH', `/v1/fields/${services.id}`, {
      options: ['site', 'mail', 'db'],
      replace: { web: 'site' },
    });
    expect((await ok('GET', `/v1/requests/${first}`)).fields['affected-service']).toEqual(['site', 'mail']);
    expect((await events('field.edited')).map((each) => each['new'])).toMatchObject([
      { replaced: { staging: 'live', test: null }, requests: 2 },
      { replaced: { web: 'site' }, requests: 2 },
    ]);
  });

  test('goes with what requests have only when that is said', async () => {
    await set(first, { cost: 5, serial: 'S' });
    const problem = await refused(['DELETE', `/v1/fields/${cost.id}`], [409, 'wrong_state']);
    expect(problem).toMatchObject({ requests: 1 });
    await ok('DELETE', `/v1/fields/${cost.id}?drop=true`);
    expect((await ok('GET', `/v1/requests/${first}`)).fields).toEqual({ serial: 'S' });
    expect((await events('field.removed'))[0]).toMatchObject({ old: { key: 'cost', requests: 1 } });
    await refused(['GET', '/v1/requests?field.cost=5'], [400, 'invalid_input']);
  });
});
