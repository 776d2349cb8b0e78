import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/platform/log.ts';
import { type RunningDemo, startDemo } from '../../src/apps/demo/start-demo.ts';
import { openWindow, type Window } from '../support/browser.ts';
import { demoCaller, demoFolder, type State } from '../support/demo.ts';

const CARLA = 'carla@customer.example';
const WAIT = { timeout: 30_000, interval: 500 };
const folder = await demoFolder();
let demo: RunningDemo;
let window: Window;

beforeAll(async () => {
  const options = { dataDir: folder.dataDir, port: 0, relayEveryMs: 300, log: silentLog, jira: true };
  [demo, window] = await Promise.all([startDemo(options), openWindow()]);
}, 90_000);
afterAll(async () => {
  await window.close(demo.serverUrl);
  await demo.stop();
  await folder.remove();
});

/** The mail of Carla's conversations that says something. */
function mailWith({ conversations }: State, text: string) {
  const found = conversations
    .flatMap(({ mails }) => mails)
    .find((mail) => JSON.stringify(mail).includes(text));
  if (found === undefined) throw new Error(`no mail says ${text}`);
  return found;
}

/** A page as it is once it says this, opened anew until then. */
async function pageSaying(page: Page, url: string, place: string, text: string): Promise<void> {
  await expect
    .poll(async () => {
      if ((await page.goto(url))?.ok() !== true) return '';
      return (await page.locator(place).allInnerTexts()).join('\n');
    }, WAIT)
    .toContain(text);
}

test('a mail becomes an issue, both sides talk, done resolves, and what follows stays with the issue', async () => {
  const carla = demoCaller(demo);
  const came = (text: string) => carla.stateWhere(CARLA, (state) => void mailWith(state, text));
  const file = new File(['Segmentation fault'], 'log.txt', { type: 'text/plain' });
  await carla.write({ address: CARLA, name: 'Carla', subject: 'Crash on save', text: 'It crashes.', file });
  const desk = await window.context.newPage();
  await desk.goto(await demo.signInLink());
  await desk.locator('main button').click();
  await desk.locator('nav.side').waitFor({ state: 'attached' });
  const request = `${demo.serverUrl}/requests/1`;
  await pageSaying(desk, request, '.facts', 'DEV-1');

  // The issue has the words and the file; a marked comment goes to the contact.
  const jira = await window.context.newPage();
  const issue = `${demo.jiraUrl}/DEV-1`;
  await pageSaying(jira, issue, 'li', 'log.txt');
  expect(await jira.locator('pre').first().innerText()).toContain('It crashes.');
  await jira.locator('textarea').fill('#reply\nWhich version is it?');
  await jira.getByText('Comment as Dana').click();
  const asked = mailWith(await came('Which version is it?'), 'Which version is it?');

  // The answer by mail is a comment.
  await carla.write({
    address: CARLA,
    name: 'Carla',
    subject: 'Re: Crash on save',
    text: 'It is version 7.',
    inReplyTo: asked.id,
  });
  await pageSaying(jira, issue, 'article', 'It is version 7.');

  await jira.locator('button[value=Done]').click();
  await pageSaying(desk, request, '.conversation', 'DEV-1 is “Done” in Jira.');
  await desk.getByRole('button', { name: 'Close', exact: true }).click();
  await pageSaying(desk, `${demo.serverUrl}/requests?jiraKey=DEV-1`, 'main', 'Crash on save');

  // What the contact writes after that is a new request, tied to the same issue.
  const closed = mailWith(await came('closed'), 'closed');
  await carla.write({
    address: CARLA,
    name: 'Carla',
    subject: 'Re: Crash on save',
    text: 'It crashes again.',
    inReplyTo: closed.id,
  });
  await pageSaying(desk, `${demo.serverUrl}/requests/2`, '.facts', 'DEV-1');
  await pageSaying(jira, issue, 'article', 'It crashes again.');
  await jira.goto(`${demo.jiraUrl}`);
  expect(await jira.locator('li').count()).toBe(1);
}, 120_000);
