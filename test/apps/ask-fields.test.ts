import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testDatabase } from '../support/database.ts';
import { cookieOf, formDesk } from '../support/form-desk.ts';
import { DESK, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

test('a form asks for the fields that contacts are shown, of the mailbox that one writes to', async () => {
  const made = await formDesk(db, parsePool);
  const { get, post, ask, mailed, confirm } = made;
  const token = made.ada.token;
  const other = await testMailbox(made.deps, 'sales@desk.example.com');
  await db`update mailboxes set offers_form = true`;
  for (const field of [
    { key: 'where', name: 'Where <b>', kind: 'one_of', options: ['home', 'work'], neededToResolve: true },
    { key: 'parts', name: 'Parts', kind: 'several_of', options: ['a', 'b'], mailboxId: made.mailbox.id },
    { key: 'cost', name: 'Cost', kind: 'number', mailboxId: other.id },
    { key: 'risk', name: 'Risk', kind: 'text', shownToContacts: false },
  ]) {
    const body = { mailboxId: null, shownToContacts: true, ...field };
    expect((await made.call('POST', '/v1/fields', { token, body })).status).toBe(201);
  }
  const page = await (await get(`/ask/${DESK}`)).text();
  expect(page).toMatch(/Where &lt;b&gt;[^]*<option value="home"[^]*name="field.parts"/);
  expect(page).not.toMatch(/Cost|Risk|class="needed"/);
  // A visitor's values are checked before anything is kept, and filed with what they wrote.
  const shown = { shownField: 'where', 'field.where': 'moon' };
  const wrong = await ask(shown, { 'accept-language': 'ru' });
  const again = await wrong.text();
  expect(wrong.status).toBe(400);
  expect(again).toMatch(/Ещё не отправлено[^]*value="My &lt;i&gt;parcel[^]*aria-invalid="true"/);
  expect(await db`select id from form_posts`).toEqual([]);
  await ask({ ...shown, 'field.where': 'work', 'field.risk': 'x' });
  const confirmed = await confirm((await mailed('form_confirm')).token);
  expect(confirmed.headers.get('location')).toBe('/my/1');
  expect(await db`select fields from requests`).toEqual([{ fields: { where: 'work' } }]);
  // Signed in, one says first to whom.
  const cookie = cookieOf(confirmed);
  const choice = await (await get('/my/new', cookie)).text();
  expect(choice).toContain('href="/my/new?to=sales%40desk.example.com"');
  expect(choice).not.toContain('<textarea');
  const form = await (await get('/my/new?to=sales%40desk.example.com', cookie)).text();
  expect(form).toContain('name="field.cost"');
  expect(form).not.toContain('name="field.parts"');
  const send = (path: string, words: readonly (readonly [string, string])[]) =>
    post(path, new URLSearchParams(words.map(([name, value]): [string, string] => [name, value])), {
      cookie,
    });
  const cost = (value: string) =>
    [
      ['mailbox', 'sales@desk.example.com'],
      ['subject', 'A price'],
      ['text', 'How much?'],
      ['shownField', 'where'],
      ['field.where', ''],
      ['shownField', 'cost'],
      ['field.cost', value],
    ] as const;
  const refused = await send('/my/new', cost('much'));
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('value="much"')]);
  expect((await send('/my/new', cost('2,5'))).headers.get('location')).toBe('/my/2');
  const own = await (await get('/my/2', cookie)).text();
  expect(own).toMatch(/<dd dir="auto">2.5<\/dd>[^]*name="field.cost"\s+value="2.5"/);
  const edit = (value: string) =>
    send('/my/2/edit', [
      ['subject', 'A price'],
      ['shownField', 'cost'],
      ['field.cost', value],
    ]);
  expect(await (await edit('x')).text()).toMatch(/class="change" open>[^]*value="x"/);
  expect((await edit('')).status).toBe(303);
  expect(await db`select fields from requests where id = 2`).toEqual([{ fields: {} }]);
});
