import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

async function visitor(name: 'Lea' | 'Ann') {
  const made = testApp(db, { parsePool, publicUrl: 'http://desk.example.com' });
  await testMailbox(made.deps);
  const { id } = await testOperator(made.deps, { name });
  const { session } = await db.begin((tx) => openSession(tx, id, made.clock.now()));
  const headers = { cookie: `mailroom=${session}`, 'sec-fetch-site': 'same-origin' };
  const page = async (path: string, form?: Readonly<Record<string, string>>, language = 'en') => {
    const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    const response = await made.app.request(path, {
      headers: { ...headers, 'accept-language': language },
      ...sent,
    });
    return { status: response.status, text: (await response.text()).replaceAll(/\s+/g, ' ') };
  };
  return { ...made, page };
}

const WRITTEN = {
  name: 'Invoices',
  trigger: 'mail',
  match: 'all',
  enabled: 'yes',
  c0: 'subject',
  'c0.value': 'invoice\nbill',
  a0: 'priority',
  'a0.value': 'P1',
};

test('a lead writes a rule row by row, tries it, saves, moves, stops and removes it, without a script', async () => {
  const made = await visitor('Lea');
  const { page } = made;
  await receive(made, { subject: 'Your invoice' });
  await receive(made, { subject: 'Hello' });
  expect((await page('/settings/rules')).text).toContain('No rules yet.');
  expect((await page('/settings/rules/1/new')).text).toContain('set the priority');

  const added = await page('/settings/rules/1/new', { ...WRITTEN, verb: 'add-action', addType: 'tags' });
  expect(added.text).toContain('name="a1" value="tags"');
  expect(added.text).toMatch(/name="c0.value"[^>]*> invoice bill<\/textarea/);
  const more = { ...WRITTEN, a1: 'tags', 'a1.value': 'money, urgent' };
  const asked = await page('/settings/rules/1/new', { ...more, verb: 'add-condition', addField: 'class' });
  expect(asked.text).toContain('from a mailing list');
  const removed = await page('/settings/rules/1/new', { ...more, verb: 'remove-a1' });
  expect(removed.text).not.toContain('money, urgent');

  const tried = await page('/settings/rules/1/new', { ...more, verb: 'try' });
  expect(tried.text).toContain('1 hit among the last 2 emails');
  expect(tried.text).toMatch(
    /href="\/requests\/1#m1"[\s\S]*Your invoice[\s\S]*the subject contains “invoice” or “bill”/,
  );
  expect(await db`select id from rules`).toEqual([]);

  expect((await page('/settings/rules/1/new', { ...more, 'c0.value': '', verb: 'save' })).status).toBe(422);
  expect((await page('/settings/rules/1/new', { ...more, verb: 'save' })).status).toBe(303);
  const other = { ...WRITTEN, name: 'All', a0: 'close' };
  expect((await page('/settings/rules/1/new', { ...other, verb: 'save' })).status).toBe(303);
  expect((await page('/settings/rules')).text).toContain(
    'If the subject contains “invoice” or “bill”, then set the priority to Urgent and add the tags “money”, “urgent”.',
  );
  expect((await page('/settings/rules', undefined, 'ru')).text).toContain(
    'Если в теме есть «invoice» или «bill»',
  );

  await page('/settings/rules/1/2/move', { verb: 'move', position: '1' });
  await page('/settings/rules/1/1/move', { verb: 'off' });
  expect(await db`select id, position, enabled from rules order by position`).toEqual([
    { id: 2, position: 1, enabled: true },
    { id: 1, position: 2, enabled: false },
  ]);
  expect((await page('/settings/rules/1/2')).text).toContain('value="All"');
  await page('/settings/rules/1/2', { ...other, trigger: 'time', afterDays: '5', c0: '', verb: 'save' });
  expect((await page('/settings/rules')).text).toContain(
    'If the contact has not answered for 5 days, then close it.',
  );
  await page('/settings/rules/1/2', { ...other, verb: 'remove' });
  expect(await db`select id from rules`).toEqual([{ id: 1 }]);
});

test('a rule sets a field by the control of its kind, and leads to the requests it hit', async () => {
  const made = await visitor('Lea');
  const { page } = made;
  await page('/settings/fields', { key: 'place', kind: 'one_of', name: 'Place', options: 'prod\ntest' });
  await page('/settings/fields', { key: 'since', kind: 'date', name: 'Since' });
  const added = await page('/settings/rules/1/new', {
    ...WRITTEN,
    verb: 'add-action',
    addType: 'field:place',
  });
  expect(added.text).toMatch(
    /name="a1.key" value="place"[\s\S]*set the field Place[\s\S]*<option value="prod"/,
  );
  const rule = { ...WRITTEN, c0: '', a0: 'field', 'a0.key': 'place', 'a0.value': 'test', verb: 'save' };
  expect((await page('/settings/rules/1/new', { ...rule, 'a0.value': '' })).status).toBe(422);
  expect((await page('/settings/rules/1/new', rule)).status).toBe(303);
  expect((await page('/settings/rules')).text).toContain('then set Place to “test”.');
  await receive(made, {});
  expect((await page('/settings/rules/1/1')).text).toContain('href="/requests?rule=1"');
  expect((await page('/requests?rule=1')).text).toContain('id="r1"');
  expect((await page('/requests?rule=2')).text).not.toContain('id="r1"');
  expect((await page('/requests/1/history')).text).toMatch(/Fields: <bdi ?>Place = test/);
});

test('the history of a request names the rule and what it did; an agent writes no rules', async () => {
  const made = await visitor('Ann');
  await db`
    insert into rules (mailbox_id, position, name, enabled, trigger, match, conditions, actions, stop, created_at, updated_at)
    values (1, 1, 'VIP', true, 'mail', 'all', '[]', '[{"type": "priority", "value": "P1"}]', false, now(), now())`;
  await receive(made, {});
  expect((await made.page('/requests/1/history')).text).toMatch(
    /Rule <b dir="auto">“VIP”<\/b>[\s\S]*?Priority: <bdi ?>Urgent/,
  );
  for (const path of ['/settings/rules', '/settings/rules/1/new'])
    expect((await made.page(path)).status).toBe(403);
});
