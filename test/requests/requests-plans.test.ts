import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import type { OperatorActor } from '../../src/people/access/actor.ts';
import { type RequestFilters, requestConditions } from '../../src/requests/lists/filter-queries.ts';
import { listRequests } from '../../src/requests/lists/list-requests.ts';
import { requestTables } from '../../src/requests/request/request-columns.ts';
import { REQUEST_SORTS } from '../../src/requests/lists/request-sorts.ts';
import { parseRequestSearch } from '../../src/requests/search/request-search.ts';
import { countRequestRowsUpTo } from '../../src/requests/views/queries.ts';
import { parseSearch } from '../../src/platform/lists/search-terms.ts';
import { amount } from '../support/amount.ts';
import { testClock } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertManyRequests } from '../support/many-requests.ts';

const { url } = await testDatabase();
const asked: { text: string; parameters: readonly unknown[] }[] = [];
const db = connect(url, { max: 2, onStatement: (text, parameters) => asked.push({ text, parameters }) });
afterAll(() => db.end());

type Plan = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
};

const admin: OperatorActor = {
  kind: 'operator',
  operatorId: 1,
  name: 'Ann',
  email: 'ann@example.com',
  role: 'admin',
  mailboxIds: null,
  ledTeamIds: [],
};
const agent: OperatorActor = { ...admin, role: 'agent', mailboxIds: [3] };

/** What PostgreSQL does for a list, as it does it when the list is asked for. */
async function planOf(
  filters: RequestFilters,
  sort = '-lastMessageAt',
  actor: OperatorActor = admin,
  cursor?: string,
) {
  asked.splice(0);
  const parsed = REQUEST_SORTS.parse(sort);
  if (parsed === null) throw new Error(sort);
  const page = await listRequests({ db, clock: testClock() }, actor, {
    filters,
    sort: parsed,
    limit: 50,
    cursor,
    total: false,
  });
  const statements = asked.filter(({ text }) => /sorted_by|sort_value/.test(text));
  if (statements.length === 0) throw new Error('no list was asked for');
  const nodes: Plan[] = [];
  for (const { text, parameters } of statements) {
    const [row] = await db.begin(async (tx) => {
      await tx`set local jit = off`;
      return tx.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
        `explain (analyze, timing off, format json) ${text}`,
        parameters as string[],
      );
    });
    if (row === undefined) throw new Error('no plan');
    nodes.push(...flat(row['QUERY PLAN'][0].Plan));
  }
  return {
    page,
    found: page.items.length,
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    whole: nodes
      .filter((node) => node['Node Type'] === 'Seq Scan' && !SMALL.has(node['Relation Name'] ?? ''))
      .map((node) => node['Relation Name']),
    /** Whether more than the page itself was put in order. */
    sorts: nodes.some(
      (node) => /Sort/.test(node['Node Type']) && (node.Plans?.[0]?.['Actual Rows'] ?? 0) > 51,
    ),
    /** Rows that were read of the large tables, shown or not. */
    read: nodes
      .filter((node) => node['Relation Name'] !== undefined && !SMALL.has(node['Relation Name']))
      .map(
        (node) =>
          (node['Actual Rows'] +
            (node['Rows Removed by Filter'] ?? 0) +
            (node['Rows Removed by Index Recheck'] ?? 0)) *
          node['Actual Loops'],
      )
      .reduce((sum, rows) => sum + rows, 0),
  };
}

/** The indexes that a statement reads. */
async function indexesOf(statement: (typeof asked)[number] | undefined): Promise<readonly string[]> {
  const [row] = await db.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    `explain (format json) ${statement?.text ?? ''}`,
    [...(statement?.parameters ?? [])] as string[],
  );
  return row === undefined ? [] : flat(row['QUERY PLAN'][0].Plan).flatMap((node) => node['Index Name'] ?? []);
}

const SMALL = new Set(['mailboxes', 'operators', 'teams', 'jira_links', 'jira_issues', 'jira_connections']);

function flat(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flat)];
}

const hour = (n: number) => new Date(Date.UTC(2026, 0, 5, n));
const search = (text: string) => ({ q: parseSearch(text) ?? [] });

const SELECTIVE: readonly [name: string, filters: RequestFilters, index: RegExp][] = [
  ['status', { status: ['pending'] }, /^requests_(by_)?status$/],
  ['open statuses', { status: ['new', 'in_progress', 'pending'] }, /^requests_/],
  ['an assignee', { assigneeId: 7 }, /^requests_(by_)?assignee$/],
  ['nobody', { assigneeId: null }, /^requests_unassigned$/],
  ['a mailbox', { mailboxId: [3] }, /^requests_mailbox$|^requests_last_message_at$/],
  ['a contact', { contactId: [77] }, /^requests_contact$/],
  ['a tag', { tag: ['tag7'] }, /^requests_tags$/],
  ['a field', { fields: { service: { is: ['service7'] } } }, /^requests_fields$/],
  ['a priority', { priority: ['P1'] }, /^requests_priority$/],
  ['a category', { category: ['category7'] }, /^requests_(by_)?category$/],
  ['created', { createdFrom: hour(5), createdTo: hour(6) }, /^requests_created_at$/],
  ['updated', { updatedFrom: hour(5), updatedTo: hour(6) }, /^requests_updated_at$/],
  ['a rare word', search('w7777'), /^search_entries_words$/],
  ['a common word', search('printer'), /^search_entries_|^requests_last_message_at$/],
  ['a rare and a common word', search('printer w7777'), /^search_entries_words$/],
  ['a phrase', search('"exact phrase p77"'), /^search_entries_words$/],
  ['a beginning', search('w1999'), /^search_entries_words$/],
  ['a sender', search('from:contact77@example.org'), /^search_entries_words$/],
  ['a number', search('#4711'), /^requests_pkey$/],
];

/** How many requests fit. */
async function fitting(filters: RequestFilters): Promise<number> {
  const sort = { field: 'id', descending: false } as const;
  const page = await listRequests({ db, clock: testClock() }, admin, {
    filters,
    sort,
    limit: 1,
    total: true,
  });
  return page.total ?? 0;
}

// More than are asked for a word that must not be there without an end of the page.
const MANY = amount(10_500, 100_000);

// One test, because the tables are emptied after each and so many requests take a while to make.
test(`lists of ${MANY} requests are read through indexes`, { timeout: amount(90_000, 600_000) }, async () => {
  // Counting their clocks would take longer than all the rest.
  await db`alter table requests disable trigger requests_clocks`;
  await insertManyRequests(db, MANY);
  await db`
    insert into escalations (request_id, operator_id, by_operator_id, reason, at)
    select id, 1, 2, 'Lost', now() from requests where status <> 'closed'`;
  await db`analyze escalations`;

  for (const [name, filters, index] of SELECTIVE) {
    const plan = await planOf(filters);
    expect.soft([name, plan.found > 0, plan.whole], name).toEqual([name, true, []]);
    expect.soft(plan.indexes, name).toContainEqual(expect.stringMatching(index));
    // What is read is in proportion to what fits, not to what there is.
    const most = 500 + 3 * (await fitting(filters));
    expect.soft(plan.read, `${name}: ${plan.indexes.join(', ')}`).toBeLessThan(most);
  }

  for (const field of ['createdAt', 'updatedAt', 'lastMessageAt', 'priority', 'subject']) {
    for (const sort of [field, `-${field}`]) {
      const first = await planOf({}, sort);
      const next = await planOf({}, sort, admin, first.page.nextCursor ?? '');
      for (const plan of [first, next]) {
        expect.soft([sort, plan.found, plan.whole, plan.sorts], sort).toEqual([sort, 50, [], false]);
        expect.soft(plan.read, sort).toBeLessThan(500);
      }
    }
  }

  // Every other sort too, and its next page: in its order, which was counted the slow way, from a part of what there is.
  for (const [index, name] of [...REQUEST_SORTS.names, 'field.cost' as const].entries()) {
    const sort = { field: name, descending: index % 2 === 0 };
    const first = await planOf({}, `${sort.descending ? '-' : ''}${name}`);
    const next = await planOf({}, `${sort.descending ? '-' : ''}${name}`, admin, first.page.nextCursor ?? '');
    const rows = await db<{ id: number }[]>`
      select r.id from ${requestTables(db)} ${REQUEST_SORTS.orderBy(db, sort)} limit 100`;
    const ids = [...first.page.items, ...next.page.items].map(({ id }) => id);
    expect.soft(ids, name).toEqual(rows.map(({ id }) => id));
    for (const plan of [first, next]) {
      expect.soft([name, plan.whole.includes('requests')], name).toEqual([name, false]);
      expect.soft(plan.read, `${name}: ${plan.indexes.join(', ')}`).toBeLessThan(MANY * 0.2);
    }
  }

  // Narrowed down, too, whether the list is walked for it or what fits is put in order; in the proof each by each.
  for (const [index, name] of (
    ['priority', 'status', 'contact.name', 'mailbox', 'due', 'category'] as const
  ).entries())
    for (const [at, filters] of (
      [
        { status: ['pending'] },
        { status: ['closed', 'new'], mailboxId: [3, 4] },
        { due: ['breached'] },
        { fields: { cost: { from: '5' } } },
        search('from:contact7'),
        search('printer'),
      ] as const satisfies readonly RequestFilters[]
    ).entries()) {
      if ((at + index) % 3 >= amount(1, 3)) continue;
      const sort = { field: name, descending: index % 2 === 0 };
      const text = `${sort.descending ? '-' : ''}${name}`;
      const first = await planOf(filters, text);
      const next = await planOf(filters, text, admin, first.page.nextCursor ?? '');
      const rows = await db<{ id: number }[]>`
        select r.id
        from ${requestTables(db)}
        where ${requestConditions(db, admin, filters)}
        ${REQUEST_SORTS.orderBy(db, sort)}
        limit 100`;
      const ids = [...first.page.items, ...next.page.items].map(({ id }) => id);
      expect.soft(ids, `${text} ${JSON.stringify(filters)}`).toEqual(rows.map(({ id }) => id));
    }

  // A word that all have, of what was written before a day: looked for among the first 5,000 in vain, that is put in order, and then
  // asked for the word until a page is full.
  const early = parseRequestSearch('before:2026-01-03 printer');
  if ('fault' in early) throw new Error(early.fault);
  const old = await planOf({ q: early }, '-id');
  const [counted] = await db<{ last: number }[]>`
    select max(id) as last from requests where created_at < '2026-01-03'`;
  const last = counted?.last ?? 0;
  expect.soft(old.page.items.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => last - n));
  expect.soft(old.read, `before a day: ${old.indexes.join(', ')}`).toBeLessThan(last + 6500);

  // A word that all but two have, and must not be there: no page asks all, and all pages together find the two, both ways.
  await db`update search_entries set words = 'elsewhere' where request_id in (9, ${MANY - 3000})`;
  const without = parseRequestSearch('-printer');
  if ('fault' in without) throw new Error(without.fault);
  const found: number[] = [];
  let at: string | undefined;
  do {
    const plan = await planOf({ q: without }, '-id', admin, at);
    found.push(...plan.page.items.map(({ id }) => id));
    expect.soft(plan.read, `without a word: ${plan.indexes.join(', ')}`).toBeLessThan(25_000);
    expect
      .soft(plan.page.prevCursor === null, 'there is a way back from all but the first page')
      .toBe(at === undefined);
    at = plan.page.nextCursor ?? undefined;
  } while (at !== undefined);
  expect.soft(found).toEqual([MANY - 3000, 9]);
  const ends = { filters: { q: without }, limit: 50, total: false };
  const upwards = { ...ends, sort: { field: 'id', descending: false } } as const;
  const up: number[] = [];
  const pages: (string | null)[] = [];
  let page = await listRequests({ db, clock: testClock() }, admin, upwards);
  for (
    ;
    ;
    page = await listRequests({ db, clock: testClock() }, admin, { ...upwards, cursor: page.nextCursor })
  ) {
    up.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) break;
    pages.push(page.nextCursor);
  }
  expect.soft([up, pages.length > 1]).toEqual([[9, MANY - 3000], true]);
  const back: number[] = [];
  for (let before = page.prevCursor; before !== null;) {
    const earlier = await listRequests({ db, clock: testClock() }, admin, { ...upwards, before });
    back.unshift(...earlier.items.map(({ id }) => id));
    before = earlier.prevCursor;
  }
  expect.soft(back).toEqual([9, MANY - 3000]);
  expect.soft(await countRequestRowsUpTo(db, admin, { q: without }, 1000)).toMatchObject({ capped: true });

  // An operator who has read nearly everything, and a desk where few mails have files.
  await db`
    insert into read_marks (operator_id, request_id, message_id, at, behind)
    select 1, request_id, max(id), now(), false
    from messages
    where request_id % 50 <> 0
    group by request_id`;
  await db`
    insert into attachments (message_id, name, content_type, size, content, created_at)
    select id, 'label.pdf', 'application/pdf', 1, 'x', now()
    from messages
    where id % 1000 = 0`;
  await db`analyze read_marks, attachments`;
  const files = parseRequestSearch('has:attachment');
  if ('fault' in files) throw new Error(files.fault);
  const withFiles = await planOf({ q: files });
  // A file of each 1,000 messages: all are read, and their messages and requests.
  expect.soft(withFiles.read, `with files: ${withFiles.indexes.join(', ')}`).toBeLessThan(2000);
  const unread = await planOf({ unread: true });
  expect.soft([unread.found, unread.whole], 'unread').toEqual([50, []]);
  // One in fifty is unread: fifty are passed over for each that is shown, with what was read and what there is of them.
  expect.soft(unread.read, `unread: ${unread.indexes.join(', ')}`).toBeLessThan(50 * 50 * 4);

  const open = await planOf({ unread: true, status: ['new', 'in_progress', 'pending', 'resolved'] });
  // Of the 6 % that are open, each with a look at its mark and, without one, at what came; or all that the operator has read at once,
  // where nobody else has read anything. Not every message of the desk.
  const marks = open.whole.includes('read_marks') ? MANY : 0;
  expect
    .soft(
      open.whole.filter((table) => table !== 'read_marks'),
      'open and unread',
    )
    .toEqual([]);
  expect.soft(open.read, `open and unread: ${open.indexes.join(', ')}`).toBeLessThan(marks + MANY * 0.06 * 4);

  // Words and marks together, where neither leaves few.
  const both = { unread: false, createdTo: hour(100), ...search('printer') };
  const readEarly = await planOf(both, '-id');
  expect
    .soft([readEarly.found, readEarly.page.items.every(({ createdAt }) => createdAt < hour(100))])
    .toEqual([50, true]);

  // A newcomer has read nothing, and one who was away little: their lists begin with what they have read.
  const newcomer = { ...admin, operatorId: 2 };
  for (const sort of ['priority', '-lastMessageAt', 'subject']) {
    const nothing = await planOf({ unread: false }, sort, newcomer);
    expect.soft([nothing.found, nothing.read < 500], `read by nobody, ${sort}`).toEqual([0, true]);
  }
  await db`update requests set heard = false where id in (11, 5000)`;
  await db`delete from messages where request_id = 11`;
  await db`insert into read_marks (operator_id, request_id, message_id, at, behind)
    select 2, request_id, max(id), now(), true from messages where request_id in (77, 78) group by request_id`;
  await db`update read_marks set message_id = message_id - 1 where operator_id = 2 and request_id = 78`;
  const little = await planOf({ unread: false }, 'id', newcomer);
  expect.soft(little.page.items.map(({ id }) => id)).toEqual([11, 77]);
  expect.soft(await fitting({ unread: false })).toBe(MANY - (await fitting({ unread: true })));

  // What one has oneself and what nobody has, longest waiting first: the page and its number on every page of the console.
  for (const [assigneeId, index] of [
    [null, 'requests_open_unassigned'],
    [7, 'requests_open_assignee'],
  ] as const) {
    const filters = { assigneeId, status: ['new', 'in_progress', 'pending', 'resolved'] } as const;
    const own = await planOf(filters, 'lastMessageAt');
    expect.soft([own.indexes.includes(index), own.read < 400], index).toEqual([true, true]);
    asked.splice(0);
    const found = await countRequestRowsUpTo(db, admin, filters, 1000);
    const all = await fitting(filters);
    expect.soft(found).toEqual({ count: Math.min(1000, all), capped: all > 1000 });
    expect.soft((await indexesOf(asked[0])).at(-1), `counted: ${index}`).toBe(index);
  }

  // What fits only where an order ends: nothing urgent is among it. Its hits and what is left are read once, and no message.
  await db`insert into rule_hits (rule_id, request_id) select 7, id from requests where id % 5 = 0`;
  await db`analyze rule_hits`;
  for (const filters of [
    { rule: [7] },
    { rule: [7], status: ['pending'] },
  ] as const satisfies readonly RequestFilters[]) {
    const name = JSON.stringify(filters);
    const plan = await planOf(filters, 'priority');
    expect.soft([name, plan.whole.includes('messages')], name).toEqual([name, false]);
    const left = await fitting({ ...filters, rule: undefined });
    expect.soft(plan.read, `${name}: ${plan.indexes.join(', ')}`).toBeLessThan(left + MANY * 0.6);
  }

  // By priority: what is open has an index in that order; of the few that an agent has, all are put in order as quickly.
  const byPriority = await planOf({ status: ['new', 'in_progress', 'pending'] }, 'priority', agent);
  const reads = /^requests_(open|by_status|open_priority)$/;
  expect.soft(byPriority.indexes).toContainEqual(expect.stringMatching(reads));
  expect.soft(byPriority.read).toBeLessThan(2000);

  // What agents look at all day: their mailboxes, a few statuses, an order. Read in that order, others are passed over.
  for (const sort of ['-lastMessageAt', 'createdAt', 'priority', '-updatedAt', 'subject']) {
    for (const filters of [
      { status: ['new', 'in_progress', 'pending'] },
      { status: ['new'] },
      { assigneeId: 7, status: ['in_progress'] },
      { status: ['closed'] },
      { status: ['in_progress'], ...search('printer') },
    ] as const satisfies readonly RequestFilters[]) {
      const name = `${sort} ${JSON.stringify(filters)}`;
      const plan = await planOf(filters, sort, agent);
      expect.soft([name, plan.whole], name).toEqual([name, []]);
      const most = 500 + 10 * (await fitting(filters));
      expect.soft(plan.read, `${name}: ${plan.indexes.join(', ')}`).toBeLessThan(most);
    }
  }
});
