import { expect } from 'vitest';
import type { Action } from '../../src/people/access/permissions.ts';
import { RETENTION } from './contract-rules.ts';
import { CONNECTION, type RolesDesk } from './roles-desk.ts';

/** A use of an action and of nothing else that a role may lack, who may, and what it then leaves. */
export type Row = {
  readonly requester?: true;
  readonly agent: boolean;
  readonly lead: boolean;
  readonly manager: boolean;
  readonly admin: boolean;
  readonly use: (made: RolesDesk) => Promise<Response>;
  readonly status: number;
  /** The events it leaves, and no others. */
  readonly events: readonly string[];
  /** What the answer says, where there is one. */
  readonly shows?: (made: RolesDesk) => unknown;
};

const EVERYBODY = { agent: true, lead: true, manager: true, admin: true };
const LEADS = { agent: false, lead: true, manager: true, admin: true };
const MANAGERS = { agent: false, lead: false, manager: true, admin: true };
const REQUESTERS = { requester: true, agent: false, lead: false, manager: false, admin: false } as const;
const ADMINS = { agent: false, lead: false, manager: false, admin: true };

export const TABLE: Readonly<Record<Action, Row>> = {
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
  'requests.escalate': {
    ...EVERYBODY,
    use: ({ call, free, teamId }) => call('POST', `${free.path}/escalate`, { teamId, reason: 'Lost.' }),
    status: 200,
    events: ['request.escalated'],
    shows: ({ teamId, me }) => ({ escalation: { team: { id: teamId }, by: { id: me.id }, reason: 'Lost.' } }),
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
    use: async ({ call, mine, clock, deps }) => {
      await deps.db`update requests set status = 'closed', closed_at = ${clock.now()} where id = ${mine.id}`;
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
  'teams.read': {
    ...EVERYBODY,
    use: ({ call, teamId }) => call('GET', `/v1/teams/${teamId}`),
    status: 200,
    events: [],
    shows: ({ teamId }) => ({ id: teamId, name: 'Billing' }),
  },
  'teams.add': {
    ...MANAGERS,
    use: ({ call }) => call('POST', '/v1/teams', { name: 'Sales' }),
    status: 201,
    events: ['team.added'],
    shows: () => ({ name: 'Sales', members: [], leads: [] }),
  },
  'teams.edit': {
    ...LEADS,
    use: ({ call, teamId }) => call('PATCH', `/v1/teams/${teamId}`, { name: 'Money' }),
    status: 200,
    events: ['team.edited'],
    shows: () => ({ name: 'Money' }),
  },
  'teams.remove': {
    ...MANAGERS,
    use: ({ call, teamId }) => call('DELETE', `/v1/teams/${teamId}`),
    status: 204,
    events: ['team.removed'],
  },
  'teams.figures': {
    ...LEADS,
    use: ({ call, teamId }) => call('GET', `/v1/figures?from=2026-11-01&to=2026-11-02&team=${teamId}`),
    status: 200,
    events: [],
    shows: () => ({ backlog: [] }),
  },
  'rules.read': {
    ...EVERYBODY,
    use: ({ call, mailboxId }) => call('GET', `/v1/mailboxes/${mailboxId}/rules`),
    status: 200,
    events: [],
    shows: () => ({ items: [], nextCursor: null }),
  },
  'retention.manage': {
    ...ADMINS,
    use: ({ call, mailboxId }) => call('PUT', `/v1/mailboxes/${mailboxId}/retention`, RETENTION),
    status: 200,
    events: ['mailbox.retention_set'],
    shows: () => RETENTION,
  },
  'rules.edit': {
    ...LEADS,
    use: ({ call, mailboxId }) =>
      call('POST', `/v1/mailboxes/${mailboxId}/rules`, {
        name: 'VIP',
        actions: [{ type: 'priority', value: 'P1' }],
      }),
    status: 201,
    events: ['rule.added'],
    shows: () => ({ name: 'VIP', position: 1, enabled: true, trigger: 'mail', stop: false }),
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
  'fields.read': {
    ...EVERYBODY,
    use: ({ call }) => call('GET', '/v1/fields'),
    status: 200,
    events: [],
    shows: () => ({ items: [] }),
  },
  'fields.edit': {
    ...LEADS,
    use: ({ call }) => call('POST', '/v1/fields', { key: 'impact', name: 'Impact', kind: 'text' }),
    status: 201,
    events: ['field.added'],
    shows: () => ({ key: 'impact', mailbox: null }),
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
    use: async ({ call, mailboxId, clock, deps }) => {
      const [row] = await deps.db<{ id: number }[]>`
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
  'own_requests.read': {
    ...REQUESTERS,
    use: ({ call, free }) => call('GET', `/v1/my-requests/${free.id}`),
    status: 200,
    events: [],
    shows: ({ free }) => ({ id: free.id, free: true }),
  },
  'own_requests.open': {
    ...REQUESTERS,
    use: ({ call }) =>
      call('POST', '/v1/my-requests', {
        mailbox: 'support@example.com',
        subject: 'A call',
        text: 'It rings.',
      }),
    status: 201,
    events: ['request.opened', 'message.received', 'notice.queued'],
    shows: () => ({ subject: 'A call', status: 'new', messages: [{ by: 'you', text: 'It rings.' }] }),
  },
  'own_requests.write': {
    ...REQUESTERS,
    use: ({ call, free }) => call('POST', `/v1/my-requests/${free.id}/messages`, { text: 'Hello?' }),
    status: 201,
    events: ['message.received'],
    shows: () => ({ by: 'you', text: 'Hello?' }),
  },
  'own_requests.change': {
    ...REQUESTERS,
    use: ({ call, free }) => call('POST', `/v1/my-requests/${free.id}/withdraw`),
    status: 200,
    events: ['request.closed'],
    shows: () => ({ status: 'closed', free: false }),
  },
};
