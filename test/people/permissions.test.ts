import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/people/access/actor.ts';
import { ACTIONS, type Action, may } from '../../src/people/access/permissions.ts';
import { type CallOptions, problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();

/** A desk where the caller has a request of their own, somebody else another, and a third is nobody's. */
async function desk(role: Role) {
  const made = testApp(db);
  const found = await insertDesk(db);
  const me = await testOperator(made.deps, { name: 'Me', role });
  const other = await testOperator(made.deps, { name: 'Other' });
  const [free, mine, others] = [await opened(found), await opened(found), await opened(found)];
  await db`update requests set status = 'in_progress', assignee_id = ${me.id} where id = ${mine.id}`;
  await db`update requests set status = 'in_progress', assignee_id = ${other.id} where id = ${others.id}`;
  const call = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
    made.call(method, path, { token: me.token, body, ...options });
  return { ...made, ...found, me, other, free, mine, others, call };
}
type Desk = Awaited<ReturnType<typeof desk>>;

async function opened(found: { readonly mailboxId: number; readonly contactId: number }) {
  const id = await insertRequest(db, found);
  const { messageId } = await insertInbound(db, found, id);
  await insertInbound(db, found, id);
  return { id, messageId, path: `/v1/requests/${id}` };
}

/** What uses an action and nothing else that a role may lack. */
const USES: Readonly<Record<Action, (made: Desk) => Promise<Response>>> = {
  'requests.read': ({ call, free }) => call('GET', free.path),
  'requests.open': ({ call, mailboxId }) =>
    call('POST', '/v1/requests', {
      mailboxId,
      contact: { email: 'new@example.org' },
      subject: 'Your call',
      text: 'As agreed.',
    }),
  'requests.take': ({ call, free }) => call('POST', `${free.path}/take`),
  'requests.take_over': ({ call, others }) => call('POST', `${others.path}/take`, { force: true }),
  'requests.assign': ({ call, free, other }) => call('POST', `${free.path}/assign`, { operatorId: other.id }),
  'requests.reply': ({ call, free }) => call('POST', `${free.path}/messages`, { text: 'Hello' }),
  'requests.note': ({ call, free }) => call('POST', `${free.path}/notes`, { text: 'Called.' }),
  'requests.pend': ({ call, mine }) => call('POST', `${mine.path}/pend`),
  'requests.resolve': ({ call, mine }) => call('POST', `${mine.path}/resolve`, { notes: 'Done.' }),
  'requests.close': ({ call, mine }) => call('POST', `${mine.path}/close`),
  'requests.reopen': async ({ call, mine, clock }) => {
    await db`update requests set status = 'closed', closed_at = ${clock.now()} where id = ${mine.id}`;
    return call('POST', `${mine.path}/reopen`);
  },
  'requests.merge': ({ call, mine, free }) => call('POST', `${mine.path}/merge`, { into: free.id }),
  'requests.split': ({ call, mine }) => call('POST', `${mine.path}/split`, { messageIds: [mine.messageId] }),
  'requests.edit': ({ call, mine }) => call('PATCH', mine.path, { priority: 'P1' }),
  'views.share': ({ call }) => call('POST', '/v1/views', { name: 'All', query: '', shared: true }),
  'contacts.block': ({ call, mine }) => call('POST', `${mine.path}/close`, { block: true }),
  'contacts.read': ({ call, contactId }) => call('GET', `/v1/contacts/${contactId}`),
  'contacts.edit': ({ call, contactId }) => call('PATCH', `/v1/contacts/${contactId}`, { name: 'Mia' }),
  'contacts.export': ({ call, contactId }) => call('GET', `/v1/contacts/${contactId}/export`),
  erase: ({ call, free }) => call('DELETE', free.path),
  'intake.read': ({ call }) => call('GET', '/v1/intake'),
  'intake.decide': async ({ call, mailboxId, clock }) => {
    const [row] = await db<{ id: number }[]>`
      insert into intake (mailbox_id, source_id, arrived_at, outcome, reason, raw, received_at)
      values (${mailboxId}, 'quarantined', ${clock.now()}, 'quarantined', 'no_sender', '', ${clock.now()})
      returning id`;
    return call('POST', `/v1/intake/${row?.id}/discard`);
  },
  'operators.read': ({ call }) => call('GET', '/v1/operators'),
  'operators.add': ({ call }) =>
    call('POST', '/v1/operators', { email: 'new@example.com', name: 'New', role: 'agent' }),
  'operators.edit': ({ call, other }) => call('PATCH', `/v1/operators/${other.id}`, { name: 'Otto' }),
  'tokens.manage': ({ call, other }) => call('POST', `/v1/operators/${other.id}/tokens`, { name: 'x' }),
  'mailboxes.edit': ({ call, mailboxId }) =>
    call('PUT', `/v1/mailboxes/${mailboxId}/templates/created/en`, { text: 'Hello.' }),
  'mailboxes.manage': ({ call }) =>
    call('POST', '/v1/mailboxes', { address: 'sales@example.com', name: 'Sales' }),
};

const ROLES = ['agent', 'lead', 'admin'] as const satisfies readonly Role[];
const CELLS = ACTIONS.flatMap((action) => ROLES.map((role) => ({ action, role })));

describe('the table of permissions', () => {
  test.each(CELLS)('$action by the role $role', async ({ action, role }) => {
    const made = await desk(role);
    const [before] = await db`select count(*) from events`;
    const response = await USES[action](made);
    if (may(made.me.actor, action)) {
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return;
    }
    await problemOf(response, 403, 'forbidden');
    expect(await db`select count(*) from events`).toEqual([before]);
  });

  test('keeps from agents what leads do, and from leads what admins do', () => {
    const actor = (role: Role) => ({
      ...({ kind: 'operator', operatorId: 1, name: '', email: '', mailboxIds: null } as const),
      role,
    });
    const keptFrom = (role: Role) => ACTIONS.filter((action) => !may(actor(role), action));
    const admins = [
      'contacts.export',
      'erase',
      'mailboxes.manage',
      'operators.add',
      'operators.edit',
      'tokens.manage',
    ];
    expect(keptFrom('admin')).toEqual([]);
    expect(keptFrom('lead').toSorted()).toEqual(admins);
    const leads = ['mailboxes.edit', 'requests.assign', 'requests.take_over', 'views.share'];
    expect(keptFrom('agent').toSorted()).toEqual([...admins, ...leads].toSorted());
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
    const elsewhere = await insertDesk(db, 'sales@example.com');
    const eve = await testOperator(made.deps, { name: 'Eve', role, mailboxIds: [elsewhere.mailboxId] });
    const own = await opened(elsewhere);
    const before = await everything();
    for (const [method, path, body] of ON_A_REQUEST) {
      for (const id of [made.free.id, 4711]) {
        const response = await made.call(method, `/v1/requests/${id}${path}`, body, { token: eve.token });
        expect(await problemOf(response, 404, 'not_found')).toMatchObject({
          detail: `There is no request ${id}`,
        });
      }
    }
    const into = await made.call('POST', `${own.path}/merge`, { into: made.free.id }, { token: eve.token });
    await problemOf(into, 404, 'not_found');
    const open = { mailboxId: made.mailboxId, contact: { email: 'a@b.example' }, subject: 'x', text: 'x' };
    const opening = await made.call('POST', '/v1/requests', open, { token: eve.token });
    expect(await problemOf(opening, 400, 'invalid_input')).toMatchObject({
      errors: [{ pointer: '/mailboxId', detail: 'is no mailbox' }],
    });
    expect(await everything()).toEqual(before);
  });
});

async function everything() {
  return {
    requests: await db`select * from requests order by id`,
    messages: await db`select id, request_id from messages order by id`,
    events: await db`select id from events order by id`,
    settings: await db`select * from contact_settings`,
    contacts: await db`select id from contacts`,
  };
}

describe('an operator', () => {
  test('who is deactivated is refused at once, loses the tokens, and hands back what is not done', async () => {
    const made = await desk('admin');
    const closed = await opened(made);
    const { other, others } = made;
    await db`
      update requests set status = 'closed', closed_at = ${made.clock.now()}, assignee_id = ${other.id}
      where id = ${closed.id}`;
    await made.call('POST', `${made.free.path}/assign`, { operatorId: other.id });
    await made.call('POST', `${made.free.path}/resolve`, { notes: 'Done.' });
    expect((await made.call('DELETE', `/v1/operators/${other.id}`)).status).toBe(204);

    await problemOf(
      await made.call('GET', '/v1/operators', undefined, { token: other.token }),
      401,
      'unauthenticated',
    );
    const states = await db<{ id: number; status: string; assigneeId: number | null }[]>`
      select id, status, assignee_id from requests order by id`;
    expect(states).toEqual([
      { id: made.free.id, status: 'resolved', assigneeId: null },
      { id: made.mine.id, status: 'in_progress', assigneeId: made.me.id },
      { id: others.id, status: 'new', assigneeId: null },
      { id: closed.id, status: 'closed', assigneeId: other.id },
    ]);
    expect(await db`select old, new from events where type = 'request.unassigned' order by id`).toHaveLength(
      2,
    );
    expect(await db`select id from tokens where revoked_at is null`).toHaveLength(1);
    const shown = await made.call('GET', `/v1/operators/${other.id}`);
    expect(await shown.json()).toMatchObject({ name: 'Other', active: false });

    const [events] = await db`select count(*) from events`;
    expect((await made.call('DELETE', `/v1/operators/${other.id}`)).status).toBe(204);
    expect(await db`select count(*) from events`).toEqual([events]);
    const back = await made.call('PATCH', `/v1/operators/${other.id}`, { active: true });
    expect(await back.json()).toMatchObject({ active: true });
    await problemOf(
      await made.call('GET', '/v1/operators', undefined, { token: other.token }),
      401,
      'unauthenticated',
    );
  });

  test('who is not active, or does not serve the mailbox, is assigned nothing', async () => {
    const made = await desk('admin');
    const elsewhere = await insertDesk(db, 'sales@example.com');
    const eve = await testOperator(made.deps, { name: 'Eve', mailboxIds: [elsewhere.mailboxId] });
    await made.call('DELETE', `/v1/operators/${made.other.id}`);
    for (const [operatorId, detail] of [
      [eve.id, "does not serve the request's mailbox"],
      [made.other.id, 'is not active'],
      [4711, 'is no operator'],
    ]) {
      const response = await made.call('POST', `${made.free.path}/assign`, { operatorId });
      expect((await problemOf(response, 400, 'invalid_input')).errors).toEqual([
        { pointer: '/operatorId', detail },
      ]);
    }
  });

  test('who no longer serves a mailbox hands back its requests and keeps the others', async () => {
    const made = await desk('admin');
    const elsewhere = await insertDesk(db, 'sales@example.com');
    const kept = await opened(elsewhere);
    await db`update requests set status = 'pending', assignee_id = ${made.other.id} where id = ${kept.id}`;
    const path = `/v1/operators/${made.other.id}`;
    const changes = { role: 'lead', name: ' Otto ', mailboxIds: [elsewhere.mailboxId] };
    expect(await (await made.call('PATCH', path, changes)).json()).toMatchObject({
      ...changes,
      name: 'Otto',
    });
    expect(await db`select id, status from requests where assignee_id = ${made.other.id}`).toEqual([
      { id: kept.id, status: 'pending' },
    ]);
    const [event] = await db`select old, new from events where type = 'operator.edited'`;
    expect(event).toEqual({
      old: { operatorId: made.other.id, name: 'Other', role: 'agent', mailboxIds: null },
      new: { operatorId: made.other.id, ...changes, name: 'Otto' },
    });
    expect((await made.call('GET', made.free.path, undefined, { token: made.other.token })).status).toBe(404);
    for (const [body, pointer] of [
      [{ mailboxIds: [4711] }, '/mailboxIds/0'],
      [{ mailboxIds: [] }, '/mailboxIds'],
      [{ name: ' ' }, '/name'],
      [{ role: 'owner' }, '/role'],
      [{ email: 'x@example.com' }, '/email'],
    ] as const) {
      const problem = await problemOf(await made.call('PATCH', path, body), 400, 'invalid_input');
      expect(problem.errors).toMatchObject([{ pointer }]);
    }
    await problemOf(await made.call('PATCH', '/v1/operators/4711', { name: 'x' }), 404, 'not_found');
  });

  test('who is an admin of some mailboxes gives nobody more, and takes nobody’s place who has more', async () => {
    const made = await desk('admin');
    const elsewhere = await insertDesk(db, 'sales@example.com');
    const own = [elsewhere.mailboxId];
    const { token, id } = await testOperator(made.deps, { name: 'Eve', role: 'admin', mailboxIds: own });
    const bob = { email: 'bob@example.com', name: 'Bob', role: 'admin', mailboxIds: own };
    const made201 = await made.call('POST', '/v1/operators', bob, { token });
    const { id: bobId } = (await made201.json()) as { id: number };
    expect((await made.call('POST', `/v1/operators/${bobId}/tokens`, { name: 'x' }, { token })).status).toBe(
      201,
    );
    for (const [method, path, body] of [
      ['PATCH', `/v1/operators/${id}`, { mailboxIds: null }],
      ['PATCH', `/v1/operators/${bobId}`, { mailboxIds: [made.mailboxId] }],
      ['PATCH', `/v1/operators/${made.me.id}`, { role: 'agent' }],
      ['DELETE', `/v1/operators/${made.other.id}`],
      ['POST', '/v1/operators', { ...bob, email: 'rob@example.com', mailboxIds: null }],
      ['POST', '/v1/operators', { ...bob, email: 'rob@example.com', mailboxIds: [4711] }],
      ['POST', `/v1/operators/${made.me.id}/tokens`, { name: 'x' }],
      ['DELETE', `/v1/operators/${made.me.id}/tokens/${made.me.tokenId}`],
    ] as const) {
      await problemOf(await made.call(method, path, body, { token }), 403, 'forbidden');
    }
  });

  test('who is the last active admin stays one, also when two step down at once', async () => {
    const made = await desk('admin');
    const own = `/v1/operators/${made.me.id}`;
    await problemOf(await made.call('DELETE', own), 409, 'wrong_state');
    await problemOf(await made.call('PATCH', own, { role: 'lead' }), 409, 'wrong_state');
    const ada = await testOperator(made.deps, { name: 'Ada', role: 'admin' });
    const answers = await Promise.all([
      made.call('DELETE', own),
      made.call('PATCH', `/v1/operators/${ada.id}`, { role: 'agent' }),
    ]);
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(await db`select id from operators where role = 'admin' and active`).toHaveLength(1);
  });
});
