import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningDemo } from '../../src/apps/demo/start-demo.ts';
import { openWindow, type Window } from '../support/browser.ts';
import { demoFolder, startTestDemo } from '../support/demo.ts';

const folder = await demoFolder();
const faults: string[] = [];
let demo: RunningDemo;
let window: Window;
let page: Page;

beforeAll(async () => {
  [demo, window] = await Promise.all([startTestDemo(folder.dataDir), openWindow()]);
  page = await window.context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(demo.pageUrl)) faults.push(`asked ${request.url()}`);
  });
}, 90_000);

afterAll(async () => {
  await window.close(demo.pageUrl);
  await demo.stop();
  await folder.remove();
});

test('a contact and an operator talk through the page, and nothing that is typed gets lost', async () => {
  await page.goto(demo.pageUrl);
  await page.getByText('Nothing here yet.').waitFor();
  await screenshots('empty');
  await page.getByRole('button', { name: 'Send to support@example.com' }).click();

  const mailbox = page.locator('[data-part="mailbox"]');
  const mailWith = (hasText: string) => mailbox.locator('p.text:not(.quiet)', { hasText });
  await mailWith('opened request 1 for it').waitFor();
  await mailbox.getByText('mailroom/done').waitFor();

  await page.getByLabel('Subject').fill('half a subj');
  const [console] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Open the console' }).click(),
  ]);
  await console.getByRole('button', { name: 'Sign in to Mailroom' }).click();
  await console.getByRole('link', { name: /My parcel has not arrived/ }).click();
  await console.getByRole('button', { name: 'Take', exact: true }).click();
  await mailWith('Olga Petrova is now working').waitFor();
  expect(await page.getByLabel('Subject').inputValue()).toBe('half a subj');

  await console.getByPlaceholder('Write to the contact…').fill('It left our store this morning.');
  await console.getByRole('button', { name: 'Send', exact: true }).click();
  await mailWith('It left our store this morning.').waitFor();
  await screenshots('answered');
  await console.getByRole('button', { name: 'Close', exact: true }).click();
  await mailWith('is now closed').waitFor();
  expect(await mailbox.locator('.conversation').count()).toBe(1);

  await mailbox.locator('.mail.came').last().getByRole('button', { name: 'Reply' }).click();
  expect(await page.getByLabel('Subject').inputValue()).toBe('Re: My parcel has not arrived');
  await page.getByLabel('Text').fill('Thank you, but the box is empty.');
  await page.getByRole('button', { name: 'Send to support@example.com' }).click();
  await mailWith('opened request 2 for it').waitFor();
  await console.goto(`${demo.serverUrl}/requests?view=open`);
  await console.getByRole('link', { name: /the box is empty/ }).click();
  await console.getByText('Follows request 1.').waitFor();
  expect(faults).toEqual([]);
}, 90_000);

test('a refusal is shown beside the form that caused it', async () => {
  await page.getByLabel('Text').fill(' ');
  await page.getByRole('button', { name: 'Send to support@example.com' }).click();
  await expect.poll(() => page.locator('#letter [role="alert"]').innerText()).toContain('/text');
  faults.length = 0;
});

/** With SCREENSHOTS set, pictures of the page as it is now, wide and narrow, light and dark. */
async function screenshots(name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] === undefined) return;
  const target = join(tmpdir(), 'mailroom-screenshots');
  await mkdir(target, { recursive: true });
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({
        path: join(target, `demo-${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}
