import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/people/access/actor.ts';
import { ACTIONS, type Action } from '../../src/people/access/permissions.ts';
import { problemOf } from '../support/app.ts';
import { opened, rolesDesk, type RolesDesk } from '../support/roles-desk.ts';
import { testDatabase } from '../support/database.ts';
import { otherTeam } from '../support/desk.ts';

const { db } = await testDatabase();

const desk = (role: Role) => rolesDesk(db, role);
type Desk = RolesDesk;

/** A use of an action and of nothing else that a role may lack, who may, and what it then leaves. */
type Row = {
  readonly agent: boolean;
  readonly lead: boolean;
  readonly admin: boolean;
  readonly use: (made: Desk) => Promise<Response>;
  readonly status: number;
  /** The events it leaves, and no others. */
  readonly events: readonly string[];
  /** What the answer says, where there is one. */
  readonly shows?: (made: Desk) => unknown;
};

const EVERYBODY = { agent: true, lead: true, admin: true };
const LEADS = { agent: false, lead: true, admin: true };
const ADMINS = { agent: false, lead: false, admin: true };

/** One that is not asked for anything before somebody consents. */
const CONNECTION = {
  kind: 'oauth',
  name: 'Jira',
  siteUrl: 'https://example.atlassian.net',
  clientId: 'client',
  clientSecret: 'secret',
};

const TABLE: Readonly<Record<Action, Row>> = {
  'requests.read': {
    ...EVERYBODY,
    use: ({ call, free }) => call('GET', free.path),
    status: 200,
    events: [],
    shows: ({ free }) => ({ id: free.id, status: 'new' }),
  },
  'requests.open': {
    ...EVERYBODY,
    use: ({ call, mailboxId }) =>
      call('POST', '/v1/requests', {
        mailboxId,
        contact: { email: 'new@example.org' },
        subject: 'Your call',
        text: 'As agreed.',
      }),
    status: 201,
    events: ['request.opened', 'message.sent'],
    shows: ({ me }) => ({ status: 'in_progress', assignee: { id: me.id } }),
  },
  'requests.take': {
    ...EVERYBODY,
    use: ({ call, free }) => call('POST', `${free.path}/take`),
    status: 200,
    events: ['request.taken', 'notice.queued'],
    shows: ({ me }) => ({ status: 'in_progress', assignee: { id: me.id } }),
  },
  'requests.take_over': {
    ...LEADS,
    use: ({ call, others }) => call('POST', `${others.path}/take`, { force: true }),
    status: 200,
    events: ['request.taken', 'notice.queued'],
    shows: ({ me }) => ({ assignee: { id: me.id } }),
  },
  'requests.assign': {
    ...LEADS,
    use: ({ call, free, other }) => call('POST', `${free.path}/assign`, { operatorId: other.id }),
    status: 200,
    events: ['request.assigned'],
    shows: ({ other }) => ({ assignee: { id: other.id } }),
  },
  'requests.reply': {
    ...EVERYBODY,
    use: ({ call, free }) => call('POST', `${free.path}/messages`, { text: 'Hello' }),
    status: 201,
    events: ['message.replied'],
    shows: ({ me }) => ({ kind: 'outbound', author: { id: me.id } }),
  },
  'requests.note': {
    ...EVERYBODY,
    use: ({ call, free }) => call('POST', `${free.path}/notes`, { text: 'Called.' }),
    status: 201,
    events: ['message.noted'],
    shows: ({ me }) => ({ kind: 'note', author: { id: me.id } }),
  },
  'requests.pend': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('POST', `${mine.path}/pend`),
    status: 200,
    events: ['request.pended'],
    shows: () => ({ status: 'pending' }),
  },
  'requests.resolve': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('POST', `${mine.path}/resolve`, { notes: 'Done.' }),
    status: 200,
    events: ['request.resolved', 'message.noted'],
    shows: () => ({ status: 'resolved' }),
  },
  'requests.close': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('POST', `${mine.path}/close`),
    status: 200,
    events: ['request.closed', 'notice.queued'],
    shows: () => ({ status: 'closed' }),
  },
  'requests.reopen': {
    ...EVERYBODY,
    use: async ({ call, mine, clock }) => {
      await db`update requests set status = 'closed', closed_at = ${clock.now()} where id = ${mine.id}`;
      return call('POST', `${mine.path}/reopen`);
    },
    status: 200,
    events: ['request.reopened'],
    shows: ({ me }) => ({ status: 'in_progress', assignee: { id: me.id } }),
  },
  'requests.merge': {
    ...EVERYBODY,
    use: ({ call, mine, free }) => call('POST', `${mine.path}/merge`, { into: free.id }),
    status: 200,
    events: ['request.merged', 'request.absorbed'],
    shows: () => ({ status: 'closed', messageCount: 0 }),
  },
  'requests.split': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('POST', `${mine.path}/split`, { messageIds: [mine.messageId] }),
    status: 201,
    events: ['request.split', 'request.opened'],
    shows: () => ({ status: 'new', messageCount: 1 }),
  },
  'requests.edit': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('PATCH', mine.path, { priority: 'P1' }),
    status: 200,
    events: ['request.edited'],
    shows: () => ({ priority: 'P1' }),
  },
  'policies.read': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/policies?limit=1'),
    status: 200,
    events: [],
    shows: ({ mailboxId }) => ({ items: [{ mailbox: { id: mailboxId }, priority: 'P1' }] }),
  },
  'policies.edit': {
    ...LEADS,
    use: ({ call }) => call('PATCH', '/v1/policies/1', { resolutionMinutes: 30 }),
    status: 200,
    events: ['policy.edited'],
    shows: () => ({ resolutionMinutes: 30 }),
  },
  'calendars.read': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/calendars'),
    status: 200,
    events: [],
    shows: () => ({ items: [] }),
  },
  'calendars.edit': {
    ...LEADS,
    use: ({ call }) =>
      call('POST', '/v1/calendars', {
        name: 'Office hours',
        timeZone: 'Europe/Berlin',
        hours: [{ weekday: 1, from: '09:00', to: '17:00' }],
      }),
    status: 201,
    events: ['calendar.added'],
    shows: () => ({ name: 'Office hours' }),
  },
  'views.share': {
    ...LEADS,
    use: ({ call }) => call('POST', '/v1/views', { name: 'All', query: '', shared: true }),
    status: 201,
    events: ['view.added'],
    shows: () => ({ name: 'All', shared: true }),
  },
  'canned_replies.share': {
    ...LEADS,
    use: ({ call }) => call('POST', '/v1/canned-replies', { scope: 'desk', name: 'Hello', text: 'Hello.' }),
    status: 201,
    events: ['canned_reply.added'],
    shows: () => ({ scope: 'desk', mailbox: null }),
  },
  'contacts.block': {
    ...EVERYBODY,
    use: ({ call, mine }) => call('POST', `${mine.path}/close`, { block: true }),
    status: 200,
    events: ['contact.blocked', 'request.closed'],
    shows: () => ({ status: 'closed' }),
  },
  'contacts.read': {
    ...EVERYBODY,
    use: ({ call, contactId }) => call('GET', `/v1/contacts/${contactId}`),
    status: 200,
    events: [],
    shows: ({ contactId }) => ({ id: contactId }),
  },
  'contacts.edit': {
    ...EVERYBODY,
    use: ({ call, contactId }) => call('PATCH', `/v1/contacts/${contactId}`, { name: 'Mia' }),
    status: 200,
    events: ['contact.renamed'],
    shows: () => ({ name: 'Mia' }),
  },
  'contacts.export': {
    ...ADMINS,
    use: ({ call, contactId }) => call('GET', `/v1/contacts/${contactId}/export`),
    status: 200,
    events: [],
  },
  erase: {
    ...ADMINS,
    use: ({ call, free }) => call('DELETE', free.path),
    status: 204,
    events: ['request.erased'],
  },
  'intake.read': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/intake?total=true'),
    status: 200,
    events: [],
    shows: () => ({ total: 6 }),
  },
  'intake.decide': {
    ...EVERYBODY,
    use: async ({ call, mailboxId, clock }) => {
      const [row] = await db<{ id: number }[]>`
        insert into intake (mailbox_id, source_id, arrived_at, outcome, reason, raw, received_at)
        values (${mailboxId}, 'quarantined', ${clock.now()}, 'quarantined', 'no_sender', '', ${clock.now()})
        returning id`;
      return call('POST', `/v1/intake/${row?.id}/discard`);
    },
    status: 200,
    events: ['intake.discarded'],
    shows: () => ({ outcome: 'discarded' }),
  },
  'operators.read': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/operators?total=true'),
    status: 200,
    events: [],
    shows: () => ({ total: 2 }),
  },
  'operators.add': {
    ...ADMINS,
    use: ({ call }) =>
      call('POST', '/v1/operators', { email: 'new@example.com', name: 'New', role: 'agent' }),
    status: 201,
    events: ['operator.added'],
    shows: () => ({ email: 'new@example.com', active: true }),
  },
  'operators.edit': {
    ...ADMINS,
    use: ({ call, other }) => call('PATCH', `/v1/operators/${other.id}`, { name: 'Otto' }),
    status: 200,
    events: ['operator.edited'],
    shows: ({ other }) => ({ id: other.id, name: 'Otto' }),
  },
  'tokens.manage': {
    ...ADMINS,
    use: ({ call, other }) => call('POST', `/v1/operators/${other.id}/tokens`, { name: 'x' }),
    status: 201,
    events: ['token.created'],
    shows: ({ other }) => ({ operatorId: other.id, token: expect.stringMatching(/^mr_/) }),
  },
  'mailboxes.edit': {
    ...LEADS,
    use: ({ call, mailboxId }) =>
      call('PUT', `/v1/mailboxes/${mailboxId}/templates/created/en`, { text: 'Hello.' }),
    status: 200,
    events: ['template.set'],
    shows: () => ({ text: 'Hello.' }),
  },
  'mailboxes.manage': {
    ...ADMINS,
    use: ({ call }) => call('POST', '/v1/mailboxes', { address: 'sales@example.com', name: 'Sales' }),
    status: 201,
    events: ['mailbox.added'],
    shows: () => ({ address: 'sales@example.com' }),
  },
  'webhooks.manage': {
    ...ADMINS,
    use: ({ call }) => call('POST', '/v1/webhooks', { url: 'https://example.com/events' }),
    status: 201,
    events: ['webhook.added'],
    shows: () => ({ url: 'https://example.com/events', enabled: true, waitingCount: 0 }),
  },
  'jira.link': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/connections'),
    status: 200,
    events: [],
    shows: () => ({ items: [] }),
  },
  'jira.watch': {
    ...LEADS,
    use: ({ call, mailboxId }) => call('GET', `/v1/mailboxes/${mailboxId}/jira`),
    status: 200,
    events: [],
    shows: () => ({ mapping: null }),
  },
  'jira.connect_own': {
    ...EVERYBODY,
    use: ({ call }) => call('POST', '/v1/connections', { ...CONNECTION, personal: true }),
    status: 201,
    events: ['jira.connected'],
    shows: () => ({ state: 'pending', personal: true }),
  },
  'jira.manage': {
    ...ADMINS,
    use: ({ call }) => call('POST', '/v1/connections', CONNECTION),
    status: 201,
    events: ['jira.connected'],
    shows: () => ({ state: 'pending', personal: false }),
  },
};

const ROLES = ['agent', 'lead', 'admin'] as const satisfies readonly Role[];
const CELLS = Object.entries(TABLE).flatMap(([action, row]) =>
  ROLES.map((role) => ({ action, role, row, may: row[role] })),
);

describe('the table of permissions', () => {
  test.each(CELLS)('$action by the role $role: $may', async ({ role, row, may }) => {
    const made = await desk(role);
    const told = async () =>
      (await db<{ type: string }[]>`select type from events order by id`).map(({ type }) => type);
    const before = await told();
    const rows = await everything();
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
  };
}
