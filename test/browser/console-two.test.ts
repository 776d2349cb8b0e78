import { beforeAll, expect, test } from 'vitest';
import { consoleDesk } from '../support/console.ts';

const desk = await consoleDesk();
const maria = 'maria@example.org';
const box = 'Write to the contact…';

beforeAll(async () => {
  await desk.contact.write({ address: maria, subject: 'My parcel' });
  await desk.contact.write({ address: 'ivan@example.net', name: 'Ivan', subject: 'My lamp' });
  await desk.filed(maria, 1);
  await desk.filed('ivan@example.net', 1);
  await desk.api('POST', '/v1/operators', { email: 'leo@example.com', name: 'Leo Brandt', role: 'agent' });
});

test('of two who take the same request one is told who won, and nobody’s text is lost', async () => {
  const [olga, leo] = await Promise.all([desk.signedIn(), desk.signedIn({}, 'leo@example.com')]);
  await Promise.all([olga.page.goto(desk.url('/requests/1')), leo.page.goto(desk.url('/requests/1'))]);
  await leo.page.getByPlaceholder(box).fill('Half a sentence');
  await leo.page.getByText('Draft saved').waitFor();
  await olga.page.getByRole('button', { name: 'Take', exact: true }).click();
  await olga.page.getByText('Request 1 is yours now.').waitFor();
  // The feed has told Leo's page; what he wrote stands where he wrote it.
  await leo.page.locator('[data-assignee]', { hasText: 'Olga Petrova' }).waitFor();
  expect(await leo.page.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  const answer = await leo.page.evaluate(
    "fetch('/requests/1/take', { method: 'POST', body: new URLSearchParams() }).then((answer) => answer.text())",
  );
  expect(answer).toContain('Olga Petrova has this request already.');
  expect(answer).toContain('Half a sentence');

  await desk.contact.write({ address: maria, subject: 'Re: My parcel', text: 'It is blue.' });
  await leo.page.locator('.message', { hasText: 'It is blue.' }).waitFor();
  expect(await leo.page.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  await leo.page.getByRole('button', { name: 'Send', exact: true }).click();
  await leo.page.getByText('Messages came in that you have not seen.').waitFor();
  expect(await leo.page.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  await leo.page.getByRole('button', { name: 'Send', exact: true }).click();
  await leo.page.locator('.message.outbound', { hasText: 'Half a sentence' }).waitFor();

  // Taken back while it is held, it is a draft again.
  await leo.page.getByRole('button', { name: 'Undo' }).click();
  await leo.page.getByText('It is not sent.').waitFor();
  expect(await leo.page.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  desk.faults.length = 0;
}, 60_000);

test('a live update moves nothing that one is about to press', async () => {
  const { page } = await desk.signedIn();
  await page.goto(desk.url('/requests?view=open'));
  await page.evaluate(
    "globalThis.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((each) => (globalThis.shift += each.value))).observe({ type: 'layout-shift', buffered: false })",
  );
  await page.locator('[data-row] input').first().check();
  await desk.contact.write({ address: 'noor@example.org', name: 'Noor', subject: 'Do you ship?' });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await page.locator('[data-row] input').first().isChecked()).toBe(true);
  expect(await page.getByText('Do you ship?').count()).toBe(0);
  await page.getByRole('button', { name: '1 new' }).click();
  await page.getByText('Do you ship?').first().waitFor();
});

test('six open tabs leave the seventh its connections', async () => {
  const { page, context } = await desk.signedIn();
  for (let tab = 0; tab < 6; tab += 1) {
    const other = await context.newPage();
    await other.goto(desk.url('/requests?view=open'), { waitUntil: 'load' });
  }
  await page.goto(desk.url('/requests/1'), { timeout: 5000 });
  await page.locator('.message').first().waitFor();
  expect(context.pages()).toHaveLength(7);
}, 60_000);

test('a sign-in that runs out while one writes costs no word', async () => {
  const { page, context } = await desk.signedIn();
  await page.goto(desk.url('/requests/2'));
  await context.clearCookies();
  await page.getByPlaceholder(box).fill('A long answer');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'Your session has expired' }).waitFor();
  expect(await page.getByRole('textbox').inputValue()).toBe('A long answer');
  const again = await context.newPage();
  await again.goto(await desk.demo.signInLink());
  await again.locator('main button').click();
  await page.getByRole('button', { name: 'Send it now' }).click();
  await page.locator('.message.outbound', { hasText: 'A long answer' }).waitFor();
});
