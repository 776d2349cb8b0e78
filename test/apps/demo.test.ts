import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningDemo } from '../../src/apps/demo/start-demo.ts';
import { demoCaller, demoFolder, startTestDemo, type State } from '../support/demo.ts';

const folder = await demoFolder();
let demo: RunningDemo;
let page: ReturnType<typeof demoCaller>;

beforeAll(async () => {
  demo = await startTestDemo(folder.dataDir);
  page = demoCaller(demo);
}, 60_000);

afterAll(async () => {
  await demo.stop();
  await folder.remove();
});

const mailsOf = (state: State) => state.conversations.flatMap(({ mails }) => mails);
const headerOf = (mail: ReturnType<typeof mailsOf>[number] | undefined, name: string) =>
  mail?.headers.find((header) => header.name === name)?.value;
const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;

describe('the story', () => {
  const address = 'maria@example.org';

  test('a mail is noticed, taken, answered and closed in one thread, and an answer to the end follows it', async () => {
    await page.write({ address });
    const opened = await page.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(2));
    const [mail, created] = mailsOf(opened);
    expect(headerOf(created, 'auto-submitted')).toBe('auto-replied');
    expect(created?.inReplyTo).toEqual([mail?.internetMessageId]);
    expect(opened.desk.requests).toMatchObject([
      { id: 1, status: 'new', subject: 'My parcel', assignee: null },
    ]);
    await page.stateWhere(address, ({ gmail }) => {
      expect(gmail[0]?.labels).toContain('mailroom/done');
      expect(gmail[0]?.labels).not.toContain('mailroom/queue');
      expect(gmail[0]?.outcome).toMatchObject({ outcome: 'opened', requestId: 1 });
    });

    await page.write({
      address,
      subject: 'Re: My parcel',
      text: 'It was blue.',
      inReplyTo: created?.id ?? '',
    });
    await page.stateWhere(address, ({ desk }) =>
      expect(desk.selected?.messages.at(-1)).toMatchObject({
        visibleText: 'It was blue.',
        matchedBy: 'token',
      }),
    );

    expect((await page.post('/v1/requests/1/take', {})).status).toBe(200);
    expect((await page.post('/v1/requests/1/messages', { text: 'It left this morning.' })).status).toBe(201);
    expect((await page.post('/v1/requests/1/close', {})).status).toBe(200);
    const heard = async () => (await fetch(`${demo.pageUrl}/heard`)).text();
    await expect.poll(heard).toContain('<strong>request.closed</strong>');
    expect((await fetch(`${demo.pageUrl}/heard`, { method: 'POST', body: '{}' })).status).toBe(400);
    const closed = await page.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(6));
    expect(closed.conversations).toHaveLength(1);
    const came = mailsOf(closed).filter(({ written }) => written === null);
    expect(came.map(({ visibleText }) => visibleText.split('\n').slice(0, 3).join(' '))).toEqual([
      expect.stringContaining('opened request 1'),
      expect.stringContaining('Olga Petrova is now working'),
      'It left this morning.',
      expect.stringContaining('request 1 "My parcel" is now closed'),
    ]);
    expect(closed.desk.requests).toMatchObject([
      { id: 1, status: 'closed', assignee: { name: 'Olga Petrova' } },
    ]);

    await page.write({
      address,
      subject: 'Re: My parcel',
      text: 'Not yet.',
      inReplyTo: came.at(-1)?.id ?? '',
    });
    const followed = await page.stateWhere(address, ({ desk }) => expect(desk.requests).toHaveLength(2));
    expect(followed.desk.requests[0]).toMatchObject({ id: 2, status: 'new', followUpOf: 1 });
  });
});

test('an answer in somebody else’s name opens a request of its own and is not answered', async () => {
  const address = 'ivan@example.net';
  await page.write({ address, subject: 'Mine' });
  const opened = await page.stateWhere(address, (now) => expect(mailsOf(now)).toHaveLength(2));
  const inReplyTo = mailsOf(opened)[1]?.id ?? '';
  await page.write({ address, subject: 'Re: Mine', inReplyTo, forged: true });
  const state = await page.stateWhere(address, ({ desk }) =>
    expect(desk.requests[0]).toMatchObject({ subject: 'Re: Mine', status: 'new', followUpOf: null }),
  );
  const messages = state.desk.selected?.messages;
  expect(messages).toMatchObject([{ kind: 'inbound', authenticity: 'unverified', delivery: null }]);
  expect(state.conversations.map(({ mails }) => mails.length).sort((a, b) => a - b)).toEqual([1, 2]);
});

test('an attachment reaches the desk and can be fetched on both sides', async () => {
  const address = 'ann@example.org';
  const file = new File(['naïve, 1\r\n'], 'ответ.csv', { type: 'text/csv' });
  const id = await idOf(await page.write({ address, subject: 'A table', file }));
  const { desk } = await page.stateWhere(address, (now) =>
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
      page.write({ address: 'nobody' }),
      page.write({ address: 'Support@example.com' }),
      page.write({ address: 'ann@example.org', text: ' ' }),
      page.write({ address: 'ann@example.org', inReplyTo: 'caught-999' }),
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
  await page.write({
    address: 'eve@example.org',
    subject: '<img src=x onerror=alert(1)>',
    text: '</p><script>alert(2)</script>',
  });
  const live = await fetch(`${demo.pageUrl}/live?person=eve@example.org`);
  const { parts } = (await live.json()) as { parts: Record<string, string> };
  expect(parts['mailbox']).toContain('&lt;/p&gt;&lt;script&gt;alert(2)&lt;/script&gt;');
  expect(Object.values(parts).join('')).not.toMatch(/<script|<img/);
});

test('a second start goes on with the same data and the same token', async () => {
  const before = await page.state('maria@example.org');
  const { token } = demo;
  await demo.stop();
  demo = await startTestDemo(folder.dataDir);
  page = demoCaller(demo);
  expect(demo.token).toBe(token);
  const after = await page.state('maria@example.org', 1);
  expect(after.desk.requests.length).toBeGreaterThanOrEqual(before.desk.requests.length);
  expect(after.desk.selected?.request).toMatchObject({ id: 1, status: 'closed' });
});
