import { expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

const DEFAULTS = {
  language: null,
  timeZone: null,
  theme: 'system',
  singleKeys: true,
  signature: '',
  afterSend: 'stay',
  lastView: null,
  listColumns: [],
};

test('an operator sees who they are and what holds before they change anything', async () => {
  const ann = await testOperator(deps, { role: 'lead' });
  const me = await (await call('GET', '/v1/me', ann)).json();
  const { id, email, name, role, mailboxIds, active } = ann;
  expect(me).toMatchObject({ id, email, name, role, mailboxIds, active, ...DEFAULTS });
  expect(await db`select operator_id from operator_settings`).toEqual([]);
});

test('a change keeps what it does not name, and concerns nobody else', async () => {
  const ann = await testOperator(deps);
  const bob = await testOperator(deps, { name: 'Bob' });
  const patch = (body: object) => call('PATCH', '/v1/me', { ...ann, body });
  expect((await patch({ language: 'ru', timeZone: 'Europe/Berlin', singleKeys: false })).status).toBe(200);
  const answer = await patch({
    theme: 'dark',
    afterSend: 'next',
    lastView: 'assignee=me',
    timeZone: null,
    listColumns: ['x'],
  });
  const changed = {
    ...DEFAULTS,
    language: 'ru',
    singleKeys: false,
    theme: 'dark',
    afterSend: 'next',
    lastView: 'assignee=me',
    listColumns: ['x'],
  };
  expect(await answer.json()).toMatchObject(changed);
  expect(await (await call('GET', '/v1/me', ann)).json()).toMatchObject(changed);
  expect(await (await call('GET', '/v1/me', bob)).json()).toMatchObject({ id: bob.id, ...DEFAULTS });
  expect(await db`select operator_id, theme from operator_settings`).toEqual([
    { operatorId: ann.id, theme: 'dark' },
  ]);
  expect(
    await db`select type from events where type <> 'operator.added' and type <> 'token.created'`,
  ).toEqual([]);
});

test('two first changes at once both hold', async () => {
  const ann = await testOperator(deps);
  const patch = (body: object) => call('PATCH', '/v1/me', { ...ann, body });
  const answers = await Promise.all([patch({ theme: 'dark' }), patch({ language: 'en' })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await (await call('GET', '/v1/me', ann)).json()).toMatchObject({ theme: 'dark', language: 'en' });
});

test('one’s own signature is the one that an admin sets, with the same event', async () => {
  const ann = await testOperator(deps);
  const answer = await call('PATCH', '/v1/me', { ...ann, body: { signature: ' Ann\r\nSupport ' } });
  expect(await answer.json()).toMatchObject({ ...DEFAULTS, signature: 'Ann\nSupport' });
  const path = `/v1/operators/${ann.id}/signature`;
  expect(await (await call('GET', path, ann)).json()).toEqual({ signature: 'Ann\nSupport' });
  expect(await db`select new from events where type = 'operator.signature_set'`).toEqual([
    { new: { operatorId: ann.id, signature: 'Ann\nSupport' } },
  ]);
});

test.each([
  [{ timeZone: 'Mars/Olympus' }, '/timeZone'],
  [{ timeZone: '+03:00' }, '/timeZone'],
  [{ timeZone: '' }, '/timeZone'],
  [{ theme: 'pink' }, '/theme'],
  [{ theme: null }, '/theme'],
  [{ language: 'de' }, '/language'],
  [{ singleKeys: 'yes' }, '/singleKeys'],
  [{ afterSend: 'home' }, '/afterSend'],
  [{ signature: 'x'.repeat(2001) }, '/signature'],
  [{ lastView: '\0' }, '/lastView'],
  [{ role: 'admin' }, '/role'],
])('%j is refused by its field and changes nothing', async (body, pointer) => {
  const ann = await testOperator(deps);
  const answer = await call('PATCH', '/v1/me', { ...ann, body: { ...body, ...rest(body) } });
  expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  expect(await (await call('GET', '/v1/me', ann)).json()).toMatchObject({ role: 'agent', ...DEFAULTS });
});

// Another field beside the faulty one, which must not be changed either.
const rest = (body: object) => ('singleKeys' in body ? {} : { singleKeys: false });
