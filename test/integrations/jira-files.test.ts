import { expect, test } from 'vitest';
import { personComment, testJiraDesk } from '../support/jira.ts';

const { desk, smtp } = await testJiraDesk();

const bytes = (length: number) => new Uint8Array(length).fill(65);

test('files in Jira reach the request, those that a marked comment names the contact, and large ones stay', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.deliver();
  smtp.mails.length = 0;
  const [issue] = desk.jira.world.issues;
  desk.clock.advance(1000);
  const attach = (name: string, length: number) =>
    desk.jira.addFile(desk.jira.world, issue!, desk.dana, {
      name,
      type: 'text/plain',
      content: bytes(length),
    });
  attach('patch.txt', 20);
  attach('internal.txt', 30);
  attach('huge.txt', 10_000_001);
  personComment(desk.jira, issue!, desk.dana, '#reply Please try patch.txt');
  await desk.pass(11);
  await desk.deliver();
  expect(smtp.mails).toHaveLength(1);
  const mail = smtp.mails[0]!.raw.toString();
  expect(mail).toContain('patch.txt');
  expect(mail).not.toContain('internal.txt');
  const heard = (await desk.messages(requestId ?? 0)).slice(-3);
  expect(
    heard.map((each: any) => [
      each.kind,
      each.text.split('\n')[0],
      each.attachments.map((file: any) => file.name),
    ]),
  ).toEqual([
    ['outbound', 'Please try patch.txt', ['patch.txt']],
    ['note', 'Dana Dev attached internal.txt to DEV-1.', ['internal.txt']],
    ['note', 'Dana Dev attached huge.txt to DEV-1; it is too large to be copied.', []],
  ]);
  // What came from Jira does not go back to it.
  expect(issue?.files).toHaveLength(3);
});
