import { describe, expect, test } from 'vitest';
import { REQUEST_SORTS } from '../../src/requests/lists/request-sorts.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type Listed = Record<string, unknown> & { id: number };
type ListPage = { items: Listed[]; nextCursor: string | null; prevCursor?: string; total?: number };

/** 200 requests with values of every kind, many equal, many absent, times a microsecond apart. */
async function insertMany(operatorIds: readonly number[]): Promise<number[]> {
  const desk = await insertDesk(db);
  const second = await insertDesk(db, 'sales@example.com');
  const contacts = await db<{ id: number }[]>`
    insert into contacts (email, name, created_at)
    select 'person' || n || '@example.org', case n % 3 when 0 then '' else 'Person ' || n % 5 end, ${START}
    from generate_series(1, 20) n
    returning id`;
  const contactIds = contacts.map((contact) => contact.id);
  await db`
    insert into requests
      (mailbox_id, contact_id, subject, status, priority, category, tags, assignee_id, reply_tag, follow_up_of,
       needs_attention, message_count, created_at, updated_at, last_message_at, first_response_at, resolved_at, closed_at)
    select
      case n % 2 when 0 then ${desk.mailboxId}::bigint else ${second.mailboxId}::bigint end, (${contactIds}::bigint[])[1 + n % 20],
      (array['Parcel', 'parcel', 'Été', repeat('漢字', 400), '', 'a_b', 'a b'])[1 + n % 7],
      (array['new', 'in_progress', 'pending', 'resolved', 'closed'])[1 + n % 5],
      (array['P1', 'P2', 'P3', 'P4'])[1 + n % 4],
      (array['billing', 'delivery', null])[1 + n % 3],
      case n % 4 when 0 then array['vip', 'late'] when 1 then array['late'] else '{}' end,
      case when n % 5 = 0 then null when n % 5 = 1 or n % 3 = 0 then (${[...operatorIds]}::bigint[])[1 + n % 2] end,
      translate(lpad(n::text, 16, 'a'), '0189', 'bcde'), null,
      n % 7 = 0, n % 11,
      ${START}::timestamptz + (n % 50) * interval '1 microsecond',
      ${START}::timestamptz + (n % 9) * interval '1 day',
      ${START}::timestamptz - n * interval '1 minute',
      case when n % 3 = 0 then ${START}::timestamptz + (n % 4) * interval '1 microsecond' end,
      case when n % 5 = 3 then ${START}::timestamptz end,
      case when n % 5 = 4 then ${START}::timestamptz + (n % 6) * interval '1 hour' end
    from generate_series(1, 200) n`;
  await db`
    insert into teams (name, created_at, updated_at)
    select 'Team ' || n, ${START}, ${START} from generate_series(1, 3) n`;
  await db`
    update requests
    set team_id = case when id % 5 < 3 then id % 3 + 1 end, follow_up_of = case when id % 4 = 0 then id % 10 + 1 end, refers_to = case when id % 6 = 0 then id % 8 + 1 end,
      merged_into = case when status = 'closed' then id % 3 + 1 end,
      rating = case id % 8 when 1 then 'helpful' when 2 then 'unhelpful' end,
      rating_comment = case when id % 8 in (1, 2) then 'Said ' || id % 3 end,
      rated_at = case when id % 8 in (1, 2) then ${START}::timestamptz + (id % 5) * interval '1 hour' end,
      rating_message_id = case when id % 8 in (1, 2) then id end`;
  await db`
    insert into escalations (request_id, team_id, by_operator_id, reason, at)
    select id, 1, ${operatorIds[0] ?? 0}, 'Lost', ${START}::timestamptz + (id % 4) * interval '1 hour'
    from requests
    where status in ('new', 'pending') and id % 3 = 0`;
  await db`
    with grants as (
      insert into jira_grants (kind, state, created_at) values ('api_token', 'pending', ${START}) returning id
    ), connections as (
      insert into jira_connections (grant_id, name, deployment, site_url, instance, webhook_secret, created_at)
      select id, 'Jira', 'cloud', 'https://jira.example', 'a', 'sealed', ${START} from grants
      returning id
    ), issues as (
      insert into jira_issues (connection_id, state, jira_id, key, created_at)
      select id, 'linked', n, 'DEV-' || n, ${START} from connections, generate_series(1, 12) n
      returning id, jira_id
    )
    insert into jira_links (request_id, issue_id, after_message_id, collected_at, created_at)
    select r.id, issues.id, 0, ${START}, ${START}
    from requests r
    join issues on issues.jira_id::integer = r.id % 12 + 1
    where r.id % 5 = 0`;
  return contactIds;
}

async function allPages(token: string, query: string): Promise<Listed[]> {
  const rows: Listed[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await call('GET', `/v1/requests?${query}${from}`, { token });
    if (response.status !== 200) throw new Error(`${query}: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as ListPage;
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** The ids of each page from the last to the first, by `prevCursor`. */
async function backwards(token: string, query: string): Promise<number[][]> {
  const ask = async (from: string) => {
    const response = await call('GET', `/v1/requests?${query}${from}`, { token });
    if (response.status !== 200) throw new Error(`${query}${from}: ${await response.text()}`);
    return (await response.json()) as ListPage;
  };
  let page = await ask('');
  while (page.nextCursor !== null) page = await ask(`&cursor=${page.nextCursor}`);
  const pages = [page];
  for (; page.prevCursor !== undefined; pages.push(page)) page = await ask(`&before=${page.prevCursor}`);
  return pages.map(({ items }) => items.map(({ id }) => id));
}

const SHOWN: Readonly<Record<string, string>> = {
  mailbox: 'mailbox.address',
  contact: 'contact.email',
  assignee: 'assignee.name',
  team: 'team.name',
  escalation: 'escalation.at',
  jira: 'jira.key',
};

function valueOf(row: Listed, field: string): unknown {
  return (SHOWN[field] ?? field)
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | null)?.[part] ?? null, row);
}

/** Text is sorted by the database's rules, which are not JavaScript's: the database is asked for them. */
async function isSorted(values: readonly unknown[]): Promise<boolean> {
  const isWords = values.every((value) => typeof value === 'string' && !/^\d{4}-/.test(value));
  const rank = isWords
    ? await ranksOf(values as readonly string[])
    : (value: unknown) => Number(new Date(value as string));
  return values.slice(1).every((value, index) => rank(values[index] as string) <= rank(value as string));
}

async function ranksOf(words: readonly string[]): Promise<(word: string) => number> {
  const ranked = await db<{ word: string; rank: number }[]>`
    select word, row_number() over (order by word) as rank
    from (select distinct unnest(${[...words]}::text[]) as word) as words`;
  const ranks = new Map(ranked.map(({ word, rank }) => [word, rank]));
  return (word) => ranks.get(word) ?? NaN;
}

describe('paging through 200 requests', () => {
  test(
    'sorted by any scalar field gives each one once, both ways, nulls last',
    { timeout: 60_000 },
    async () => {
      const ann = await testOperator(deps, { name: 'Ann' });
      const bob = await testOperator(deps, { name: 'Bob' });
      await insertMany([ann.id, bob.id]);
      const [row = { id: 0 }] = await allPages(ann.token, 'limit=200');
      const scalar = Object.entries(row).filter(([, value]) => typeof value !== 'object' || value === null);
      expect(REQUEST_SORTS.names).toEqual(expect.arrayContaining(scalar.map(([field]) => field)));
      for (const field of REQUEST_SORTS.names) await ensureSorted(ann.token, field);
    },
  );

  async function ensureSorted(token: string, field: string) {
    const up = await allPages(token, `limit=76&sort=${field}`);
    const down = await allPages(token, `limit=73&sort=-${field}`);
    for (const rows of [up, down]) {
      expect(new Set(rows.map((row) => row.id)).size).toBe(200);
      expect(rows).toHaveLength(200);
      expect(rows.map((row) => valueOf(row, field) === null)).toEqual([
        ...rows.filter((row) => valueOf(row, field) !== null).map(() => false),
        ...rows.filter((row) => valueOf(row, field) === null).map(() => true),
      ]);
    }
    const filled = (rows: readonly Listed[]) =>
      rows.filter((row) => valueOf(row, field) !== null).map((row) => row.id);
    expect(filled(down)).toEqual(filled(up).toReversed());
    const values = up.map((row) => valueOf(row, field)).filter((value) => value !== null);
    expect([field, values.length > 0, await isSorted(values)]).toEqual([field, true, true]);
  }

  test('from its end gives the same rows in the same order, both ways, nulls last', async () => {
    const ann = await testOperator(deps, { name: 'Ann' });
    const bob = await testOperator(deps, { name: 'Bob' });
    await insertMany([ann.id, bob.id]);
    const fields = ['category', 'lastMessageAt', 'assignee.name', 'needsAttention', 'closedAt', 'priority'];
    for (const field of fields.flatMap((name) => [name, `-${name}`])) {
      const whole = (await allPages(ann.token, `limit=200&sort=${field}`)).map(({ id }) => id);
      const pages = await backwards(ann.token, `limit=72&sort=${field}`);
      expect([field, pages.map((ids) => ids.length)]).toEqual([field, [56, 72, 72]]);
      expect([field, pages.toReversed().flat()]).toEqual([field, whole]);
    }
  });

  test('back from a page gives a cursor onwards, and the page where it began', async () => {
    const { token } = await testOperator(deps);
    const desk = await insertDesk(db);
    for (let n = 0; n < 5; n += 1) await insertRequest(db, desk);
    const ask = async (query: string) =>
      (await (await call('GET', `/v1/requests?limit=2&sort=id${query}`, { token })).json()) as ListPage;
    const first = await ask('');
    expect(first).not.toHaveProperty('prevCursor');
    const second = await ask(`&cursor=${first.nextCursor}`);
    const back = await ask(`&before=${second.prevCursor}`);
    expect(back).toEqual(first);
    const both = await call('GET', `/v1/requests?cursor=${first.nextCursor}&before=${second.prevCursor}`, {
      token,
    });
    expect((await problemOf(both, 400, 'invalid_input')).errors).toMatchObject([{ pointer: 'before' }]);
  });

  test.each(['id', '-id', 'closedAt', '-subject'])(
    'sorted by %s, an empty page leads back to all that is there',
    async (sort) => {
      const { token } = await testOperator(deps);
      const desk = await insertDesk(db);
      for (let n = 0; n < 4; n += 1) await insertRequest(db, desk);
      const ask = async (query: string) =>
        (
          await call('GET', `/v1/requests?limit=2&priority=P3&sort=${sort}${query}`, { token })
        ).json() as Promise<ListPage>;
      const first = await ask('');
      const second = await ask(`&cursor=${first.nextCursor}`);
      const move = (those: ListPage) =>
        db`update requests set priority = 'P1' where id = any(${those.items.map(({ id }) => id)}::bigint[])`;
      await move(second);
      const gone = await ask(`&cursor=${first.nextCursor}`);
      expect(gone).toMatchObject({ items: [], nextCursor: null });
      const back = await ask(`&before=${gone.prevCursor}`);
      expect(back.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id));
      // And the other way: what began a page that is gone back from is found again.
      await db`update requests set priority = 'P3'`;
      await move(first);
      const nothing = await ask(`&before=${second.prevCursor}`);
      expect(nothing.items).toEqual([]);
      const onwards = await ask(`&cursor=${nothing.nextCursor}`);
      expect(onwards.items.map(({ id }) => id)).toEqual(second.items.map(({ id }) => id));
    },
  );

  test('without a sort the one with the latest message comes first', async () => {
    const ann = await testOperator(deps);
    await insertMany([ann.id, ann.id]);
    const rows = await allPages(ann.token, 'limit=80');
    expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });
});

describe('filters', () => {
  test('each one holds on every row, and the total counts the rows of all pages', async () => {
    const ann = await testOperator(deps, { name: 'Ann' });
    const bob = await testOperator(deps, { name: 'Bob' });
    const [one, two] = await insertMany([ann.id, bob.id]);
    const cases: [string, (row: Listed) => boolean][] = [
      ['status=new', (row) => row.status === 'new'],
      ['status=new&status=closed', (row) => row.status === 'new' || row.status === 'closed'],
      ['assignee=me', (row) => valueOf(row, 'assignee.id') === ann.id],
      [`assignee=${bob.id}`, (row) => valueOf(row, 'assignee.id') === bob.id],
      ['assignee=none', (row) => row.assignee === null],
      ['team=2', (row) => valueOf(row, 'team.id') === 2],
      ['team=none&team=1', (row) => [null, 1].includes(valueOf(row, 'team.id') as number | null)],
      ['escalated=true', (row) => row.escalation !== null],
      ['escalated=false', (row) => row.escalated === false],
      [
        'jiraKey=dev-3&jiraKey=DEV-11',
        (row) => ['DEV-3', 'DEV-11'].includes(valueOf(row, 'jira.key') as string),
      ],
      ['q=jira:DEV-3', (row) => valueOf(row, 'jira.key') === 'DEV-3'],
      ['mailboxId=2', (row) => valueOf(row, 'mailbox.id') === 2],
      [
        `contactId=${one}&contactId=${two}`,
        (row) => [one, two].includes(valueOf(row, 'contact.id') as number),
      ],
      ['tag=vip', (row) => (row.tags as string[]).includes('vip')],
      ['priority=P1&priority=P2', (row) => ['P1', 'P2'].includes(row.priority as string)],
      ['category=billing', (row) => row.category === 'billing'],
      ['updatedFrom=2026-11-24T09:00:00Z', (row) => (row.updatedAt as string) >= '2026-11-24T09:00:00.000Z'],
      [
        'updatedTo=2026-11-24T10:00:00%2B01:00',
        (row) => (row.updatedAt as string) < '2026-11-24T09:00:00.000Z',
      ],
      ['createdFrom=2026-11-22T09:00:00Z&createdTo=2026-11-22T09:00:00.001Z', () => true],
    ];
    const everything = await allPages(ann.token, 'limit=80');
    for (const [query, holds] of cases) {
      const rows = await allPages(ann.token, `limit=80&sort=id&${query}`);
      const expected = everything
        .filter(holds)
        .map((row) => row.id)
        .toSorted((a, b) => a - b);
      expect([query, rows.map((row) => row.id)]).toEqual([query, expected]);
      expect(expected.length).toBeGreaterThan(0);
      const page = (await (
        await call('GET', `/v1/requests?limit=1&total=true&${query}`, { token: ann.token })
      ).json()) as ListPage;
      expect(page.total).toBe(expected.length);
    }
  });

  test('an operator sees the requests of their own mailboxes only, in the list, its total and one by one', async () => {
    const desk = await insertDesk(db);
    const other = await insertDesk(db, 'sales@example.com');
    const bob = await testOperator(deps, { name: 'Bob', mailboxIds: [desk.mailboxId] });
    const mine = await insertRequest(db, desk);
    const theirs = await insertRequest(db, other);
    const page = (await (
      await call('GET', '/v1/requests?total=true', { token: bob.token })
    ).json()) as ListPage;
    expect(page.items.map((row) => row.id)).toEqual([mine]);
    expect(page.total).toBe(1);
    const filtered = await call('GET', `/v1/requests?mailboxId=${other.mailboxId}`, { token: bob.token });
    expect(await filtered.json()).toEqual({ items: [], nextCursor: null });
    expect((await call('GET', `/v1/requests/${mine}`, { token: bob.token })).status).toBe(200);
    for (const path of ['', '/messages', '/events']) {
      await problemOf(
        await call('GET', `/v1/requests/${theirs}${path}`, { token: bob.token }),
        404,
        'not_found',
      );
    }
    for (const verb of ['take', 'close']) {
      await problemOf(
        await call('POST', `/v1/requests/${theirs}/${verb}`, { token: bob.token }),
        404,
        'not_found',
      );
    }
    const reply = { token: bob.token, body: { text: 'hello' } };
    await problemOf(await call('POST', `/v1/requests/${theirs}/messages`, reply), 404, 'not_found');
  });
});

describe('refused', () => {
  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['sort=colour', 'sort'],
    ['sort=--id', 'sort'],
    ['sort=constructor', 'sort'],
    ['status=open', 'status'],
    ['assignee=you', 'assignee'],
    ['assignee=0', 'assignee'],
    ['mailboxId=1.5', 'mailboxId'],
    ['mailboxId=99999999999999999999', 'mailboxId'],
    ['contactId=1&contactId=x', 'contactId'],
    ['priority=P5', 'priority'],
    ['tag=a%00b', 'tag'],
    ['category=', 'category'],
    ['createdFrom=yesterday', 'createdFrom'],
    ['createdTo=2026-02-30T00:00:00Z', 'createdTo'],
    ['updatedTo=0000-01-01T00:00:00Z', 'updatedTo'],
    ['updatedFrom=0001-01-01T00:00:00%2B14:00', 'updatedFrom'],
    ['total=maybe', 'total'],
    ['stauts=new', 'stauts'],
    ['__proto__=1', '__proto__'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=a.b.c', 'cursor'],
  ])('the query %s, by the name of the parameter', async (query, parameter) => {
    const { token } = await testOperator(deps);
    const problem = await problemOf(
      await call('GET', `/v1/requests?${query}`, { token }),
      400,
      'invalid_input',
    );
    expect(problem.errors).toMatchObject([{ pointer: parameter }]);
    expect((problem.errors as { detail: string }[])[0]?.detail).not.toBe('');
  });

  test('a cursor that was damaged, or comes from another sort, filter or list', async () => {
    const { token } = await testOperator(deps);
    const desk = await insertDesk(db);
    await insertRequest(db, desk);
    await insertRequest(db, desk);
    const first = (await (await call('GET', '/v1/requests?limit=1&sort=id', { token })).json()) as ListPage;
    const cursor = String(first.nextCursor);
    expect((await call('GET', `/v1/requests?limit=1&sort=id&cursor=${cursor}`, { token })).status).toBe(200);
    const damaged = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`;
    for (const path of [
      `/v1/requests?sort=id&cursor=${damaged}`,
      `/v1/requests?sort=id&cursor=${cursor.slice(0, -1)}`,
      `/v1/requests?sort=-id&cursor=${cursor}`,
      `/v1/requests?sort=subject&cursor=${cursor}`,
      `/v1/requests?sort=id&status=new&cursor=${cursor}`,
      `/v1/operators?cursor=${cursor}`,
      `/v1/requests/1/messages?cursor=${cursor}`,
      `/v1/requests/1/events?cursor=${cursor}`,
    ]) {
      const problem = await problemOf(await call('GET', path, { token }), 400, 'invalid_input');
      expect(problem.errors).toMatchObject([{ pointer: 'cursor' }]);
    }
  });

  test('an id that is unknown, or none', async () => {
    const { token } = await testOperator(deps);
    await problemOf(await call('GET', '/v1/requests/999999', { token }), 404, 'not_found');
    await problemOf(await call('GET', '/v1/requests/999999999999999', { token }), 404, 'not_found');
    for (const id of ['abc', '0', '-1', '1e3', '1.0', '99999999999999999999', '%00']) {
      const problem = await problemOf(
        await call('GET', `/v1/requests/${id}`, { token }),
        400,
        'invalid_input',
      );
      expect(problem.errors).toMatchObject([{ pointer: 'id' }]);
    }
  });
});
