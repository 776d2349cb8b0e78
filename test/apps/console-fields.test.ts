import { beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const made = testApp(db, { publicUrl: 'http://desk.example.com' });
const desk = await testDesk(made.deps, ['Lea', 'Ann']);
const sales = await otherTeam(made.deps, { role: 'lead' });
const first = await insertRequest(db, desk, { assigneeId: desk.ann.id, subject: 'One' });
await insertInbound(db, desk, first);

type Sent = Readonly<Record<string, string | readonly string[]>>;

const visitor = async (operatorId: number) => {
  const { session } = await db.begin((tx) => openSession(tx, operatorId, made.clock.now()));
  const headers = { cookie: `mailroom=${session}`, 'sec-fetch-site': 'same-origin' };
  return async (path: string, form?: Sent, language = 'en') => {
    const body = new FormData();
    for (const [name, values] of Object.entries(form ?? {}))
      for (const value of [values].flat()) body.append(name, value);
    const sent = form === undefined ? {} : { method: 'POST', body };
    const response = await made.app.request(path, {
      headers: { ...headers, 'accept-language': language },
      ...sent,
    });
    return { status: response.status, text: await response.text() };
  };
};
const [lea, ann, eve] = [await visitor(desk.lea.id), await visitor(desk.ann.id), await visitor(sales.eve.id)];
const fields = () =>
  db`select key, kind, options, position, mailbox_id from fields order by mailbox_id nulls first, position`;
const valuesOf = async (id: number) => (await db`select status, fields from requests where id = ${id}`)[0];

const ENVIRONMENT = {
  mailboxId: '',
  key: 'environment',
  kind: 'one_of',
  name: 'Environment',
  options: 'prod\ntest\n',
};
await lea('/settings/fields', { ...ENVIRONMENT, help: 'Where it happens.', neededToResolve: 'yes' });
await lea('/settings/fields', { mailboxId: '', key: 'cost', kind: 'number', name: 'Cost' });
await lea('/settings/fields', {
  mailboxId: String(desk.mailboxId),
  key: 'service',
  kind: 'several_of',
  name: 'Service <b>',
  options: 'mail\nweb',
});
beforeEach(await keep());

test('a lead defines, moves, changes and removes fields, and is told beside each what is wrong', async () => {
  expect(await fields()).toMatchObject([
    { key: 'environment', kind: 'one_of', options: ['prod', 'test'], position: 1, mailboxId: null },
    { key: 'cost', kind: 'number', position: 2 },
    { key: 'service', kind: 'several_of', mailboxId: desk.mailboxId },
  ]);
  const again = await lea('/settings/fields', {
    ...ENVIRONMENT,
    key: 'other',
    options: '',
    help: 'Kept & shown',
  });
  expect(again.status).toBe(422);
  expect(again.text).toMatch(
    /<small class="fault">must have what to choose from<\/small>[\s\S]*value="Kept &amp; shown"/,
  );
  expect((await lea('/settings/fields/2', { verb: 'up' })).status).toBe(303);
  expect((await fields()).map(({ key }) => key)).toEqual(['cost', 'environment', 'service']);

  await ann(`/requests/${first}/facts`, { shownField: 'environment', 'field.environment': 'test' });
  const gone = { name: 'Environment', options: 'prod\nstaging' };
  const asked = await lea('/settings/fields/1', gone);
  expect(asked.text).toContain('1 request with “test” get');
  expect((await lea('/settings/fields/1', { ...gone, gone: 'test', instead: 'staging' })).status).toBe(303);
  expect(await valuesOf(first)).toMatchObject({ fields: { environment: 'staging' } });
  expect((await lea('/settings/fields/1', { verb: 'remove' })).text).toContain(
    'Remove it from 1 request too',
  );
  expect((await lea('/settings/fields/1', { verb: 'remove', drop: 'yes' })).status).toBe(303);
  expect(await valuesOf(first)).toMatchObject({ fields: {} });
  expect((await lea('/settings/fields', undefined, 'ru')).text).toContain('Несколько из списка');
});

test('who serves one mailbox sees the fields of the desk and changes their own, and an agent none', async () => {
  const { text } = await eve('/settings/fields');
  expect(text).toContain('Environment');
  expect(text).not.toContain('action="/settings/fields/1"');
  expect(text).not.toContain('Service');
  expect((await eve('/settings/fields/1', { name: 'Mine' })).status).toBe(422);
  expect((await ann('/settings/fields')).status).toBe(403);
  expect((await ann('/settings/fields', ENVIRONMENT)).status).toBe(403);
});

test('values are given beside the conversation, and what does not fit stays as it was typed', async () => {
  const shown = (await ann(`/requests/${first}`)).text;
  expect(shown).toContain('Service &lt;b&gt;');
  expect(shown).toContain('Where it happens.');
  const given = {
    shownField: ['environment', 'cost', 'service'],
    'field.environment': 'prod',
    'field.cost': '12,5',
    'field.service': ['web', 'mail'],
  };
  expect((await ann(`/requests/${first}/facts`, given)).status).toBe(303);
  const stored = { environment: 'prod', cost: 12.5, service: ['mail', 'web'] };
  expect(await valuesOf(first)).toMatchObject({ fields: stored });
  const wrong = await ann(`/requests/${first}/facts`, {
    ...given,
    'field.cost': 'much',
    'field.service': [],
  });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toMatch(/value="much"[\s\S]*class="fault">must be a number</);
  expect(wrong.text).toContain('Not done yet');
  expect((await ann(`/requests/${first}/facts`, { ...given, 'field.cost': 'much' }, 'ru')).text).toContain(
    'нужно число',
  );
  expect(await valuesOf(first)).toMatchObject({ fields: stored });
  await ann(`/requests/${first}/facts`, { ...given, 'field.cost': '', 'field.service': [] });
  expect(await valuesOf(first)).toMatchObject({ fields: { environment: 'prod' } });
  // A form of the page that shows no field leaves them alone.
  await ann(`/requests/${first}/facts`, { addTags: 'x' });
  expect(await valuesOf(first)).toMatchObject({ fields: { environment: 'prod' } });
  const history = (await ann(`/requests/${first}/history`)).text;
  expect(history).toMatch(/Fields changed[\s\S]*<bdi>Cost<\/bdi>: <s dir="auto">12.5<\/s>/);
});

test('the history names a field as the mailbox of the request does, which another names otherwise', async () => {
  const wing = { mailboxId: String(sales.mailboxId), key: 'service', kind: 'text', name: 'Wing' };
  expect((await lea('/settings/fields', wing)).status).toBe(303);
  const second = await insertRequest(db, sales);
  await lea(`/requests/${second}/facts`, { shownField: 'service', 'field.service': 'East' });
  expect((await lea(`/requests/${second}/history`)).text).toMatch(/<bdi>Wing<\/bdi>:\s+<bdi>East<\/bdi>/);
});

test.each([
  ['resolve', { notes: 'A fuse.' }, 'To be resolved', 'A fuse.'],
  ['close', { quietly: 'yes' }, 'To be closed', 'name="quietly"'],
  ['replies', { text: 'It works again.', verb: 'close', from: '' }, 'To be settled', 'It works again.'],
])(
  'what is needed is asked for where it is missing, and given with %s in one go',
  async (verb, form, asks, kept) => {
    const path = `/requests/${first}/${verb}`;
    const refused = await ann(path, form);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(asks);
    expect(refused.text).toContain(kept);
    expect(refused.text).toMatch(/data-needed[\s\S]*name="field.environment"/);
    const wrong = await ann(path, { ...form, shownField: 'environment', 'field.environment': 'moon' });
    expect(wrong.text).toMatch(/data-needed[\s\S]*class="fault">must be one of prod, test</);
    expect(await valuesOf(first)).toEqual({ status: 'in_progress', fields: {} });
    const settled = await ann(path, { ...form, shownField: 'environment', 'field.environment': 'prod' });
    expect(settled.status).toBe(303);
    expect(await valuesOf(first)).toEqual({
      status: verb === 'resolve' ? 'resolved' : 'closed',
      fields: { environment: 'prod' },
    });
  },
);

test('the list is narrowed down, sorted and shown by fields, and several requests are given a value', async () => {
  const bulk = (form: Sent) =>
    ann('/requests/bulk', { id: String(first), verb: 'field', back: '/requests', ...form });
  expect((await bulk({ field: 'environment=test' })).status).toBe(303);
  expect((await bulk({ field: 'cost:typed', fieldValue: '12,5' })).status).toBe(303);
  expect((await bulk({ field: 'service=web' })).status).toBe(303);
  expect(await valuesOf(first)).toMatchObject({
    fields: { environment: 'test', cost: 12.5, service: ['web'] },
  });
  expect((await bulk({ field: 'cost:typed', fieldValue: 'much' })).text).toContain('cost: must be a number');
  expect((await bulk({ field: 'cost:typed' })).status).toBe(422);
  expect((await bulk({ field: 'service=' })).status).toBe(303);
  expect(await valuesOf(first)).toMatchObject({ fields: { environment: 'test', cost: 12.5 } });

  const query = 'field.environment=test&field.cost.from=5&sort=-field.cost';
  const found = (await ann(`/requests?${query}`)).text;
  expect(found).toMatch(
    /<bdi>Environment<\/bdi>: <b dir="auto">test<[\s\S]*<bdi>Cost<\/bdi>: <b dir="auto">≥ 5</,
  );
  expect(found).toContain(`id="r${first}"`);
  expect(found).not.toContain('class="cells"');
  expect((await ann('/requests?field.environment=none')).text).not.toContain(`id="r${first}"`);
  expect((await ann('/requests?field.cost.from=much')).status).toBe(422);

  await ann('/requests/columns', { back: '/requests', column: ['cost', 'environment'] });
  expect((await ann('/requests')).text).toMatch(/columns-2[\s\S]*<small>Environment: <\/small>test/);
  expect((await ann('/views', { name: 'Tests', query })).status).toBe(303);
  await lea('/settings/fields/1', { verb: 'remove', drop: 'yes' });
  const outdated = await ann(`/requests?${query}`);
  expect(outdated.status).toBe(422);
  expect(outdated.text).toContain('is no field of this desk');
  expect((await ann('/requests')).text).toContain('columns-1');
});
