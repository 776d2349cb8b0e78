import { describe, expect, test, vi } from 'vitest';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { amount } from '../support/amount.ts';
import { servedConsole } from '../support/served-console.ts';

// A whole day's work of an operator, which a busy machine lets take a minute.
vi.setConfig({ testTimeout: 90_000 });

const PROXIES = [
  ['takes the path off', false],
  ['hands the path on', true],
] as const;

// A test looks below the one of which the desk sees less; both are asked for every page in test/apps/path-in-front.test.ts.
describe.each(amount(PROXIES.slice(0, 1), PROXIES.slice()))(
  'below a path, behind a proxy that %s',
  async (_, isLeftOn) => {
    const desk = await servedConsole({}, { path: '/desk', isLeftOn });

    test('an operator signs in by the mailed link, finds a request, and answers it with a file', async () => {
      await desk.mailbox();
      const ann = await desk.operator('Ann', 'admin');
      await desk.receive({
        from: 'Carla <carla@customer.example>',
        subject: 'The lamp',
        text: 'It flickers.',
      });
      const page = await desk.opened();

      await page.goto(desk.url('/'));
      expect(page.url()).toMatch(/\/desk\/sign-in/);
      await page.getByLabel('Your email address').fill(ann.email);
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await page.getByText('a link is on its way').waitFor();
      await desk.deliver();
      const { text } = await parseMail(
        desk.smtp.mails.find(({ to }) => to.includes(ann.email))?.raw ?? Buffer.alloc(0),
      );
      const link = /http:\S+/.exec(text ?? '')?.[0];
      expect(link).toContain(desk.url('/sign-in'));
      await page.goto(link ?? '');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(/\/desk(?!\/sign-in)/);

      await page.goto(desk.url('/requests?view=unassigned'));
      await page.getByRole('searchbox').fill('lamp');
      await page.getByRole('searchbox').press('Enter');
      await page.getByRole('link', { name: /The lamp/ }).click();
      await page.waitForURL(/\/desk\/requests\/1/);
      await page.getByText('It flickers.').waitFor();

      await page.getByPlaceholder('Write to the contact…').fill('Here is a new bulb.');
      await page
        .locator('form[data-box=reply] input[type=file]')
        .setInputFiles({ name: 'bulb.txt', mimeType: 'text/plain', buffer: Buffer.from('a bulb') });
      await page.locator('.reply li[data-file]', { hasText: 'bulb.txt' }).waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.locator('.message.outbound', { hasText: 'Here is a new bulb.' }).waitFor();
      const href = await page.getByRole('link', { name: 'bulb.txt', exact: true }).getAttribute('href');
      expect(href).toMatch(/^\/desk\//);
      const file = await page.request.get(new URL(href ?? '', page.url()).href);
      expect([file.status(), await file.text()]).toEqual([200, 'a bulb']);

      const cookies = await page.context().cookies();
      expect(cookies.map(({ path }) => path)).toEqual(cookies.map(() => '/desk'));
      expect(desk.faults).toEqual([]);
    });
  },
);
