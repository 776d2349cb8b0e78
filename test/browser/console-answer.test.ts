import { expect, test } from 'vitest';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();
const maria = 'maria@customer.example';
const box = 'Write to the contact…';

async function furnished() {
  await desk.mailbox();
  await desk.receive({ from: maria, subject: 'My parcel' });
  const ann = await desk.operator('Ann', 'lead');
  return { ann, page: await desk.signedIn(ann.id) };
}

test('a canned reply is written with its preview, found by its text with keys alone, and asks for what is missing', async () => {
  const { ann, page } = await furnished();
  await page.goto(desk.url('/settings/canned'));
  await page.getByLabel('Name').fill('Parcel on its way');
  await page
    .getByLabel('Text')
    .fill('Dear {{ contact.email }}, parcel {{ parcel }} left. Yours, {{ operator.name }}');
  await page.getByText('Asked for before it is inserted: parcel').waitFor();
  await page.getByText('Dear carla@customer.example, parcel  left.').waitFor();
  await page.getByLabel('What sending it does').selectOption('resolved');
  await page.getByLabel('Tags it adds').fill('parcel');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Parcel on its way' }).waitFor();

  await page.goto(desk.url('/requests/1'));
  await page.keyboard.press('r');
  await page.keyboard.type('Hello!');
  await page.keyboard.press('Enter');
  await page.keyboard.press('/');
  await page.keyboard.type('yours');
  await page.keyboard.press('Enter');
  // Sent before it is filled in, it is not sent: the field asks.
  await page.getByLabel('parcel', { exact: true }).waitFor();
  await page.keyboard.type('4711');
  await page.keyboard.press('Enter');
  const text = `Hello!\nDear ${maria}, parcel 4711 left. Yours, Ann`;
  await expect.poll(() => page.getByPlaceholder(box).inputValue()).toBe(text);
  expect(await page.getByRole('checkbox', { name: 'resolve' }).isChecked()).toBe(true);
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.outbound', { hasText: 'parcel 4711 left' }).waitFor();
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/1')).toMatchObject({
    status: 'resolved',
    tags: ['parcel'],
  });
}, 60_000);

test('taken back while it is held, a reply is a draft again with its text and files, which goes on without scripts', async () => {
  const { ann, page } = await furnished();
  await desk.ok(ann.token, 'POST', '/v1/canned-replies', {
    scope: 'desk',
    name: 'Parcel on its way',
    text: 'Parcel {{ parcel }} left.',
    status: 'resolved',
    tags: ['parcel'],
  });
  await page.goto(desk.url('/requests/1'));
  await page.getByPlaceholder(box).fill('Two labels are attached.');
  const label = { name: 'label.txt', mimeType: 'text/plain', buffer: Buffer.from('to Maria') };
  await page.locator('.reply input[type=file]').setInputFiles([label, { ...label, name: 'second.txt' }]);
  await page.locator('.reply li[data-file]', { hasText: 'second.txt' }).waitFor();
  // Nothing leaves without a file that was to go along.
  await page.route('**/files', (route) => route.abort());
  await page.locator('.reply input[type=file]').setInputFiles({ ...label, name: 'third.txt' });
  await page.locator('.reply .bad', { hasText: 'Not attached.' }).waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.reply .bad button:focus').press('Enter');
  await page.unroute('**/files');
  await page.getByRole('button', { name: 'Send and close' }).click();
  await page.getByText('will be sent in a few seconds').waitFor();
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/1')).toMatchObject({ status: 'closed' });
  await page.locator('main').press('z');
  await page.getByText('It is not sent.').waitFor();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('Two labels are attached.');
  expect(await page.locator('.reply li[data-file]').allInnerTexts()).toHaveLength(2);
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/1')).toMatchObject({ status: 'in_progress' });
  const { items } = await desk.ok(ann.token, 'GET', '/v1/deliveries?requestId=1');
  expect(items.filter(({ kind }: { kind: string }) => kind !== 'notice')).toMatchObject([
    { state: 'cancelled' },
  ]);
  desk.app.clock.advance(60_000);
  await desk.deliver();
  expect(desk.smtp.mails.map(({ raw }) => raw.toString()).join('\n')).not.toContain('Two labels');

  // With scripts off a file is taken off the draft, a canned reply goes in, and a note carries a file.
  const plain = await desk.signedIn(ann.id, { javaScriptEnabled: false });
  await plain.goto(desk.url('/requests/1'));
  await plain.locator('.reply li', { hasText: 'label.txt' }).getByRole('button').click();
  expect(await plain.locator('.reply li[data-file]').allInnerTexts()).toEqual([
    expect.stringContaining('second.txt'),
  ]);
  expect(await plain.getByPlaceholder(box).inputValue()).toBe('Two labels are attached.');
  await plain.locator('[data-canned] summary').click();
  await plain.getByRole('button', { name: /Parcel on its way/ }).click();
  await plain.getByRole('button', { name: 'Send', exact: true }).click();
  await plain.getByLabel('parcel', { exact: true }).fill('4712');
  await plain.getByRole('button', { name: 'Insert' }).click();
  await plain.getByRole('checkbox', { name: 'resolve' }).uncheck();
  await plain.getByRole('button', { name: 'Send', exact: true }).click();
  await plain.locator('.message.outbound', { hasText: 'parcel 4712 left' }).waitFor();
  expect(await desk.ok(ann.token, 'GET', '/v1/requests/1')).toMatchObject({
    status: 'in_progress',
    tags: ['parcel'],
  });
  await plain.locator('.box summary', { hasText: 'Note' }).click();
  await plain.getByLabel('Note', { exact: true }).fill('See the file.');
  await plain
    .locator('.note input[type=file]')
    .setInputFiles({ name: 'photo.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await plain.getByRole('button', { name: 'Add the note' }).click();
  await plain.locator('.message.note', { hasText: 'photo.txt' }).waitFor();
}, 60_000);

test('nothing written is lost to a server out of reach, and what is sent comes back to no box', async () => {
  const { page } = await furnished();
  await page.goto(desk.url('/requests/1'));
  await page.context().setOffline(true);
  await page.getByPlaceholder(box).fill('It left this morning.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The server does not answer.').waitFor();
  await page.context().setOffline(false);
  await page.route('**/drafts/reply', (route) => route.fulfill({ status: 502 }));
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Not sent: the server does not answer.').waitFor();
  await page.unroute('**/drafts/reply');
  await page.route('**/replies', (route) => route.fulfill({ status: 502 }));
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.waitForURL(/replies/);
  await page.unroute('**/replies');
  await page.goBack();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('It left this morning.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message.outbound', { hasText: 'It left this morning.' }).waitFor();
  await page.goBack();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('');
  await page.getByPlaceholder(box).fill('One word more');
  await page.reload();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('One word more');
  desk.faults.length = 0;
});

test('of two tabs that write the same draft neither throws the other’s text away', async () => {
  const { page } = await furnished();
  const other = await page.context().newPage();
  await page.goto(desk.url('/requests/1'));
  await other.goto(desk.url('/requests/1'));
  await other.getByPlaceholder(box).fill('From the second tab');
  await other.getByText('Draft saved').waitFor();
  await page.getByPlaceholder(box).fill('From the first tab');
  await page.locator('.reply [data-other-text]', { hasText: 'From the second tab' }).waitFor();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('From the first tab');
  // Even when the page is loaded again both are there to choose from.
  await page.reload();
  await page.locator('.reply [data-other-text]', { hasText: 'From the second tab' }).waitFor();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('From the first tab');
  await page.locator('.reply [data-keep-mine]').click();
  await page.getByText('Draft saved').waitFor();
  // Sent unchanged, the older tab's text is refused, beside the newer one.
  await other.getByRole('button', { name: 'Send', exact: true }).click();
  await other.getByText('This draft was changed in another tab.').first().waitFor();
  expect(await other.getByPlaceholder(box).inputValue()).toBe('From the second tab');
  expect(await other.locator('.reply [data-other-text]').innerText()).toBe('From the first tab');
  desk.faults.length = 0;
});

test('whom a note names is told, and finds the note', async () => {
  const { page } = await furnished();
  const leo = await desk.signedIn((await desk.operator('Leo')).id);
  await leo.goto(desk.url('/requests?view=open'));
  await page.goto(desk.url('/requests/1'));
  await page.keyboard.press('n');
  await page.keyboard.type('@le');
  await page.keyboard.press('Enter');
  await page.keyboard.type('please look');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.note', { hasText: '@Leo please look' }).waitFor();
  await leo.getByRole('link', { name: 'Ann mentions you in request 1.' }).click();
  await leo.locator('.message.note', { hasText: '@Leo please look' }).waitFor();
  expect(new URL(leo.url()).pathname).toBe('/requests/1');
});

test('none of the pages complained', () => {
  expect(desk.faults).toEqual([]);
});
