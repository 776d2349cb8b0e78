import { afterAll, describe, expect, test } from 'vitest';
import { ROLES } from '../../src/people/access/actor.ts';
import { ACTIONS } from '../../src/people/access/permissions.ts';
import { problemOf } from '../support/app.ts';
import { keptRolesDesk, opened, requestersPool } from '../support/roles-desk.ts';
import { TABLE } from '../support/permission-table.ts';
import { testDatabase } from '../support/database.ts';
import { otherTeam } from '../support/desk.ts';

const database = await testDatabase();
const { db } = database;

afterAll(() => requestersPool.close());

const desk = keptRolesDesk(database);

const rowsOf = (allowed: boolean) =>
  Object.entries(TABLE).filter(([, row]) => (row.requester ?? false) === allowed);
const CELLS = [
  ...rowsOf(false).flatMap(([action, row]) => ROLES.map((role) => ({ action, role, row, may: row[role] }))),
  ...rowsOf(true).map(([action, row]) => ({ action, role: 'requester' as const, row, may: true })),
];

describe('the table of permissions', () => {
  test.each(CELLS)('$action by the role $role: $may', async ({ role, row, may }) => {
    const made = await desk(role);
    const told = async () =>
      (await db<{ type: string }[]>`select type from events order by id`).map(({ type }) => type);
    const before = await told();
    const rows = may ? null : await everything();
    const response = await row.use(made);
    if (may) {
      expect(response.status).toBe(row.status);
      if (row.shows !== undefined) expect(await response.json()).toMatchObject(row.shows(made) as object);
      expect((await told()).slice(before.length)).toEqual(row.events);
      return;
    }
    await problemOf(response, 403, 'forbidden');
    expect(await told()).toEqual(before);
    expect(await everything()).toEqual(rows);
  });

  test.each(['requester', ...ROLES] as const)('gives the role %s nothing of the other side', async (role) => {
    const made = await desk(role);
    const left = async () => ({ ...(await everything()), requests: null });
    const before = await left();
    for (const [, row] of rowsOf(role !== 'requester'))
      await problemOf(await row.use(made), 403, 'forbidden');
    expect(await left()).toEqual(before);
  });

  test('has a row for every action', () => {
    expect(Object.keys(TABLE).toSorted()).toEqual(ACTIONS.toSorted());
  });
});

const ON_A_REQUEST: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['GET', ''],
  ['GET', '/messages'],
  ['GET', '/events'],
  ['PATCH', '', { priority: 'P1' }],
  ['POST', '/take'],
  ['POST', '/take', { force: true }],
  ['POST', '/assign', { operatorId: 1 }],
  ['POST', '/unassign'],
  ['POST', '/escalate', { teamId: 1, reason: 'Lost.' }],
  ['DELETE', '/escalate'],
  ['POST', '/pend'],
  ['POST', '/resolve', { notes: 'Done.' }],
  ['POST', '/close', { block: true }],
  ['POST', '/reopen'],
  ['POST', '/merge', { into: 2 }],
  ['POST', '/unmerge'],
  ['POST', '/split', { messageIds: [1] }],
  ['POST', '/messages', { text: 'Hello' }],
  ['POST', '/notes', { text: 'Hello' }],
  ['GET', '/drafts/reply'],
  ['PUT', '/drafts/reply', { version: 0, text: 'Hello' }],
  ['DELETE', '/drafts/note'],
  ['PUT', '/read-mark'],
  ['DELETE', '/read-mark'],
];

describe('a request of a mailbox that one does not serve', () => {
  test.each(ROLES)('does not exist for the role %s, whatever is tried', async (role) => {
    const made = await desk('admin');
    const { eve, ...elsewhere } = await otherTeam(made.deps, { role });
    const own = await opened(db, elsewhere);
    const before = await everything();
    for (const [method, path, body] of ON_A_REQUEST) {
      for (const id of [made.free.id, 4711]) {
        const response = await made.call(method, `/v1/requests/${id}${path}`, body, { token: eve.token });
        expect(await problemOf(response, 404, 'not_found')).toMatchObject({
          detail: `There is no request ${id}.`,
        });
      }
    }
    const into = await made.call('POST', `${own.path}/merge`, { into: made.free.id }, { token: eve.token });
    await problemOf(into, 404, 'not_found');
    const open = { mailboxId: made.mailboxId, contact: { email: 'a@b.example' }, subject: 'x', text: 'x' };
    const opening = await made.call('POST', '/v1/requests', open, { token: eve.token });
    expect(await problemOf(opening, 400, 'invalid_input')).toMatchObject({
      errors: [{ pointer: '/mailboxId', detail: 'is not a mailbox' }],
    });
    expect(await everything()).toEqual(before);
  });

  test.each(ROLES)('shows by no answer to the role %s that its messages exist', async (role) => {
    const made = await desk('admin');
    const { eve } = await otherTeam(made.deps, { role });
    const reply = await made.call('POST', `${made.mine.path}/messages`, { text: 'Hello', holdSeconds: 60 });
    const { id } = (await reply.json()) as { id: number };
    for (const [method, path, body] of [
      ['PATCH', '', { text: 'Hi' }],
      ['DELETE', ''],
      ['POST', '/take-back'],
      ['POST', '/scan'],
      ['GET', '/raw'],
    ] as const) {
      const said = async (messageId: number) => {
        const call = made.call(method, `/v1/messages/${messageId}${path}`, body, { token: eve.token });
        const { status, detail } = (await (await call).json()) as { status: number; detail: string };
        return { status, detail: detail.replaceAll(String(messageId), 'n') };
      };
      expect(await said(id)).toEqual(await said(471_100 + id));
    }
  });
});

async function everything() {
  return {
    requests: await db`select * from requests order by id`,
    messages: await db`select id, request_id from messages order by id`,
    events: await db`select id from events order by id`,
    settings: await db`select * from contact_settings`,
    contacts: await db`select id, name from contacts`,
    operators: await db`select * from operators order by id`,
    tokens: await db`select id, operator_id, revoked_at from tokens order by id`,
    mailboxes: await db`select id, name from mailboxes order by id`,
    templates: await db`select * from templates`,
    views: await db`select * from views`,
    teams: await db`select * from teams`,
    escalations: await db`select * from escalations`,
  };
}
