import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { amount } from '../support/amount.ts';
import { consoleDesk } from '../support/console.ts';

const desk = await consoleDesk();
const box = 'Write to the contact…';

beforeAll(async () => {
  for (const [address, subject] of [
    ['maria@example.org', 'My parcel'],
    ['ivan@example.net', 'My lamp'],
    ['noor@example.org', 'My cable'],
  ] as const) {
    await desk.contact.write({ address, subject, name: subject });
    await desk.filed(address, 1);
  }
});

test('with scripts off a request is found, read, taken, answered with a file and closed', async () => {
  const page = await desk.signedIn({ javaScriptEnabled: false });
  await page.goto(desk.url('/requests?view=unassigned'));
  await page.getByRole('searchbox').fill('parcel');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('link', { name: /My parcel/ }).click();
  expect(
    await page
      .locator('.message.inbound')
      .getByRole('link', { name: 'Find it in Gmail' })
      .getAttribute('href'),
  ).toMatch(/^https:\/\/mail\.google\.com\/mail\/u\/0\/#search\/rfc822msgid%3A[^<>]+$/);
  await page.getByRole('button', { name: 'Take', exact: true }).click();
  await page.getByPlaceholder(box).fill('It is on its way.');
  await page
    .locator('form[data-box=reply] input[type=file]')
    .setInputFiles({ name: 'label.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message.outbound', { hasText: 'It is on its way.' }).waitFor();
  await page.getByRole('link', { name: 'label.txt', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText('Request 1 is closed.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Request 1 is open again.').waitFor();
  expect(await desk.api('GET', '/v1/requests/1')).toMatchObject({ status: 'in_progress' });
});

test('by keys alone, on a Russian layout, a request is opened, taken, answered and closed', async () => {
  const page = await desk.signedIn({ locale: 'ru' });
  // What such a keyboard sends for the key that has the Latin letter.
  const press = (key: string, code: string) =>
    page.evaluate(
      ([pressed, at]) =>
        (globalThis as any).document.activeElement.dispatchEvent(
          new (globalThis as any).KeyboardEvent('keydown', {
            key: pressed,
            code: at,
            bubbles: true,
            cancelable: true,
          }),
        ),
      [key, code],
    );
  await page.goto(desk.url('/requests?view=unassigned'));
  await press('о', 'KeyJ');
  await press('щ', 'KeyO');
  await page.locator('.conversation[data-request="2"]').waitFor();
  await press('е', 'KeyT');
  await page.getByText('Обращение 2 теперь ваше.').waitFor();
  await press('к', 'KeyR');
  await page.keyboard.type('Уже едет.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.outbound', { hasText: 'Уже едет.' }).waitFor();
  await press('у', 'KeyE');
  await page.getByText('Обращение 2 закрыто.').waitFor();
  expect(await desk.api('GET', '/v1/requests/2')).toMatchObject({ status: 'closed' });
});

const PAGES = [
  '/requests?view=open',
  '/requests/1',
  '/requests/new',
  '/requests/1/history',
  '/contacts/1',
  '/quarantine',
  '/quarantine/1',
  '/deliveries',
  '/mailboxes',
  '/overview',
  '/settings/me',
  '/settings/mailboxes',
  '/settings/mailboxes/1',
  '/settings/mailboxes/1/connect',
  '/settings/templates',
  '/settings/canned',
  '/settings/operators',
  '/settings/operators/1/tokens',
  '/settings/webhooks',
  '/views',
  '/keys',
];

/** A test looks at each page in one of the themes, the proof in both. */
const LOOKS = amount(1, 2);

test('no page has a serious fault of access, in light and dark, nor a line wider than a phone', async () => {
  const page = await desk.signedIn({ bypassCSP: true, reducedMotion: 'reduce' });
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const found: string[] = [];
  for (const path of PAGES) {
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.goto(desk.url(path));
    await page.evaluate(axe);
    const first = PAGES.indexOf(path) % 2 === 0 ? 'light' : 'dark';
    const looks = [
      { colorScheme: first, rules: 'all' },
      { colorScheme: first === 'light' ? 'dark' : 'light', rules: 'contrast' },
    ] as const;
    for (const { colorScheme, rules } of looks.slice(0, LOOKS)) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await faultsOf(page, rules)).map((fault) => `${path} ${colorScheme} ${fault}`));
    }
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    if (width !== 360) found.push(`${path} is ${String(width)} wide at 360`);
  }
  expect(found).toEqual([]);
}, 180_000);

// Between the themes only the colours differ.
async function faultsOf(page: Page, rules: 'all' | 'contrast'): Promise<string[]> {
  const only = rules === 'contrast' ? "runOnly: ['color-contrast'], " : '';
  return page.evaluate(`axe.run(document, { ${only}resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary.slice(0, 160))))`);
}

test('the pages were asked for from this desk alone, and none complained', () => {
  expect(desk.faults).toEqual([]);
});
