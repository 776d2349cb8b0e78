import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { returnRequest } from '../../src/outbox/request-row.ts';
import { statusAfter } from '../../src/requests/life/transitions.ts';
import type { RequestStatus } from '../../src/requests/request.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const DAY = 86_400_000;

/** A request of one mail in a status, with an assignee or nobody, and the Message-ID of its notice. */
async function requestIn(status: RequestStatus, assigned: boolean, reopenDays: number) {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  await db`update mailboxes set reopen_days = ${reopenDays}`;
  const ann = await testOperator(made.deps);
  await receive(made, {});
  const now = made.clock.now();
  await db`
    update requests
    set status = ${status}, assignee_id = ${assigned ? ann.id : null},
      resolved_at = ${status === 'resolved' || status === 'closed' ? now : null},
      closed_at = ${status === 'closed' ? now : null}`;
  const [notice] = await db<{ internetMessageId: string }[]>`
    select internet_message_id from messages where notice = 'created'`;
  return { ...made, inReplyTo: notice!.internetMessageId };
}

const state = async (id: number) =>
  (
    await db<{ status: string; resolvedAt: Date | null; closedAt: Date | null; messageCount: number }[]>`
      select status, resolved_at, closed_at, message_count from requests where id = ${id}`
  )[0];
const woken = async () =>
  db<{ old: unknown; new: unknown }[]>`select old, new from events where type = 'request.status_changed'`;

test.each([
  ['new', false, 'new'],
  ['in_progress', true, 'in_progress'],
  ['pending', true, 'in_progress'],
  ['pending', false, 'new'],
  ['resolved', true, 'in_progress'],
  ['resolved', false, 'new'],
  ['closed', true, 'in_progress'],
  ['closed', false, 'new'],
] as const)('a mail to a request that is %s (assigned: %s) makes it %s', async (status, assigned, after) => {
  const made = await requestIn(status, assigned, 7);
  made.clock.advance(6 * DAY);
  const result = await receive(made, { inReplyTo: made.inReplyTo });
  expect(result).toMatchObject({ outcome: 'appended', requestId: 1 });
  expect(await state(1)).toEqual({ status: after, resolvedAt: null, closedAt: null, messageCount: 3 });
  expect(await woken()).toEqual(status === after ? [] : [{ old: { status }, new: { status: after } }]);
  expect(statusAfter('wake', { status, assigneeId: assigned ? 1 : null })).toBe(after);
});

test.each([
  ['after the window', 7, 8],
  ['without a window', 0, 0],
])('a mail to a closed request %s opens another one', async (_when, reopenDays, days) => {
  const made = await requestIn('closed', true, reopenDays);
  made.clock.advance(days * DAY + 60_000);
  const result = await receive(made, { inReplyTo: made.inReplyTo });
  expect(result).toMatchObject({ outcome: 'opened', requestId: 2 });
  expect(await state(1)).toMatchObject({ status: 'closed', messageCount: 2 });
  expect(await woken()).toEqual([]);
});

test.each([
  ['new', false, 'new'],
  ['in_progress', true, 'in_progress'],
  ['pending', true, 'in_progress'],
  ['pending', false, 'new'],
  ['resolved', true, 'in_progress'],
  ['resolved', false, 'new'],
  ['closed', true, 'closed'],
] as const)(
  'a reply that fails leaves a request that is %s (assigned: %s) %s',
  async (status, assigned, after) => {
    const { clock } = await requestIn(status, assigned, 0);
    await db.begin((tx) => returnRequest(tx, { requestId: 1, reopen: true, at: clock.now() }));
    expect(await state(1)).toMatchObject({ status: after });
    expect(statusAfter('return', { status, assigneeId: assigned ? 1 : null })).toBe(after);
  },
);
