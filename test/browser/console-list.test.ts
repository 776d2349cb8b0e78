import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { KEYS } from '../../src/apps/console/keys/words.ts';
import { insertRequest } from '../support/desk.ts';
import { amount } from '../support/amount.ts';
import { START } from '../support/app.ts';
import { DESK, handed, mailOf, postBatch } from '../support/intake.ts';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();

const from = (name: string) => `${name} <${name.toLowerCase()}@customer.example>`;

/** A desk with a mailbox, three who work on it, and a request of each of those who wrote. */
async function busyDesk(
  subjects: Readonly<Record<string, string>> = { Maria: 'My parcel', Ivan: 'My lamp' },
) {
  await desk.mailbox();
  const ann = await desk.operator('Ann', 'lead');
  const bob = await desk.operator('Bob');
  for (const [name, subject] of Object.entries(subjects))
    await desk.receive({ from: from(name), subject, text: `About ${subject.toLowerCase()}: where is it?` });
  return { ann, bob };
}

const ids = (page: Page): Promise<string[]> =>
  page.locator('[data-row]').evaluateAll((rows: any[]) => rows.map((row) => row.dataset.row));

test('an empty desk leads a newcomer to the first mail in the list', async () => {
  const ada = await desk.operator('Ada', 'admin');
  const page = await desk.signedIn(ada.id);
  await page.clock.install();
  await page.goto(desk.url('/'));
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await page.getByLabel('Address that people write to').fill(DESK);
  await page.getByLabel('Name on answers').fill('Example Support');
  await page.getByRole('button', { name: 'Add a mailbox' }).click();
  await page.getByText('Waiting for the relay').waitFor();
  // What the copy button gives is the whole script, its secret filled in.
  const script = await page.getByRole('button', { name: 'Copy Code.gs' }).getAttribute('data-copy-text');
  const secret = /whsec_[\w+/=]+/.exec(script ?? '')?.[0] ?? 'none';
  expect(script).toContain(DESK);
  const mail = handed(desk.app.clock.now(), { raw: mailOf({ from: from('Maria'), subject: 'My parcel' }) });
  expect((await postBatch(desk.app, [], { secret })).status).toBe(200);
  // The page looks every four seconds.
  await page.clock.fastForward(4000);
  await page.getByText('The relay has called.').waitFor();
  expect((await postBatch(desk.app, [mail], { secret })).status).toBe(200);

  const { port } = new URL(desk.smtp.url);
  await page.getByLabel('Host').fill('127.0.0.1');
  await page.getByLabel('Port').fill(port);
  await page.getByLabel('User').fill('');
  await page.getByRole('button', { name: 'Save and check' }).click();
  await page.locator('#smtp .hint').waitFor();
  await page.goto(desk.url('/'));
  await page.getByRole('link', { name: /My parcel/ }).click();
  await page.getByPlaceholder('Write to the contact…').fill('It left this morning.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message.outbound', { hasText: 'It left this morning.' }).waitFor();
}, 60_000);

test('what is done to several says what was not done and why, and loses no tag of anybody', async () => {
  const { ann, bob } = await busyDesk();
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests?view=unassigned'));
  await page.locator('#r1 input').check();
  await page.locator('#r2 input').check();
  await desk.ok(bob.token, 'POST', '/v1/requests/2/take');
  await desk.ok(bob.token, 'PATCH', '/v1/requests/1', { tags: ['urgent'] });
  await page.locator('.bulk').getByRole('button', { name: 'Take' }).click();
  await page.getByText('1 request was changed. 1 request was left as it is:').waitFor();
  await page.getByText('Bob has this request already.').waitFor();

  await page.goto(desk.url('/requests?view=open'));
  await page.locator('#r1 input').check();
  await page.getByRole('textbox', { name: 'Add tag' }).fill('fragile');
  await page.getByRole('button', { name: 'Add tag' }).click();
  await page.getByText('1 request changed.').waitFor();
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/1')).toMatchObject({
    assignee: { name: 'Ann' },
    tags: ['urgent', 'fragile'],
  });

  // A verb without what it takes is none: nothing falls back to a priority or a person that nobody chose.
  await page.locator('#r2 input').check();
  await page.getByRole('button', { name: 'Set priority' }).click();
  await page.getByText('Choose what to do with the selected requests.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Assign to' }).click();
  await page.getByText('Choose what to do with the selected requests.', { exact: true }).waitFor();
  expect(await page.locator('#r2 input').isChecked()).toBe(true);
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/2')).toMatchObject({ assignee: { name: 'Bob' } });
});

test('with scripts off a list is filtered, kept as a view, and worked on in one go', async () => {
  const { ann } = await busyDesk();
  const page = await desk.signedIn(ann.id, { javaScriptEnabled: false });
  await page.goto(desk.url('/requests'));
  await page.locator('.filter summary').click();
  await page.locator('.filter [name=assignee]').selectOption('none');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.locator('.filter summary').click();
  await page.getByLabel('Name of the view').fill('Nobody’s');
  await page.getByLabel('Shared with everybody').check();
  await page.getByRole('button', { name: 'Save as a view' }).click();
  await page.getByRole('heading', { name: 'Nobody’s' }).waitFor();
  expect(await page.locator('nav.side a[aria-current=page]').textContent()).toMatch(/Nobody’s\s*2/);
  expect(await desk.ok(ann.token, 'GET', '/v1/views')).toMatchObject({
    items: [{ name: 'Nobody’s', query: 'assignee=none', shared: true }],
  });

  await page.locator('#r1 input').check();
  await page.locator('#r2 input').check();
  await page.locator('.bulk').getByRole('button', { name: 'Take' }).click();
  await page.getByText('2 requests changed.').waitFor();
  await page.getByText('Nothing fits these filters.').waitFor();
});

/** Where keys lead, each from where the one before has led: they act everywhere. */
const WAYS = [
  [['j', 'Enter'], '/requests/1?'],
  [['?'], '/keys'],
  [['g', 'm'], '/requests?view=mine'],
  [['g', 'q'], '/quarantine'],
  [['g', 's'], '/settings/me'],
  [['g', 'u'], '/requests?view=unassigned'],
  [['g', 't'], '/requests?view=teams'],
  [['g', 'o'], '/requests?view=open'],
  [['g', 'c'], '/requests?view=closed'],
  [['g', 'n'], '/requests?view=due'],
  [['g', 'd'], '/deliveries'],
  [['g', 'v'], '/overview'],
  [['c'], '/requests/new'],
] as const;

/** How many of them are gone to. A test presses the others where it then is, and sees what they ask for; the proof goes to all. */
const GONE_TO = amount(5, WAYS.length);

test('every key of the list of keys does what it says, pressed where it is said to act', async () => {
  const { ann } = await busyDesk({ Maria: 'My parcel', Ivan: 'My lamp', Noor: 'My cable' });
  const [team] = await desk.db<{ id: number }[]>`
    insert into teams (name, created_at, updated_at) values ('Billing', ${START}, ${START}) returning id`;
  await desk.db`insert into team_members (team_id, operator_id, leads) values (${team?.id ?? 0}, ${ann.id}, false)`;
  const page = await desk.signedIn(ann.id);
  const list = '/requests?view=unassigned';
  const at = () => page.evaluate('document.activeElement.closest("[data-row]")?.dataset.row');
  const focused = () => page.evaluate('document.activeElement.name || document.activeElement.tagName');
  await page.goto(desk.url(list));
  for (const [n, [keys, path]] of WAYS.entries()) {
    if (n === GONE_TO)
      await page.route('**', (route) =>
        route.request().isNavigationRequest() ? route.fulfill({ status: 204 }) : route.fallback(),
      );
    const asked = page.waitForRequest(
      (each) => each.isNavigationRequest() && each.url().startsWith(desk.url(path)),
    );
    for (const key of keys) await page.keyboard.press(key);
    await asked;
    if (n < GONE_TO) await page.waitForURL((url) => url.href.startsWith(desk.url(path)));
  }
  await page.unroute('**');

  await page.goto(desk.url(list));
  expect(await ids(page)).toEqual(['1', '2', '3']);
  await page.keyboard.press('/');
  expect(await focused()).toBe('q');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await at()).toBe('1');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  expect(await page.locator('[data-row] input:checked').count()).toBe(2);
  await page.keyboard.press('Escape');
  expect(await page.locator('[data-row] input:checked').count()).toBe(0);
  // On a narrow screen, as with letters twice as large, Escape closes the menu of pages.
  await page.setViewportSize({ width: 640, height: 430 });
  await page.locator('button.menu').click();
  await page.keyboard.press('Escape');
  await page.locator('#side').waitFor({ state: 'hidden' });
  await page.setViewportSize({ width: 1280, height: 860 });
  for (const [key, name] of [
    ['a', 'operatorId'],
    ['p', 'priority'],
    ['l', 'tag'],
  ] as const) {
    await page.keyboard.press('j');
    await page.keyboard.press(key);
    expect([key, await focused()]).toEqual([key, name]);
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('t');
  await page.getByText('Request 1 is yours now.').waitFor();
  await page.keyboard.press('z');
  await expect.poll(at).toBe('1');
  await page.keyboard.press('e');
  await page.getByText('Request 1 is closed.').waitFor();

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(desk.url('/requests/2?from=view%3Dunassigned'));
  const copied = () => page.evaluate('navigator.clipboard.readText()');
  await page.keyboard.press('.');
  await expect.poll(copied).toBe('#2');
  // Pressed again and again, because what it copies next depends on how soon that is.
  const copiedNext = async () => {
    await page.keyboard.press('.');
    return copied();
  };
  await expect.poll(copiedNext).toBe('#2 My lamp');
  for (const [key, name] of [
    ['r', 'text'],
    ['n', 'text'],
    ['a', 'operatorId'],
    ['h', 'operatorId'],
    ['p', 'priority'],
    ['l', 'addTags'],
    ['s', 'notes'],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(focused).toBe(name);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press(';');
  expect(await page.locator('.messages details:not([open])').count()).toBe(0);
  await page.keyboard.press('j');
  await page.waitForURL(/\/requests\/3/);
  await page.keyboard.press('k');
  await page.waitForURL(/\/requests\/2/);
  await page.keyboard.press('u');
  await page.waitForURL(/\/requests\?view=unassigned#r2/);
  await expect.poll(at).toBe('2');
  const tried = new Set(
    'keys search palette mine unassigned teams open closed due quarantine deliveries overview settings create undo move enter select extend none take assign escalate status priority tags close copy reply note around back unfold'.split(
      ' ',
    ),
  );
  // The others have a test of their own.
  const others = ['images', 'send', 'sendClose', 'leave', 'canned', 'mention', 'fields'];
  expect(
    KEYS.flatMap(({ keys }) => keys.map(([, what]) => what as string)).filter(
      (what) => !tried.has(what) && !others.includes(what),
    ),
  ).toEqual([]);
}, 60_000);

test('what was searched for is marked, and where else it would be found is said', async () => {
  const { ann } = await busyDesk({ Maria: 'A parcel', Ivan: 'My lamp' });
  await desk.receive({
    from: from('Noor'),
    subject: 'Ёлка',
    text: `${'Hello there. '.repeat(40)}The PARCÉL is wet.`,
  });
  await desk.ok(ann.token, 'POST', '/v1/requests/1/close', { notify: false });
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests?view=open&q=parcel'));
  expect(await page.locator('#r3 mark').allTextContents()).toEqual(['PARCÉL']);
  expect(await page.locator('#r3 .preview').textContent()).toContain('… ');
  await page.getByRole('link', { name: '1 more in closed' }).click();
  await page.locator('#r1').waitFor();
  expect(await page.locator('#r1 mark').allTextContents()).toEqual(['parcel', 'parcel']);
  await page.goto(desk.url('/requests?q=is:open+елк'));
  expect(await page.locator('#r3 mark').allTextContents()).toEqual(['Ёлка']);
  await page.goto(desk.url('/requests?view=mine&q=lamp'));
  await page.getByRole('link', { name: '1 more in all requests' }).click();
  await page.locator('#r2').waitFor();
});

test('two see each other look and write, in the list and on the request, and nothing moves for it', async () => {
  const { ann, bob } = await busyDesk();
  const [mine, theirs] = await Promise.all([desk.signedIn(ann.id), desk.signedIn(bob.id)]);
  await mine.goto(desk.url('/requests?view=open'));
  await mine.locator('h1').hover();
  await watchShift(mine);
  await theirs.clock.install();
  await theirs.goto(desk.url('/requests/1'));
  await mine.locator('#r1').getByText('Bob is looking').waitFor({ state: 'attached' });
  await theirs.getByPlaceholder('Write to the contact…').fill('It is');
  await mine.locator('#r1').getByText('Bob is writing').waitFor({ state: 'attached' });
  expect(await mine.evaluate('shifted()')).toEqual([]);

  await mine.goto(desk.url('/requests/1'));
  await mine.locator('.presence', { hasText: 'Bob is writing' }).waitFor();
  await watchShift(mine);
  await theirs.locator('.presence', { hasText: 'Ann is looking' }).waitFor();
  // Who has typed nothing for five seconds does not write.
  await theirs.clock.fastForward(5000);
  await mine.locator('.presence', { hasText: 'Bob is looking' }).waitFor();
  await theirs.close();
  await mine.locator('.presence', { hasText: 'Bob' }).waitFor({ state: 'detached' });
  expect(await mine.evaluate('shifted()')).toEqual([]);
}, 60_000);

/**
 * Keeps what moves from now on, with where from and where to, so that a shift says what it was. What the test did before is
 * drawn first: a box that grew by the text filled in would count as moved by what comes.
 */
async function watchShift(page: Page): Promise<void> {
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  await page.evaluate(`
    const shifts = [];
    const said = ({ node, previousRect, currentRect }) =>
      [(node?.outerHTML ?? node?.parentElement?.outerHTML ?? 'gone').slice(0, 100), previousRect, currentRect]
        .map((each) => JSON.stringify(each)).join(' ');
    const keep = (entries) => shifts.push(...entries.map(({ value, sources }) => [value, ...sources.map(said)]));
    const observer = new PerformanceObserver((list) => keep(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: false });
    globalThis.shifted = () => (keep(observer.takeRecords()), shifts);
    undefined`);
}

const OTHERS = {
  Lucy: 'Wrong colour',
  Chen: 'Invoice',
  Anna: 'A return',
  Pavel: 'Twelve lamps',
  Yuki: 'Thanks',
};

test('a live update moves nothing where one is at work', async () => {
  const { ann, bob } = await busyDesk({ Maria: 'My parcel', Ivan: 'My lamp', ...OTHERS });
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests?view=open'));
  await page.locator('#r1 input').check();
  await watchShift(page);
  await desk.receive({ from: from('Noor'), subject: 'Do you ship?' });
  await desk.ok(bob.token, 'PATCH', '/v1/requests/2', { tags: ['fragile'], priority: 'P1' });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  await page.locator('#r2', { hasText: 'fragile' }).waitFor();
  expect(await page.evaluate('shifted()')).toEqual([]);
  expect((await ids(page)).slice(-2)).toEqual(['2', '1']);

  await page.locator('#r1 input').uncheck();
  await page.locator('h1').hover();
  await page.goto(desk.url('/requests?view=open'));
  for (let n = 0; n < 7; n += 1) await page.keyboard.press('j');
  const seventh = (await ids(page))[6];
  const focused = () => page.evaluate('document.activeElement.closest("[data-row]")?.dataset.row');
  expect(await focused()).toBe(seventh);
  await watchShift(page);
  await desk.receive({ from: from('Zoe'), subject: 'Is it brass?' });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect([await focused(), (await ids(page))[6], await page.evaluate('shifted()')]).toEqual([
    seventh,
    seventh,
    [],
  ]);
  await page.getByRole('button', { name: '1 new' }).click();
  await page.getByText('Is it brass?').waitFor();

  await page.goto(desk.url('/requests/1'));
  await page.locator('summary', { hasText: 'More' }).click();
  await desk.ok(bob.token, 'POST', '/v1/requests/1/take');
  await page.locator('[data-assignee]', { hasText: 'Bob' }).waitFor();
  expect(await page.locator('details[open] > summary', { hasText: 'More' }).count()).toBe(1);
  await page.keyboard.press('Escape');
  await page.getByPlaceholder('Write to the contact…').fill('Half a sentence');
  await watchShift(page);
  await desk.receive({ from: from('Maria'), subject: 'Re: My parcel', text: 'It is blue.' });
  await page.locator('.message', { hasText: 'It is blue.' }).waitFor();
  expect(await page.evaluate('shifted()')).toEqual([]);
  expect(await page.getByPlaceholder('Write to the contact…').inputValue()).toBe('Half a sentence');
}, 60_000);

test('what somebody writes outlives a merge and a closing by another, with scripts and without', async () => {
  const { ann, bob } = await busyDesk();
  const send = { name: 'Send', exact: true } as const;
  for (const javaScriptEnabled of [true, false]) {
    const page = await desk.signedIn(bob.id, { javaScriptEnabled });
    await page.goto(desk.url('/requests/1'));
    await page.getByPlaceholder('Write to the contact…').fill('Half a sentence');
    await desk.ok(ann.token, 'POST', '/v1/requests/1/merge', { into: 2 });
    await page.getByRole('button', send).click();
    await page.getByRole('heading', { name: 'My lamp' }).waitFor();
    await page.getByText(/merged into 2/).waitFor();
    expect(await page.getByPlaceholder('Write to the contact…').inputValue()).toBe('Half a sentence');
    await desk.ok(ann.token, 'POST', '/v1/requests/1/unmerge');

    await page.getByPlaceholder('Write to the contact…').fill('A whole sentence');
    await desk.ok(ann.token, 'POST', '/v1/requests/2/close', { notify: false });
    await page.getByRole('button', send).click();
    await page.getByText('Request 2 is closed; reply works on').waitFor();
    expect(await page.getByPlaceholder('Write to the contact…').inputValue()).toBe('A whole sentence');
    await page.getByRole('button', { name: 'Reopen' }).click();
    await page.getByText('Request 2 is open again.').waitFor();
    expect(await page.getByPlaceholder('Write to the contact…').inputValue()).toBe('A whole sentence');
  }
}, 60_000);

test('in a list of pages one stays on the page where one was, and nobody is cut off what one chooses from', async () => {
  const { ann } = await busyDesk({ Maria: 'My parcel' });
  await desk.db`
    insert into operators (email, name, role, created_at)
    select 'op' || n || '@example.com', 'Operator ' || n, 'agent', ${START} from generate_series(1, 250) n`;
  for (let n = 2; n <= 60; n += 1)
    await insertRequest(desk.db, { mailboxId: 1, contactId: 1 }, { subject: `Parcel ${n}` });
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests?status=new&sort=id'));
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.locator('#r51').waitFor();
  await page.getByRole('link', { name: /Parcel 55/ }).click();
  await page.getByRole('link', { name: 'Next request' }).click();
  await page.waitForURL(/requests\/56/);
  await page.getByRole('link', { name: 'Back to the list' }).click();
  expect((await ids(page))[0]).toBe('51');
  await page.locator('#r58 input').check();
  await page.locator('.bulk [name=operatorId]').selectOption({ label: 'Operator 99' });
  await page.getByRole('button', { name: 'Assign to' }).click();
  await page.getByText('1 request changed.').waitFor();
  expect((await ids(page)).at(-2)).toBe('59');
});

test('a request is merged into one that is picked, and the merge is undone', async () => {
  const { ann } = await busyDesk({});
  await desk.receive({ from: from('Maria'), subject: 'My parcel', messageId: '<parcel@customer.example>' });
  await desk.receive({
    from: from('Maria'),
    subject: 'Another matter',
    text: 'My chair squeaks.',
    inReplyTo: '<parcel@customer.example>',
  });
  const { items } = await desk.ok(ann.token, 'GET', '/v1/requests/1/messages?sort=-id');
  const chair = items.find(({ text }: { text: string }) => text.includes('My chair squeaks.'));
  await desk.ok(ann.token, 'POST', '/v1/requests/1/split', { messageIds: [chair.id] });
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests/2'));
  await page.locator('summary', { hasText: 'More' }).click();
  await page.getByRole('button', { name: 'Merge', exact: true }).click();
  await page.getByText('Pick a request from the list, or enter the number of another.').waitFor();
  await page.locator('summary', { hasText: 'More' }).click();
  await page.getByRole('radio', { name: /#1 My parcel/ }).check();
  await page.getByRole('button', { name: 'Merge', exact: true }).click();
  await page.waitForURL(/requests\/1/);
  await page.locator('.message', { hasText: 'My chair squeaks.' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: 'Another matter' }).waitFor();
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/2')).toMatchObject({ mergedInto: null });
});

test('times are told in the browser’s zone until somebody sets their own', async () => {
  const { ann } = await busyDesk({ Maria: 'My parcel' });
  const page = await desk.signedIn(ann.id, { timezoneId: 'Asia/Tokyo' });
  await page.goto(desk.url('/requests/1'));
  // The clock of the test stands at 9:00 UTC.
  await page.locator('.message time', { hasText: '18:00' }).first().waitFor();
  await desk.ok(ann.token, 'PATCH', '/v1/me', { timeZone: 'America/New_York' });
  await page.reload();
  expect(await page.locator('.message time').first().textContent()).toContain('04:00');
});

test('no page asked another host for anything, and none complained', () => {
  expect(desk.faults.filter((fault) => !/status of (409|422)/.test(fault))).toEqual([]);
});
