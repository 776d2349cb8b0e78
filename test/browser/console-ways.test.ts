import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { amount } from '../support/amount.ts';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();
const maria = { from: 'Maria <maria@customer.example>', subject: 'My parcel' };
const box = 'Write to the contact…';

async function furnished() {
  await desk.mailbox();
  await desk.receive(maria);
  await desk.receive({ from: 'Ivan <ivan@customer.example>', subject: 'My lamp' });
  return desk.operator('Ada', 'admin');
}

test('with scripts off a request is found, read, taken, answered with a file and closed', async () => {
  const ada = await furnished();
  const page = await desk.signedIn(ada.id, { javaScriptEnabled: false });
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
  expect(await desk.ok(ada.token, 'GET', '/v1/requests/1')).toMatchObject({ status: 'in_progress' });
}, 60_000);

test('by keys alone, on a Russian layout, a request is opened, taken, answered and closed', async () => {
  const ada = await furnished();
  const page = await desk.signedIn(ada.id, { language: 'ru' });
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
  await page.locator('.conversation[data-request="1"]').waitFor();
  await press('е', 'KeyT');
  await page.getByText('Обращение 1 теперь ваше.').waitFor();
  await press('к', 'KeyR');
  await page.keyboard.type('Уже едет.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.outbound', { hasText: 'Уже едет.' }).waitFor();
  await press('у', 'KeyE');
  await page.getByText('Обращение 1 закрыто.').waitFor();
  expect(await desk.ok(ada.token, 'GET', '/v1/requests/1')).toMatchObject({ status: 'closed' });
}, 60_000);

/** The kinds of layout: a list, a conversation, a form, figures, settings. */
const PAGES = ['/requests?view=open', '/requests/1', '/requests/new', '/overview', '/settings/mailboxes/1'];
/** Made of what those above are made of. */
const ALIKE = [
  '/quarantine',
  '/settings/me',
  '/settings/templates',
  '/keys',
  '/requests/1/history',
  '/contacts/1',
  '/deliveries',
  '/settings/mailboxes/1/connect',
  '/settings/webhooks',
  '/quarantine/3',
  '/mailboxes',
  '/settings/mailboxes',
  '/settings/canned',
  '/settings/operators',
  '/settings/operators/1/tokens',
  '/views',
];

/** A test looks at a page of each layout in one of the themes, at what all share on the first; the proof at all, in both. */
const LOOKED_AT = amount(PAGES, [...PAGES, ...ALIKE]);
const LOOKS = amount(1, 2);

test('no page has a serious fault of access, in light and dark, nor a line wider than a phone', async () => {
  const ada = await fullDesk();
  const page = await desk.signedIn(ada.id, { bypassCSP: true });
  await page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  const found: string[] = [];
  for (const [at, path] of LOOKED_AT.entries()) {
    const answer = await page.goto(desk.url(path), { waitUntil: 'domcontentloaded' });
    if (answer?.status() !== 200) found.push(`${path} answers ${answer?.status()}`);
    const themes = at % 2 === 0 ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
    for (const [look, colorScheme] of themes.slice(0, LOOKS).entries()) {
      await page.emulateMedia({ colorScheme });
      const place = LOOKS === 1 && at > 0 ? "{ exclude: ['nav.side'] }" : 'document';
      // Between the themes only the colours differ.
      const only = look === 0 ? '' : "runOnly: ['color-contrast'], ";
      found.push(...(await faultsOf(page, place, only)).map((fault) => `${path} ${colorScheme} ${fault}`));
    }
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    if (width !== 360) found.push(`${path} is ${String(width)} wide at 360`);
    await page.setViewportSize({ width: 1280, height: 860 });
  }
  expect(found).toEqual([]);
}, 180_000);

/** What the pages show, one of each. */
async function fullDesk() {
  const ada = await furnished();
  await desk.receive({
    ...maria,
    results: 'mx.google.com; dmarc=fail (p=REJECT) header.from=customer.example',
  });
  await desk.ok(ada.token, 'POST', '/v1/requests/1/take');
  await desk.ok(ada.token, 'POST', '/v1/requests/1/messages', { text: 'It left this morning.' });
  await desk.ok(ada.token, 'POST', '/v1/requests/2/close');
  await desk.ok(ada.token, 'POST', '/v1/webhooks', {
    url: 'https://other.example/heard',
    name: 'Another program',
  });
  await desk.ok(ada.token, 'POST', '/v1/views', { name: 'Open', query: 'assignee=none', shared: true });
  await desk.ok(ada.token, 'POST', '/v1/canned-replies', {
    scope: 'desk',
    name: 'On its way',
    text: 'It is.',
  });
  return ada;
}

async function faultsOf(page: Page, place: string, only: string): Promise<string[]> {
  return page.evaluate(`axe.run(${place}, { ${only}resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary.slice(0, 160))))`);
}

test('the pages were asked for from this desk alone, and none complained', () => {
  expect(desk.faults).toEqual([]);
});
