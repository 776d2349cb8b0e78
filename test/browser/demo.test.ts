import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningDemo } from '../../src/apps/demo/start-demo.ts';
import { openWindow, type Window } from '../support/browser.ts';
import { demoCaller, demoFolder, startTestDemo, type State } from '../support/demo.ts';

// One demo for all of it, begun a second time with a Jira: a start takes longer than any of the tests.
const folder = await demoFolder();
const faults: string[] = [];
/** Goes like the machine's, and ahead of it by what a test does not wait for. */
let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
let demo: RunningDemo;
let caller: ReturnType<typeof demoCaller>;
let window: Window;
let page: Page;

beforeAll(async () => {
  [demo, window] = await Promise.all([startTestDemo(folder.dataDir, { clock }), openWindow()]);
  caller = demoCaller(demo);
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
  await console.locator('.message.outbound', { hasText: 'It left our store this morning.' }).waitFor();
  // Held for ten seconds, it leaves with whatever is sent next.
  aheadMs += 10_000;
  await console.getByRole('button', { name: 'Close', exact: true }).click();
  await mailWith('It left our store this morning.').waitFor();
  await mailWith('is now closed').waitFor();
  await screenshots('answered');
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
  await page.close();
});

const mailsOf = (state: State) => state.conversations.flatMap(({ mails }) => mails);
const headerOf = (mail: ReturnType<typeof mailsOf>[number] | undefined, name: string) =>
  mail?.headers.find((header) => header.name === name)?.value;
const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;

describe('the story', () => {
  const address = 'mia@example.org';

  test('a mail is noticed, taken, answered and closed in one thread, and an answer to the end follows it', async () => {
    await caller.write({ address });
    const opened = await caller.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(2));
    const [mail, created] = mailsOf(opened);
    expect(headerOf(created, 'auto-submitted')).toBe('auto-replied');
    expect(created?.inReplyTo).toEqual([mail?.internetMessageId]);
    const [request] = opened.desk.requests;
    expect(request).toMatchObject({ status: 'new', subject: 'My parcel', assignee: null });
    const id = request?.id ?? 0;
    await caller.stateWhere(address, ({ gmail }) => {
      expect(gmail[0]?.labels).toContain('mailroom/done');
      expect(gmail[0]?.labels).not.toContain('mailroom/queue');
      expect(gmail[0]?.outcome).toMatchObject({ outcome: 'opened', requestId: id });
    });

    await caller.write({
      address,
      subject: 'Re: My parcel',
      text: 'It was blue.',
      inReplyTo: created?.id ?? '',
    });
    await caller.stateWhere(address, ({ desk }) =>
      expect(desk.selected?.messages.at(-1)).toMatchObject({
        visibleText: 'It was blue.',
        matchedBy: 'token',
      }),
    );

    expect((await caller.post(`/v1/requests/${id}/take`, {})).status).toBe(200);
    expect((await caller.post(`/v1/requests/${id}/messages`, { text: 'It left this morning.' })).status).toBe(
      201,
    );
    expect((await caller.post(`/v1/requests/${id}/close`, {})).status).toBe(200);
    const heard = async () => (await fetch(`${demo.pageUrl}/heard`)).text();
    await expect.poll(heard).toContain('<strong>request.closed</strong>');
    expect((await fetch(`${demo.pageUrl}/heard`, { method: 'POST', body: '{}' })).status).toBe(400);
    const closed = await caller.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(6));
    expect(closed.conversations).toHaveLength(1);
    const came = mailsOf(closed).filter(({ written }) => written === null);
    expect(came.map(({ visibleText }) => visibleText.split('\n').slice(0, 3).join(' '))).toEqual([
      expect.stringContaining(`opened request ${id}`),
      expect.stringContaining('Olga Petrova is now working'),
      'It left this morning.',
      expect.stringContaining(`request ${id} "My parcel" is now closed`),
    ]);
    expect(closed.desk.requests[0]).toMatchObject({
      id,
      status: 'closed',
      assignee: { name: 'Olga Petrova' },
    });

    await caller.write({
      address,
      subject: 'Re: My parcel',
      text: 'Not yet.',
      inReplyTo: came.at(-1)?.id ?? '',
    });
    await caller.stateWhere(address, ({ desk }) =>
      expect(desk.requests[0]).toMatchObject({ id: id + 1, status: 'new', followUpOf: id }),
    );
  });
});

test('an answer in somebody else’s name opens a request of its own and is not answered', async () => {
  const address = 'ivan@example.net';
  await caller.write({ address, subject: 'Mine' });
  const opened = await caller.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(2));
  const inReplyTo = mailsOf(opened)[1]?.id ?? '';
  await caller.write({ address, subject: 'Re: Mine', inReplyTo, forged: true });
  const state = await caller.stateWhere(address, ({ desk }) =>
    expect(desk.requests[0]).toMatchObject({ subject: 'Re: Mine', status: 'new', followUpOf: null }),
  );
  const messages = state.desk.selected?.messages;
  expect(messages).toMatchObject([{ kind: 'inbound', authenticity: 'unverified', delivery: null }]);
  expect(state.conversations.map(({ mails }) => mails.length).sort((a, b) => a - b)).toEqual([1, 2]);
});

test('an attachment reaches the desk and can be fetched on both sides', async () => {
  const address = 'ann@example.org';
  const file = new File(['naïve, 1\r\n'], 'ответ.csv', { type: 'text/csv' });
  const id = await idOf(await caller.write({ address, subject: 'A table', file }));
  const { desk } = await caller.stateWhere(address, (now) =>
    expect(now.desk.requests[0]?.subject).toBe('A table'),
  );
  const [attachment] = desk.selected?.messages[0]?.attachments ?? [];
  expect(attachment).toMatchObject({ name: 'ответ.csv', contentType: 'text/csv' });
  const headers = { authorization: `Bearer ${demo.token}` };
  const answers = await Promise.all([
    fetch(`${demo.serverUrl}/v1/attachments/${attachment?.id}`, { headers }),
    fetch(`${demo.pageUrl}/mails/${id}/attachments/0`),
  ]);
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['naïve, 1\r\n', 'naïve, 1\r\n']);
  for (const answer of answers)
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
});

describe('what is refused', () => {
  test('a letter from no address, from the desk itself, without text, or to a mail that is not there', async () => {
    const refusals = await Promise.all([
      caller.write({ address: 'nobody' }),
      caller.write({ address: 'Support@example.com' }),
      caller.write({ address: 'ann@example.org', text: ' ' }),
      caller.write({ address: 'ann@example.org', inReplyTo: 'caught-999' }),
    ]);
    const problems = await Promise.all(refusals.map(async (each) => [each.status, await each.json()]));
    expect(problems).toEqual([
      [400, { detail: expect.stringContaining('/address') }],
      [400, { detail: expect.stringContaining('/address') }],
      [400, { detail: expect.stringContaining('/text') }],
      [400, { detail: expect.stringContaining('/inReplyTo') }],
    ]);
  });

  test('a body that is no form', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${demo.pageUrl}/mails`, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([400, { detail: expect.stringContaining('form') }]);
  });

  test('an option that the command does not know, which help names', async () => {
    const started = (...options: string[]) =>
      promisify(execFile)(process.execPath, ['src/apps/demo/main.ts', ...options]).catch(
        (error: { readonly code: number; readonly stderr: string }) => error,
      );
    const [helped, refused] = await Promise.all([started('--help'), started('--jria')]);
    expect(helped).toMatchObject({ stdout: expect.stringContaining('--jira') });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/--jria[^]*--jira/) });
  });

  test('a call that another web page makes', async () => {
    const headers = { origin: 'https://elsewhere.example', 'content-type': 'text/plain' };
    const answer = await fetch(`${demo.pageUrl}/mails`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(403);
  });

  test('a second demo in the same folder', async () => {
    await expect(startTestDemo(folder.dataDir)).rejects.toThrow(/is running in .* already/);
  });
});

test('text of a mail that looks like a page is shown as text', async () => {
  await caller.write({
    address: 'eve@example.org',
    subject: '<img src=x onerror=alert(1)>',
    text: '</p><script>alert(2)</script>',
  });
  const live = await fetch(`${demo.pageUrl}/live?person=eve@example.org`);
  const { parts } = (await live.json()) as { parts: Record<string, string> };
  expect(parts['mailbox']).toContain('&lt;/p&gt;&lt;script&gt;alert(2)&lt;/script&gt;');
  expect(Object.values(parts).join('')).not.toMatch(/<script|<img/);
});

test('a second start, with a Jira, goes on with the same data and the same token', async () => {
  const before = await caller.state('maria@example.org');
  const { token } = demo;
  await demo.stop();
  demo = await startTestDemo(folder.dataDir, { clock, jira: true });
  caller = demoCaller(demo);
  expect(demo.token).toBe(token);
  const after = await caller.state('maria@example.org', 1);
  expect(after.desk.requests.length).toBeGreaterThanOrEqual(before.desk.requests.length);
  expect(after.desk.selected?.request).toMatchObject({ id: 1, status: 'closed' });
});

test('a mail becomes an issue, both sides talk, done resolves, and what follows stays with the issue', async () => {
  const carla = { address: 'carla@customer.example', name: 'Carla' };
  const came = (text: string) => caller.stateWhere(carla.address, (state) => void mailWith(state, text));
  const opened = (subject: string) =>
    caller.stateWhere(carla.address, (state) => expect(state.desk.requests[0]).toMatchObject({ subject }));
  const tied = async () => {
    const headers = { authorization: `Bearer ${demo.token}` };
    const response = await fetch(`${demo.serverUrl}/v1/requests?jiraKey=DEV-1&sort=id`, { headers });
    const { items } = (await response.json()) as { items?: { id: number }[] };
    return items?.map((each) => each.id);
  };
  const file = new File(['Segmentation fault'], 'log.txt', { type: 'text/plain' });
  await caller.write({ ...carla, subject: 'Crash on save', text: 'It crashes.', file });
  const console = await window.context.newPage();
  await console.goto(await demo.signInLink());
  await console.locator('main button').click();
  await console.locator('nav.side').waitFor({ state: 'attached' });
  const id = (await opened('Crash on save')).desk.requests[0]?.id ?? 0;
  await console.goto(`${demo.serverUrl}/requests/${id}`);
  await console.locator('.facts', { hasText: 'DEV-1' }).waitFor();

  // The issue has the words and the file; a marked comment goes to the contact.
  const issue = `${demo.jiraUrl}/DEV-1`;
  await expect.poll(() => textOf(issue)).toContain('log.txt');
  const jira = await window.context.newPage();
  await jira.goto(issue);
  await jira.locator('li', { hasText: 'log.txt' }).waitFor();
  expect(await jira.locator('pre').first().innerText()).toContain('It crashes.');
  await jira.locator('textarea').fill('#reply\nWhich version is it?');
  await jira.getByText('Comment as Dana').click();
  const asked = mailWith(await came('Which version is it?'), 'Which version is it?');

  // The answer by mail is a comment.
  const answer = { ...carla, subject: 'Re: Crash on save', text: 'It is version 7.', inReplyTo: asked.id };
  await caller.write(answer);
  await expect.poll(() => textOf(issue)).toMatch(/<article[^]*It is version 7\./);

  await jira.locator('button[value=Done]').click();
  await console.locator('.conversation', { hasText: 'DEV-1 is “Done” in Jira.' }).waitFor();
  await console.getByRole('button', { name: 'Close', exact: true }).click();
  const closed = mailWith(await came('closed'), 'closed');
  await console.goto(`${demo.serverUrl}/requests?jiraKey=DEV-1`);
  await console.locator('main', { hasText: 'Crash on save' }).waitFor();

  // What the contact writes after that is a new request, tied to the same issue.
  await caller.write({ ...answer, text: 'It crashes again.', inReplyTo: closed.id });
  await expect.poll(tied).toEqual([id, id + 1]);
  await console.goto(`${demo.serverUrl}/requests/${id + 1}`);
  await console.locator('.facts', { hasText: 'DEV-1' }).waitFor();
  await expect.poll(() => textOf(issue)).toMatch(/<article[^]*It crashes again\./);
  await jira.goto(`${demo.jiraUrl}`);
  expect(await jira.locator('li').count()).toBe(1);
}, 120_000);

const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

/** The mail of Carla's conversations that says something. */
function mailWith({ conversations }: State, text: string) {
  const found = conversations
    .flatMap(({ mails }) => mails)
    .find((mail) => JSON.stringify(mail).includes(text));
  if (found === undefined) throw new Error(`no mail says ${text}`);
  return found;
}

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
