import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/platform/log.ts';
import { type RunningDemo, startDemo } from '../../src/apps/demo/start-demo.ts';
import { openBrowser } from '../support/browser.ts';
import { demoCaller, demoFolder } from '../support/demo.ts';

const CARLA = 'carla@customer.example';
const folder = await demoFolder();
let demo: RunningDemo;
let browser: Browser;

beforeAll(async () => {
  const options = { dataDir: folder.dataDir, port: 0, relayEveryMs: 300, log: silentLog, jira: true };
  [demo, browser] = await Promise.all([startDemo(options), openBrowser()]);
}, 90_000);
afterAll(async () => {
  await browser.close();
  await demo.stop();
  await folder.remove();
});

test('a mail becomes an issue, a marked comment goes to the contact, and done resolves the request', async () => {
  const carla = demoCaller(demo);
  await carla.write({ address: CARLA, name: 'Carla', subject: 'Crash on save', text: 'It crashes.' });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await demo.signInLink());
  await page.locator('main button').click();
  await page.locator('nav.side').waitFor({ state: 'attached' });
  const request = `${demo.serverUrl}/requests/1`;
  await expect
    .poll(async () => ((await page.goto(request))?.ok() === true ? page.locator('.facts').innerText() : ''), {
      timeout: 30_000,
    })
    .toContain('DEV-1');

  const jira = await context.newPage();
  await jira.goto(`${demo.jiraUrl}/DEV-1`);
  expect(await jira.locator('pre').first().innerText()).toContain('It crashes.');
  await jira.locator('textarea').fill('#reply\nWhich version is it?');
  await jira.getByText('Comment as Dana').click();
  await carla.stateWhere(CARLA, ({ conversations }) => {
    if (!JSON.stringify(conversations).includes('Which version is it?'))
      throw new Error('the comment has not come');
  });

  await jira.locator('button[value=Done]').click();
  await expect
    .poll(async () => (await page.goto(request), page.locator('.conversation').innerText()), {
      timeout: 30_000,
    })
    .toContain('DEV-1 is “Done” in Jira.');
}, 90_000);
