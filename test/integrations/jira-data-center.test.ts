import { expect, test } from 'vitest';
import { personComment, testJiraDesk } from '../support/jira.ts';

const { desk, smtp } = await testJiraDesk({ deployment: 'data_center' });

test('the whole story holds with Jira Data Center', async () => {
  const connection = await desk.connect({ watchers: ['dana.dev', 'nobody'] });
  expect(connection).toMatchObject({ account: 'Mailroom Bot', state: 'active' });
  const { world } = desk.jira;
  const { requestId } = await desk.mail({ subject: 'Crash', text: '*bold* {code} C:\\x\nh1. no title' });
  await desk.pass(1);
  const issue = world.issues[0]!;
  expect(issue.fields['description']).toContain('\\*bold\\* \\{code\\} C:&#92;x\nh1&#46; no title');
  expect([...issue.watchers]).toEqual(['dana.dev']);
  expect(await desk.links(requestId ?? 0)).toMatchObject([
    { state: 'linked', key: 'DEV-1', waitingChanges: 0 },
  ]);

  desk.clock.advance(1000);
  // A file of the same person goes with the comment that names it; its bytes lie outside the API.
  const content = new TextEncoder().encode('a patch');
  desk.jira.addFile(world, issue, desk.dana, { name: 'fix 1.patch', type: 'text/plain', content });
  personComment(
    desk.jira,
    issue,
    desk.dana,
    '#reply\nTry *fix 1.patch*, see [the wiki|https://wiki.example/x].',
  );
  personComment(desk.jira, issue, desk.dana, '#reply not for customers', {
    properties: [{ key: 'sd.public.comment', value: { internal: true } }],
  });
  await desk.deliver();
  smtp.mails.length = 0;
  await desk.pass(6);
  await desk.deliver();
  expect(smtp.mails).toHaveLength(1);
  const mail = smtp.mails[0]!.raw.toString();
  expect(mail).toContain('see the wiki (https://wiki.example/x)');
  expect(mail).toContain('filename="fix 1.patch"');
  const messages = await desk.messages(requestId ?? 0);
  expect(messages.map(({ kind }: { kind: string }) => kind)).toEqual([
    'inbound',
    'automatic',
    'outbound',
    'note',
  ]);
  expect(messages[2].attachments).toMatchObject([{ name: 'fix 1.patch', size: content.length }]);

  // An answer whose call was lost is known by its property, and is one comment.
  desk.jira.faults.order('lost', 'POST', /\/comment$/);
  await desk.mail({ subject: 'Re: Crash', text: 'It works.', inReplyTo: smtp.mails[0]!.internetMessageId });
  await desk.pass(3);
  expect(issue.comments.filter(({ author }) => author === desk.jira.bot).map(({ body }) => body)).toEqual([
    expect.stringContaining('It works.'),
  ]);

  issue.status = 'Done';
  world.touch(issue);
  await desk.pass(6);
  expect((await desk.ok('GET', `/v1/requests/${requestId}`)).status).toBe('resolved');
});

test('an issue whose answer was lost is found by the old search, and issues are looked at in turn by one call', async () => {
  await desk.connect();
  desk.jira.faults.order('lost', 'POST', /\/issue$/);
  await desk.mail({ from: 'dora@customer.example' });
  await desk.pass(3);
  await desk.mail({ from: 'emil@customer.example' });
  await desk.pass(6);
  expect(desk.jira.world.issues).toHaveLength(2);
  expect(desk.jira.world.issues.map(({ properties }) => properties.has('mailroom'))).toEqual([true, true]);
  desk.jira.calls.length = 0;
  await desk.pass(6);
  // One for what changed, one for all in turn: neither issue is read by itself.
  expect(desk.jira.calls).toEqual(['POST /search', 'POST /search']);

  desk.jira.world.issues.splice(0, 1);
  await desk.pass(6);
  const [links] = await desk.db`select count(*) filter (where state = 'broken') as broken from jira_issues`;
  expect(links).toEqual({ broken: 1 });
});

test('the check of a Data Center connection and its mappings holds', async () => {
  const { id } = await desk.connect();
  const { items } = await desk.ok('GET', `/v1/connections/${id}/projects`);
  expect(items.map(({ key }: { key: string }) => key)).toEqual(['DEV', 'OPS']);
  const refused = await desk.call('PUT', `/v1/mailboxes/${desk.mailbox.id}/jira`, {
    token: desk.ada.token,
    body: { connectionId: id, projectKey: 'OPS', issueTypeId: '10001' },
  });
  expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/fields/customfield_10010' }] });
});

test('the mapping page offers the projects and types of Data Center, and asks for a field that is missing', async () => {
  const { id } = await desk.connect(null);
  const page = await (await desk.page(`/settings/jira/${id}`)).text();
  expect(page).toMatch(/<option value="project:OPS"[^>]*>\s*Project Operations \(OPS\)/);
  expect(page).toMatch(/<option value="Bug"/);

  const form = {
    verb: 'save', mailboxId: String(desk.mailbox.id), target: 'project:OPS', issueType: 'Bug', tells: 'contact', hears: 'none',
  }; // prettier-ignore
  const refused = await desk.page(`/settings/jira/${id}/mapping`, form);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toMatch(/Team\s*<select name="field:customfield_10010">/);
  const more = { ...form, fieldIds: 'customfield_10010', 'field:customfield_10010': '31' };
  expect((await desk.page(`/settings/jira/${id}/mapping`, more)).status).toBe(303);
  expect((await desk.ok('GET', `/v1/mailboxes/${desk.mailbox.id}/jira`)).mapping).toMatchObject({
    projectKey: 'OPS',
    issueType: 'Bug',
    fields: { customfield_10010: { id: '31' } },
  });
});
