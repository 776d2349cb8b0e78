import { expect, test } from 'vitest';
import { personComment, testJiraDesk } from '../support/jira.ts';

const { desk, smtp } = await testJiraDesk();

/** Ann answers the contact, and what she says reaches Jira. */
async function answer(requestId: number | null, text: string) {
  await desk.ok('POST', `/v1/requests/${requestId}/messages`, { text }, desk.ann.token);
  await desk.deliver();
  await desk.deliver();
  await desk.pass(2);
  return desk.jira.world.issues[0]!.comments.at(-1)!.body;
}

test('whom an operator names by an @ is called in Jira, when Jira surely knows them', async () => {
  await desk.connect();
  const { world } = desk.jira;
  const [first, second] = [world.addAccount('Kim Lee'), world.addAccount('Kim Lee Park')];
  world.addAccount('Kim Bot', 'app');
  const { requestId } = await desk.mail();
  await desk.pass(1);
  const body = JSON.stringify(
    await answer(requestId, 'With @Dana and @Kim Lee Park, not @Kim, @Nobody or me@dana.example.'),
  );
  const mention = ({ accountId, displayName }: typeof first) =>
    JSON.stringify({ type: 'mention', attrs: { id: accountId, text: `@${displayName}` } });
  expect(body).toContain(mention(desk.dana));
  expect(body).toContain(mention(second));
  expect(body).not.toContain(first.accountId);
  expect(body).toContain('not @Kim, @Nobody or me@dana.example.');
  // The mail says what was written.
  expect(smtp.mails.at(-1)!.raw.toString()).toContain('With @Dana and @Kim Lee Park');
});

test('a contact calls nobody, and a connection that may not look people up comments all the same', async () => {
  await desk.connect();
  const { requestId } = await desk.mail({ text: 'Hello @Dana' });
  await desk.pass(1);
  await desk.mail({ subject: 'Re: The printer is on fire', text: '@Dana Dev, at once!' });
  await desk.pass(2);
  const { fields, comments } = desk.jira.world.issues[0]!;
  expect(comments).toHaveLength(1);
  expect(JSON.stringify([fields['description'], comments[0]!.body])).not.toContain('mention');
  desk.jira.world.mayBrowsePeople = false;
  expect(JSON.stringify(await answer(requestId, 'Ask @Dana.'))).toContain('Ask @Dana.');
});

test('a mention in Jira is read by its name here, and never as an account id', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  desk.clock.advance(1000);
  const kim = desk.jira.world.addAccount('Kim Lee');
  const mention = (attrs: object) => ({ type: 'mention', attrs });
  const content = [
    { type: 'text', text: '#reply Ask ' },
    mention({ id: desk.dana.accountId, text: '@Dana Dev' }),
    mention({ id: kim.accountId }),
    mention({ id: kim.accountId, text: `@${kim.accountId}` }),
    mention({ id: '712020:gone', text: '' }),
  ];
  personComment(desk.jira, desk.jira.world.issues[0]!, desk.dana, '', {
    body: { version: 1, type: 'doc', content: [{ type: 'paragraph', content }] },
  });
  await desk.pass(6);
  await desk.deliver();
  expect((await desk.messages(requestId ?? 0)).at(-1).text).toContain(
    'Ask @Dana Dev@Kim Lee@Kim Lee@somebody',
  );
  expect(smtp.mails.at(-1)!.raw.toString()).not.toContain('712020');
});
