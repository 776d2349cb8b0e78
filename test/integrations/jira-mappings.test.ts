import { expect, test } from 'vitest';
import { problemOf } from '../support/app.ts';
import { MAPPING, testJiraDesk, textIn } from '../support/jira.ts';

const { desk } = await testJiraDesk();

const put = (connection: { id: number }, body: object) =>
  desk.call('PUT', `/v1/mailboxes/${desk.mailbox.id}/jira`, {
    token: desk.ada.token,
    body: { connectionId: connection.id, ...body },
  });

const errorsOf = async (response: Response): Promise<string[]> => {
  const { errors } = (await problemOf(response, 400, 'invalid_input')) as {
    errors?: { pointer: string; detail: string }[];
  };
  return (errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
};

test('a mapping that lacks a field Jira asks for is refused, and names all that is wrong', async () => {
  const connection = await desk.connect(null);
  expect(
    await errorsOf(await put(connection, { ...MAPPING, projectKey: 'OPS', priorities: { P1: '77' } })),
  ).toEqual([
    expect.stringMatching(
      /^\/fields\/customfield_10010 is missing: Jira requires “Team” .*, one of: Team A, Team B$/,
    ),
    '/priorities/P1 is not the id of a priority in this project',
  ]);
  expect(await errorsOf(await put(connection, { ...MAPPING, fields: { customfield_9: 1 } }))).toHaveLength(1);
  await problemOf(await put(connection, { ...MAPPING, projectKey: 'NONE' }), 502, 'jira_refused');
});

test('values of fields are taken as people write them, and put as Jira takes them', async () => {
  const connection = await desk.connect(null);
  const ops = { ...MAPPING, projectKey: 'OPS' };
  expect(await errorsOf(await put(connection, { ...ops, fields: { customfield_10010: 'Team C' } }))).toEqual([
    '/fields/customfield_10010 must be one of: Team A, Team B',
  ]);
  const fields = { customfield_10010: 'Team B', customfield_10011: 'One\n\nTwo', customfield_10012: '7' };
  const { mapping } = (await (await put(connection, { ...ops, fields })).json()) as { mapping: object };
  expect(mapping).toMatchObject({ fields: { customfield_10010: { id: '32' }, customfield_10012: 7 } });
  // What is answered can be put again.
  expect((await put(connection, mapping)).status).toBe(200);
  await desk.mail();
  await desk.pass(1);
  const issue = desk.jira.world.issues[0]!;
  expect(issue.fields).toMatchObject({ customfield_10010: { id: '32' }, customfield_10012: 7 });
  expect(textIn(issue.fields['customfield_10011'])).toContain('Two');
});

test('a board and a type are named as people say it', async () => {
  const connection = await desk.connect(null);
  const { items } = await desk.ok('GET', `/v1/connections/${connection.id}/boards`);
  expect(items).toEqual([
    { id: '1', name: 'Support board', projectKey: 'DEV' },
    { id: '2', name: 'Operations', projectKey: 'OPS' },
  ]);
  const projects = await desk.ok('GET', `/v1/connections/${connection.id}/projects`);
  expect(projects.items[0]).toMatchObject({ key: 'DEV', issueTypes: [{ name: 'Task' }, { name: 'Bug' }] });
  const saved = await put(connection, { board: 'support BOARD', issueType: 'bug', always: true });
  expect(await saved.json()).toMatchObject({
    mapping: { board: 'Support board', projectKey: 'DEV', issueTypeId: '10002', issueType: 'Bug' },
  });
  await desk.mail();
  await desk.pass(1);
  expect(desk.jira.world.issues).toMatchObject([{ project: 'DEV', typeId: '10002' }]);

  for (const [body, error] of [
    [{ board: 'Nowhere', issueType: 'Bug' }, '/board is not a board that this connection sees'],
    [
      { board: 'Everything of mine', issueType: 'Bug' },
      '/board belongs to no project: name the project instead',
    ],
    [{ projectKey: 'DEV', issueType: 'Epic' }, '/issueType is not an issue type of DEV, which has Task, Bug'],
    [{ projectKey: 'DEV' }, '/issueType is required: the name of an issue type'],
    [{ issueType: 'Bug' }, '/projectKey is required unless a board is named'],
    [
      { board: 'Operations', projectKey: 'DEV', issueType: 'Bug' },
      '/projectKey is not the project of the board, which is OPS',
    ],
    [
      { projectKey: 'DEV', issueTypeId: '10001', issueType: 'Bug' },
      '/issueTypeId is not an issue type of DEV, which has Task, Bug',
    ],
  ] as const)
    expect(await errorsOf(await put(connection, body))).toEqual([error]);
  desk.jira.world.boards.push({ id: 4, name: 'Operations', projectKey: 'DEV' });
  expect(await errorsOf(await put(connection, { board: 'Operations', issueType: 'Bug' }))).toEqual([
    '/board names several boards: name the project instead',
  ]);
});

test('the console offers boards, projects and types by name, and asks for a field that is missing', async () => {
  const { id } = await desk.connect(null);
  const page = await (await desk.page(`/settings/jira/${id}`)).text();
  expect(page).toMatch(/<option value="board:Support board"[^>]*>\s*Board Support board \(DEV\)/);
  expect(page).toMatch(/<option value="project:OPS"[^>]*>\s*Project Operations \(OPS\)/);
  expect(page).toMatch(/<option value="Bug"/);

  const form = {
    verb: 'save', mailboxId: String(desk.mailbox.id), target: 'board:Operations', issueType: 'Bug', always: 'yes',
    tells: 'contact', hears: 'none', labels: 'desk  mail', watchers: 'dana.dev@example.com',
  }; // prettier-ignore
  const refused = await desk.page(`/settings/jira/${id}/mapping`, form);
  expect(refused.status).toBe(422);
  const again = await refused.text();
  expect(again).toMatch(/Team\s*<select name="field:customfield_10010">/);
  expect(again).toMatch(/<option value="board:Operations" selected/);
  expect(again).toMatch(/Jira requires “Team”/);
  const more = { ...form, fieldIds: 'customfield_10010', 'field:customfield_10010': 'Team A' };
  expect((await desk.page(`/settings/jira/${id}/mapping`, more)).status).toBe(303);
  expect((await desk.ok('GET', `/v1/mailboxes/${desk.mailbox.id}/jira`)).mapping).toMatchObject({
    board: 'Operations', projectKey: 'OPS', issueType: 'Bug', always: true, tells: 'contact', hears: 'none',
    labels: ['desk', 'mail'], watchers: ['dana.dev@example.com'], fields: { customfield_10010: { id: '31' } },
  }); // prettier-ignore
  // Saved once more as it is shown, the field keeps its value.
  expect(await (await desk.page(`/settings/jira/${id}`)).text()).toMatch(/<option value="31" selected/);
  const kept = { ...more, 'field:customfield_10010': '31' };
  expect((await desk.page(`/settings/jira/${id}/mapping`, kept)).status).toBe(303);
  expect((await desk.ok('GET', `/v1/mailboxes/${desk.mailbox.id}/jira`)).mapping.fields).toEqual({
    customfield_10010: { id: '31' },
  });
});

test('an app without the scope for boards stays connected, and projects are named instead', async () => {
  const { id } = await desk.connect(null, { token: `scoped-${desk.jira.bot.apiToken}` });
  desk.jira.world.showsBoards = false;
  const refused = await desk.call('GET', `/v1/connections/${id}/boards`, { token: desk.ada.token });
  expect((await problemOf(refused, 502, 'jira_refused')).detail).toContain('name the project instead');
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ state: 'active' });
});
