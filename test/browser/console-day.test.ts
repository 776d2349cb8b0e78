import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { consoleDesk } from '../support/console.ts';

const desk = await consoleDesk();
const maria = 'maria@example.org';
let page: Page;

const mailsTo = async (address: string) =>
  (await desk.contact.state(address)).conversations.flatMap(({ mails }) => mails);

beforeAll(async () => {
  await desk.contact.write({ address: maria, subject: 'My parcel', text: 'Where is it?' });
  await desk.filed(maria, 1);
});

test('an operator signs in by the link in the mail that arrived', async () => {
  const context = await desk.browser.newContext({ viewport: { width: 1280, height: 860 } });
  page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => desk.faults.push(String(error)));
  await page.goto(desk.url('/requests/1'));
  await page.getByLabel('Your email address').fill('olga@example.com');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByRole('status').waitFor();
  const { text } = await desk.contact
    .stateWhere('olga@example.com', ({ conversations }) => expect(conversations).toHaveLength(1))
    .then(({ conversations }) => conversations[0]?.mails[0] ?? { text: '' });
  await page.goto(/http\S+\/sign-in\?token=\S+/.exec(text)?.[0] ?? '');
  await page.getByRole('button', { name: 'Sign in to Mailroom' }).click();
  await page.getByRole('heading', { name: 'My parcel' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/requests/1');
});

test('a request is found in the list, taken, read, answered and closed', async () => {
  await page.goto(desk.url('/requests?view=unassigned'));
  await page.getByRole('link', { name: /My parcel/ }).click();
  await page.getByRole('button', { name: 'Take', exact: true }).click();
  await page.getByText('Request 1 is yours now.').waitFor();
  await page.getByPlaceholder('Write to the contact…').fill('It left this morning.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message.outbound', { hasText: 'It left this morning.' }).waitFor();
  await expect
    .poll(async () => (await mailsTo(maria)).filter(({ text }) => text.includes('It left this morning.')))
    .toHaveLength(1);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText('Request 1 is closed.').waitFor();
  expect(await desk.api('GET', '/v1/requests/1')).toMatchObject({
    status: 'closed',
    assignee: { name: 'Olga Petrova' },
  });
  expect(desk.faults).toEqual([]);
});
