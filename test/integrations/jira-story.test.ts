import { expect, test } from 'vitest';
import { personComment, testJiraDesk, textIn } from '../support/jira.ts';

const { desk, smtp } = await testJiraDesk();

const BOUNDARY = 'b1';
const withFile = [
  'Delivered-To: support@desk.example.com',
  'Authentication-Results: mx.google.com; dmarc=pass header.from=customer.example',
  'From: Carla Contact <carla@customer.example>',
  'To: support@desk.example.com',
  'Subject: Crash on save',
  'Message-ID: <first@customer.example>',
  'MIME-Version: 1.0',
  `Content-Type: multipart/mixed; boundary=${BOUNDARY}`,
  '',
  `--${BOUNDARY}`,
  'Content-Type: text/plain; charset=utf-8',
  '',
  'It crashes. See https://customer.example/log',
  `--${BOUNDARY}`,
  'Content-Type: text/plain; name=log.txt',
  'Content-Disposition: attachment; filename=log.txt',
  '',
  'Segmentation fault',
  `--${BOUNDARY}--`,
  '',
].join('\r\n');

test('a mail becomes an issue, a marked comment a mail, its answer a comment, done resolves, and a follow-up stays with the issue', async () => {
  await desk.connect();
  const { world } = desk.jira;
  const [opened] = await desk.raw(withFile);
  const requestId = opened?.requestId ?? 0;
  await desk.pass(1);
  await desk.deliver();
  desk.clock.advance(1000);

  const [issue] = world.issues;
  expect(world.issues).toHaveLength(1);
  expect(issue?.fields['summary']).toBe('Crash on save');
  expect(textIn(issue?.fields['description'])).toContain('From: Carla Contact <carla@customer.example>');
  expect(issue?.files.map(({ filename }) => filename)).toEqual(['log.txt']);
  expect([...issue!.remoteLinks.values()]).toMatchObject([
    { url: `https://desk.example.com/requests/${requestId}` },
  ]);
  expect(issue?.comments).toHaveLength(0);
  expect(await desk.links(requestId)).toMatchObject([
    { state: 'linked', key: 'DEV-1', status: 'To Do', waitingChanges: 0 },
  ]);

  // Between developers: a note. Marked: a mail, once, however often it is looked at.
  personComment(desk.jira, issue!, desk.dana, 'Null pointer, I bet.');
  personComment(desk.jira, issue!, desk.dana, '#reply\nWhich version is it?');
  smtp.mails.length = 0;
  await desk.pass(11);
  await desk.deliver();
  await desk.deliver();
  expect(smtp.mails.map(({ to }) => to)).toEqual([['carla@customer.example']]);
  expect(smtp.mails[0]?.raw.toString()).toContain('Which version is it?');
  expect(smtp.mails[0]?.raw.toString()).not.toContain('#reply');
  expect(smtp.mails[0]?.raw.toString()).not.toContain('Null pointer');
  expect((await desk.messages(requestId)).map((each: any) => [each.kind, each.text])).toEqual([
    ['inbound', expect.any(String)],
    ['automatic', expect.any(String)],
    ['note', 'Dana Dev wrote on DEV-1:\n\nNull pointer, I bet.'],
    ['outbound', 'Which version is it?\n\n— Dana Dev'],
  ]);

  // The answer by mail becomes a comment; what came from Jira does not go back.
  await desk.mail({
    subject: 'Re: Crash on save',
    text: 'Version 7.',
    inReplyTo: smtp.mails[0]!.internetMessageId,
  });
  await desk.work();
  expect(issue?.comments.map(({ author, body }) => [author.displayName, textIn(body)])).toEqual([
    ['Dana Dev', 'Null pointer, I bet.'],
    ['Dana Dev', '#reply\nWhich version is it?'],
    ['Mailroom Bot', 'Carla Contact <carla@customer.example> wrote:\nVersion 7.'],
  ]);

  issue!.status = 'Done';
  world.touch(issue!);
  await desk.pass(6);
  expect((await desk.ok('GET', `/v1/requests/${requestId}`)).status).toBe('resolved');
  expect(await desk.events(requestId)).toContain('jira.status_changed');

  // Closed, and the contact writes again.
  await desk.ok('POST', `/v1/requests/${requestId}/close`);
  await desk.pass(1);
  const again = await desk.mail({
    subject: 'Re: Crash on save',
    text: 'It is back.',
    inReplyTo: smtp.mails[0]!.internetMessageId,
  });
  expect(again.requestId).not.toBe(requestId);
  await desk.pass(2);
  expect(world.issues).toHaveLength(1);
  expect(await desk.links(again.requestId ?? 0)).toMatchObject([{ key: 'DEV-1', state: 'linked' }]);
  expect(textIn(issue?.comments.at(-1)?.body)).toContain('It is back.');

  personComment(desk.jira, issue!, desk.dana, '#reply Fixed again.');
  await desk.deliver();
  smtp.mails.length = 0;
  await desk.pass(6);
  await desk.deliver();
  expect(smtp.mails.filter(({ raw }) => raw.toString().includes('Fixed again.'))).toHaveLength(1);
});

test('a rule makes an issue of what it hits, and of nothing else', async () => {
  await desk.connect({ always: false });
  const [mailbox] = (await desk.ok('GET', '/v1/mailboxes')).items;
  await desk.ok('POST', `/v1/mailboxes/${mailbox.id}/rules`, {
    name: 'Bugs',
    conditions: [{ field: 'subject', value: ['crash'] }],
    actions: [{ type: 'jira' }],
  });
  await desk.mail({ from: 'dora@customer.example', subject: 'Where is my parcel?' });
  await desk.mail({ from: 'emil@customer.example', subject: 'Crash on save' });
  await desk.pass(1);
  await desk.pass(1);
  expect(desk.jira.world.issues.map(({ fields }) => fields['summary'])).toEqual(['Crash on save']);
});

test('the contact is the reporter and copies watch where Jira knows them, and a request is found by its issue', async () => {
  await desk.connect({ namesReporter: true, copiesWatch: true });
  const { world } = desk.jira;
  const olga = world.addAccount('Olga Ops');
  const from = `Dana <${desk.dana.email}>`;
  const { requestId } = await desk.mail({ from, cc: `${olga.email}, nobody@example.org`, subject: 'Crash' });
  await desk.pass(1);
  const issue = world.issues[0]!;
  expect(issue.fields['reporter']).toEqual({ id: desk.dana.accountId });
  expect([...issue.watchers]).toEqual([olga.accountId]);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked', waitingChanges: 0 }]);

  // Where the field is not on the screen, the issue is made without it.
  world.takesReporters = false;
  await desk.mail({ from: olga.email, subject: 'Another' });
  await desk.mail({ subject: 'Of somebody whom Jira does not know' });
  await desk.pass(2);
  expect(world.issues.map(({ fields }) => fields['reporter'] !== undefined)).toEqual([true, false, false]);

  expect((await desk.ok('GET', `/v1/requests/${requestId}`)).jira).toEqual({
    key: 'DEV-1',
    url: `${desk.siteUrl}/browse/DEV-1`,
    status: 'To Do',
    assignee: null,
    syncedAt: expect.any(String),
  });
  const found = async (query: string) =>
    (await desk.ok('GET', `/v1/requests?${query}`)).items.map(({ jira }: any) => jira.key);
  expect(await found('jiraKey=dev-1')).toEqual(['DEV-1']);
  expect(await found('jiraKey=DEV-1&jiraKey=DEV-2&sort=-jira')).toEqual(['DEV-2', 'DEV-1']);
  expect(await found('q=jira:DEV-3')).toEqual(['DEV-3']);
  expect(await found('jiraKey=DEV-9')).toEqual([]);
});
