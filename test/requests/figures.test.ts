import { expect, test } from 'vitest';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type Figures = {
  readonly timeZone: string;
  readonly volume: readonly { readonly from: string; readonly opened: number; readonly closed: number }[];
  readonly firstResponse: object;
  readonly backlog: readonly object[];
};

const figures = async (by: { readonly token: string }, query: string) => {
  const answer = await call('GET', `/v1/figures?${query}`, { token: by.token });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Figures;
};

/** Requests opened at these times, each with what came of it. */
async function desk(
  times: readonly (readonly [opened: string, more?: { answered?: string; closed?: string }])[],
) {
  const { ann, ...place } = await testDesk(deps, ['Ann']);
  for (const [opened, { answered = null, closed = null } = {}] of times) {
    const id = await insertRequest(db, place);
    await db`
      update requests
      set created_at = ${opened}, first_response_at = ${answered}, closed_at = ${closed},
        status = ${closed === null ? 'new' : 'closed'}
      where id = ${id}`;
  }
  return { ann, place };
}

test('a day begins and ends where the caller says, over a change of the clocks too', async () => {
  const { ann } = await desk([
    ['2026-10-24T21:59:00Z'],
    // Berlin's midnights are at 22:00 UTC before the clocks change, and at 23:00 after.
    ['2026-10-24T22:00:00Z', { closed: '2026-10-25T22:59:00Z' }],
    ['2026-10-25T22:59:00Z'],
    ['2026-10-25T23:00:00Z'],
  ]);
  const query = 'from=2026-10-25&to=2026-10-26&timeZone=Europe/Berlin';
  expect((await figures(ann, query)).volume).toEqual([
    { from: '2026-10-25', opened: 2, closed: 1, stillOpen: 1 },
    { from: '2026-10-26', opened: 1, closed: 0, stillOpen: 1 },
  ]);
  expect((await figures(ann, 'from=2026-10-25&to=2026-10-25')).volume).toMatchObject([{ opened: 2 }]);
  await call('PATCH', '/v1/me', { token: ann.token, body: { timeZone: 'Asia/Tokyo' } });
  expect(await figures(ann, 'from=2026-10-25&to=2026-10-25')).toMatchObject({
    timeZone: 'Asia/Tokyo',
    volume: [{ opened: 2 }],
  });
});

test('weeks begin on Monday, months on the first, and parts without a request are there', async () => {
  const { ann } = await desk([['2026-11-04T12:00:00Z'], ['2026-11-22T12:00:00Z']]);
  const weeks = await figures(ann, 'from=2026-11-04&to=2026-11-22&by=week&timeZone=UTC');
  expect(weeks.volume.map(({ from, opened }) => [from, opened])).toEqual([
    ['2026-11-02', 1],
    ['2026-11-09', 0],
    ['2026-11-16', 1],
  ]);
  const months = await figures(ann, 'from=2026-09-15&to=2026-11-30&by=month&timeZone=UTC');
  expect(months.volume.map(({ from, opened }) => [from, opened])).toEqual([
    ['2026-09-01', 0],
    ['2026-10-01', 0],
    ['2026-11-01', 2],
  ]);
});

test('times to the first reply are those of who wrote in the period, the unanswered counted apart', async () => {
  const minutes = (count: number) =>
    new Date(Date.parse('2026-11-10T10:00:00Z') + count * 60_000).toISOString();
  const { ann } = await desk([
    ...Array.from({ length: 10 }, (_, n) => [minutes(0), { answered: minutes(n + 1) }] as const),
    [minutes(0)],
    ['2026-11-09T10:00:00Z', { answered: '2026-11-10T10:00:00Z' }],
  ]);
  expect((await figures(ann, 'from=2026-11-10&to=2026-11-10&timeZone=UTC')).firstResponse).toEqual({
    answered: 10,
    unanswered: 1,
    medianSeconds: 330,
    ninetiethSeconds: 546,
  });
  expect((await figures(ann, 'from=2026-11-11&to=2026-11-11&timeZone=UTC')).firstResponse).toMatchObject({
    answered: 0,
    medianSeconds: null,
  });
});

test('more than a thousand are counted whole, and only those of the mailboxes that one serves', async () => {
  const { ann, place } = await desk([]);
  const { eve, ...sales } = await otherTeam(deps);
  await insertRequest(db, sales);
  await db`
    insert into requests (mailbox_id, contact_id, subject, status, priority, reply_tag, created_at, updated_at, last_message_at)
    select ${place.mailboxId}, ${place.contactId}, 'Many', 'pending', 'P1', translate(lpad(n::text, 16, '0'), '0123456789', 'abcdefghij'), '2026-11-22T09:00Z', now(), now()
    from generate_series(1, 2345) n`;
  const query = 'from=2026-11-22&to=2026-11-22&timeZone=UTC';
  const own = `${query}&mailboxId=${place.mailboxId}`;
  expect(await figures(ann, own)).toMatchObject({
    volume: [{ opened: 2345, stillOpen: 2345 }],
    backlog: [{ status: 'pending', priority: 'P1', count: 2345 }],
  });
  expect((await figures(ann, query)).volume).toMatchObject([{ opened: 2346 }]);
  expect((await figures(eve, query)).volume).toMatchObject([{ opened: 1 }]);
  expect(await figures(eve, own)).toMatchObject({ volume: [{ opened: 0 }], backlog: [] });
});

test.each([
  'from=2026-11-22&to=2026-11-21',
  'from=2026-02-30&to=2026-03-01',
  'from=2020-01-01&to=2026-01-01',
  'from=1990-01-01&to=2026-01-01&by=month',
  'from=2026-11-22',
  'from=2026-11-22&to=2026-11-22&timeZone=%2B03:00',
  'from=2026-11-22&to=2026-11-22&by=hour',
])('%s is refused by its field', async (query) => {
  const { ann } = await testDesk(deps, ['Ann']);
  await problemOf(await call('GET', `/v1/figures?${query}`, { token: ann.token }), 400, 'invalid_input');
});
