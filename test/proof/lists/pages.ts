import type { OperatorActor } from '../../../src/people/access/actor.ts';
import type { RequestFilters } from '../../../src/requests/lists/filter-queries.ts';
import { parseRequestSearch } from '../../../src/requests/search/request-search.ts';
import { LEAD, LED_TEAM, ONE_MAILBOX, READER, READER_OF_ONE, RULE } from './desk.ts';

const OPEN = ['new', 'in_progress', 'pending', 'resolved'] as const;

const admin: OperatorActor = {
  kind: 'operator',
  operatorId: READER,
  name: 'Ann',
  email: 'ann@example.com',
  role: 'admin',
  mailboxIds: null,
  ledTeamIds: [],
};

/** Through whose eyes the lists are read: an admin of all mailboxes, a lead of all but one, and an agent of a single one who has read nearly all of it. */
export const VIEWERS: Readonly<Record<string, OperatorActor>> = {
  'an admin': admin,
  'a lead': {
    ...admin,
    operatorId: LEAD,
    role: 'lead',
    mailboxIds: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    ledTeamIds: [LED_TEAM],
  },
  'an agent of one mailbox': {
    ...admin,
    operatorId: READER_OF_ONE,
    role: 'agent',
    mailboxIds: [ONE_MAILBOX],
  },
};

/** Every filter, wide and narrow, and what is looked at together; `q` as an operator types it. */
const FILTERS: readonly (Omit<RequestFilters, 'q'> & { readonly q?: string })[] = [
  {},
  { status: ['new'] },
  { status: ['in_progress'] },
  { status: ['pending'] },
  { status: ['resolved'] },
  { status: ['closed'] },
  { status: OPEN },
  { status: ['closed', 'new'], mailboxId: [ONE_MAILBOX, 4] },
  { assigneeId: null },
  { assigneeId: 7 },
  { assigneeId: 7, status: OPEN },
  { assigneeId: null, status: OPEN },
  { team: [3] },
  { team: [3, 4] },
  { team: ['none'] },
  { team: ['mine'] },
  { team: [3], status: OPEN },
  { escalated: true },
  { escalated: false },
  { mailboxId: [ONE_MAILBOX] },
  { mailboxId: [ONE_MAILBOX, 4] },
  { mailboxId: [ONE_MAILBOX], status: OPEN },
  { contactId: [77] },
  { contactId: [77, 78] },
  { tag: ['tag7'] },
  { tag: ['tag7', 'tag8'] },
  { tag: ['tag7'], status: OPEN },
  { priority: ['P1'] },
  { priority: ['P2'] },
  { priority: ['P3'] },
  { priority: ['P4'] },
  { priority: ['P1', 'P2'], status: OPEN },
  { category: ['category7'] },
  { category: ['category7', 'category8'] },
  { jiraKey: ['DESK-7'] },
  { rating: ['helpful'] },
  { rating: ['unhelpful'] },
  { rating: ['none'] },
  { fields: { service: { is: ['service7'] } } },
  { fields: { service: { is: ['none'] } } },
  { fields: { cost: { is: ['7'] } } },
  { fields: { cost: { from: '5' } } },
  { fields: { cost: { from: '5', to: '60' } } },
  { fields: { cost: { from: '900' } } },
  { fields: { cost: { from: '5000' } } },
  { rule: [RULE] },
  { rule: [RULE], status: OPEN },
  { rule: [RULE + 1] },
  { createdFrom: day(60), createdTo: day(61) },
  { createdFrom: day(60), createdTo: day(90) },
  { createdFrom: day(400) },
  { updatedFrom: day(30), updatedTo: day(31) },
  { updatedFrom: day(30) },
  { due: ['breached'] },
  { due: ['warned'] },
  { due: ['running'] },
  { due: ['none'] },
  { due: ['breached', 'warned'], status: OPEN },
  { dueFrom: day(60), dueTo: day(90) },
  { dueFrom: day(60) },
  { unread: true },
  { unread: false },
  { unread: true, status: OPEN },
  { unread: false, status: OPEN },
  { unread: true, assigneeId: 7 },
  { unread: true, mailboxId: [ONE_MAILBOX] },
  { q: 'printer' },
  { q: 'w7777' },
  { q: 'printer w7777' },
  { q: 'w7777 w123' },
  { q: '"exact phrase p77"' },
  { q: 'w19' },
  { q: 'w1999' },
  { q: 'nowhere' },
  { q: '-printer' },
  { q: '-w7777' },
  { q: 'w7777 -printer' },
  { q: 'from:contact7' },
  { q: 'from:contact77@example.org' },
  { q: 'from:contact' },
  { q: 'to:contact77' },
  { q: 'subject:s77' },
  { q: '#4711' },
  { q: 'is:unread' },
  { q: 'is:open is:unread' },
  { q: 'is:read' },
  { q: 'is:overdue' },
  { q: 'is:due_soon' },
  { q: 'is:flagged' },
  { q: 'is:merged' },
  { q: 'tag:tag7 is:open' },
  { q: 'category:category7' },
  { q: 'has:attachment' },
  { q: 'has:attachment w7777' },
  { q: 'before:2026-03-01 printer' },
  { q: 'after:2026-03-01' },
  { q: 'printer', status: OPEN },
  { q: 'w7777', status: OPEN, unread: true },
];

/** Filters, with what they are called in a line of the report. */
export const NARROWED: readonly { readonly name: string; readonly filters: RequestFilters }[] = FILTERS.map(
  ({ q, ...filters }) => {
    const terms = q === undefined ? undefined : parseRequestSearch(q);
    if (terms !== undefined && 'fault' in terms) throw new Error(`${q}: ${terms.fault}`);
    const name = JSON.stringify(q === undefined ? filters : { ...filters, q });
    return { name, filters: terms === undefined ? filters : { ...filters, q: terms } };
  },
);

function day(number: number): Date {
  return new Date(Date.UTC(2026, 0, 1 + number));
}
