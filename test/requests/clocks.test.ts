import { describe, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { markAnswered } from '../../src/outbox/request-row.ts';
import { extendCalendars } from '../../src/requests/calendars/extend-calendars.ts';
import { claimDueClocks } from '../../src/requests/clocks/clock-queries.ts';
import { tellClocks } from '../../src/requests/clocks/tell-clocks.ts';
import { tellOperators } from '../../src/requests/telling/tell-operators.ts';
import { wakeRequest } from '../../src/requests/life/waking.ts';
import { problemOf, START, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db, url } = await testDatabase();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Sunday, 09:00 in UTC. */
const after = (hours: number): string => new Date(START.getTime() + hours * HOUR).toISOString();

type Clock = { readonly state: string; readonly due: string | null; readonly leftSeconds: number } | null;
type Shown = {
  readonly due: string | null;
  readonly clocks: Readonly<Record<'firstAnswer' | 'nextAnswer' | 'resolution', Clock>>;
};

async function desk() {
  const made = testApp(db);
  const people = await testDesk(made.deps, ['Ann', 'Lea']);
  const id = await insertRequest(db, people);
  const path = `/v1/requests/${id}`;
  const as = (token: string) => async (method: string, to: string, body?: unknown) => {
    const response = await made.call(method, to, { token, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${to} ${response.status} ${text}`);
    return JSON.parse(text === '' ? '{}' : text) as Shown & { id: number; items: readonly { id: number }[] };
  };
  const ann = as(people.ann.token);
  const wrote = async () => {
    const at = made.clock.now();
    await db.begin((tx) => tx`${wakeRequest(tx, { requestId: id, reopens: true, at })}`);
  };
  const answered = async () => {
    const now = made.clock.now();
    await db.begin((tx) => markAnswered(tx, id, { writtenAt: now, now }));
  };
  const operatorId = people.ann.id;
  const all = {
    ...made,
    ...people,
    operatorId,
    id,
    path,
    as,
    ann,
    lea: as(people.lea.token),
    wrote,
    answered,
  };
  return { ...all, told: () => tellClocks(made.deps), request: () => ann('GET', path) };
}

const events = async () =>
  (
    await db<{ type: string; new: { clock: string } }[]>`
    select type, new from events where type in ('request.due_soon', 'request.breached') order by id`
  ).map(({ type, new: { clock } }) => `${type} ${clock}`);

const WEEK = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' }));

describe('the clocks of a request', () => {
  test.each([
    ['P1', 1, 4],
    ['P2', 4, 24],
    ['P3', 8, 72],
    ['P4', 24, 168],
  ])('of %s are due after %i and %i hours', async (priority, first, last) => {
    const { ann, path } = await desk();
    const { due, clocks } = await ann('PATCH', path, { priority });
    expect(due).toBe(after(first));
    expect(clocks).toMatchObject({
      firstAnswer: {
        state: 'running',
        targetSeconds: first * 3600,
        leftSeconds: first * 3600,
        due: after(first),
      },
      nextAnswer: null,
      resolution: { state: 'running', due: after(last), startedAt: after(0) },
    });
  });

  test('stand while it is pending, go on when the contact writes, and keep what they have counted', async () => {
    const { ann, path, clock, request, wrote } = await desk();
    await ann('POST', `${path}/take`);
    clock.advance(2 * HOUR);
    await ann('POST', `${path}/pend`);
    clock.advance(30 * HOUR);
    expect(await request()).toMatchObject({
      due: null,
      clocks: { firstAnswer: { state: 'paused', due: null, leftSeconds: 6 * 3600, breachedAt: null } },
    });
    await wrote();
    expect(await request()).toMatchObject({
      due: after(38),
      clocks: { firstAnswer: { state: 'running', leftSeconds: 6 * 3600 }, resolution: { due: after(102) } },
    });
    clock.advance(HOUR);
    expect((await ann('PATCH', path, { priority: 'P2' })).clocks.firstAnswer).toMatchObject({
      leftSeconds: 3600,
      due: after(34),
    });
  });

  test('end with the answer; the next question has one of its own, for as long as it waits', async () => {
    const { path, ann, clock, request, wrote, answered, told } = await desk();
    clock.advance(HOUR);
    await answered();
    const { clocks } = await request();
    expect(clocks).toMatchObject({ firstAnswer: { state: 'ended', endedAt: after(1) }, nextAnswer: null });
    clock.advance(HOUR);
    await wrote();
    clock.advance(HOUR);
    await wrote();
    expect(await request()).toMatchObject({
      due: after(10),
      clocks: { nextAnswer: { startedAt: after(2) } },
    });
    clock.advance(8 * HOUR);
    expect(await told()).toBe(1);
    await answered();
    expect((await request()).clocks.nextAnswer).toMatchObject({ state: 'ended', breachedAt: after(10) });
    clock.advance(MINUTE);
    await wrote();
    expect((await request()).clocks.nextAnswer).toMatchObject({ state: 'running', breachedAt: null });
    await ann('POST', `${path}/close`, { notify: false });
    expect(await request()).toMatchObject({
      due: null,
      clocks: { resolution: { state: 'ended', breachedAt: null } },
    });
  });

  test('a reply written before the contact wrote again does not answer that', async () => {
    const { clock, id, request, wrote } = await desk();
    const writtenAt = clock.now();
    clock.advance(MINUTE);
    await wrote();
    clock.advance(MINUTE);
    await db.begin((tx) => markAnswered(tx, id, { writtenAt, now: clock.now() }));
    expect((await request()).clocks).toMatchObject({
      firstAnswer: { state: 'ended' },
      nextAnswer: { state: 'running' },
    });
  });
});

describe('a policy', () => {
  test('is followed at once by what is open, counts by its calendar, and is told of', async () => {
    const { lea, request, clock } = await desk();
    const calendar = await lea('POST', '/v1/calendars', {
      name: 'Office hours',
      timeZone: 'Europe/Berlin',
      hours: WEEK,
      holidays: [{ date: '2026-11-23', name: 'Fair' }],
    });
    const policies = await lea('GET', '/v1/policies?sort=priority');
    clock.advance(HOUR);
    await lea('PATCH', `/v1/policies/${policies.items[2]?.id}`, {
      firstAnswerMinutes: 120,
      calendarId: calendar.id,
    });
    // An hour is used, and Tuesday at 09:00 in Berlin is the first that counts.
    expect((await request()).clocks.firstAnswer).toMatchObject({
      leftSeconds: 3600,
      due: '2026-11-24T09:00:00.000Z',
    });
    await lea('PATCH', `/v1/calendars/${calendar.id}`, { holidays: [] });
    expect((await request()).due).toBe('2026-11-23T09:00:00.000Z');
    await lea('DELETE', `/v1/policies/${policies.items[2]?.id}`);
    expect(await request()).toMatchObject({ due: null, clocks: { firstAnswer: null } });
    const told = await db`select type from events where type ~ '^(policy|calendar)' order by id`;
    expect(told.map(({ type }) => String(type))).toEqual([
      'calendar.added',
      'policy.edited',
      'calendar.edited',
      'policy.removed',
    ]);
  });

  test('of another mailbox is missing, and one that its calendar cannot keep is refused', async () => {
    const { deps, call, lea, as } = await desk();
    const { eve } = await otherTeam(deps, { role: 'lead' });
    await problemOf(
      await call('PATCH', '/v1/policies/1', { ...eve, body: { resolutionMinutes: 5 } }),
      404,
      'not_found',
    );
    const hours = [{ weekday: 1, from: '09:00', to: '09:01' }];
    await problemOf(
      await call('POST', '/v1/calendars', { ...eve, body: { name: 'Rare', timeZone: 'UTC', hours } }),
      403,
      'forbidden',
    );
    const { id } = await lea('POST', '/v1/calendars', { name: 'Rare', timeZone: 'UTC', hours });
    await expect(as(eve.token)('PATCH', '/v1/policies/8', { calendarId: id })).rejects.toThrow(
      'too few hours',
    );
  });

  test('goes on when the years that its calendar knows are over', async () => {
    const { lea, deps, clock } = await desk();
    await lea('POST', '/v1/calendars', { name: 'Office hours', timeZone: 'Europe/Berlin', hours: WEEK });
    const reach = () =>
      db`select max(closes_at) as at, count(*) filter (where before_ms = 0) as first from calendar_spans`;
    const [before] = await reach();
    clock.advance(2 * 366 * 24 * HOUR);
    await extendCalendars(deps);
    const [then] = await reach();
    expect(new Date(String(then?.['at'])).getFullYear()).toBe(
      new Date(String(before?.['at'])).getFullYear() + 2,
    );
    expect(then?.['first']).toBe(1);
  });
});

describe('holidays of an iCalendar file', () => {
  const file = (...lines: string[]) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];

  test('are its all-day events, folded, repeated and of several days, and nothing else', async () => {
    const { lea } = await desk();
    const { id } = await lea('POST', '/v1/calendars', { name: 'Days', timeZone: 'UTC', hours: WEEK });
    const ics = file(
      ...event('SUMMARY:Christ', ' mas', 'DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261227'),
      ...event('SUMMARY:Labour Day', 'DTSTART;VALUE=DATE:20200501', 'RRULE:FREQ=YEARLY;UNTIL=20280501'),
      ...event('SUMMARY:Party', 'DTSTART:20261224T180000Z'),
      ...event('SUMMARY:Never', 'STATUS:CANCELLED', 'DTSTART;VALUE=DATE:20261224'),
    );
    const changed = await lea('POST', `/v1/calendars/${id}/holidays`, { ics });
    expect(changed).toMatchObject({
      holidays: [
        { date: '2026-05-01', name: 'Labour Day' },
        { date: '2026-12-25', name: 'Christmas' },
        { date: '2026-12-26', name: 'Christmas' },
        { date: '2027-05-01', name: 'Labour Day' },
        { date: '2028-05-01', name: 'Labour Day' },
      ],
    });
    await expect(lea('POST', `/v1/calendars/${id}/holidays`, { ics: 'no' })).rejects.toThrow(
      '/ics: is not an iCalendar file',
    );
  });
});

describe('warnings and breaches', () => {
  test('are told once, in the history and by mail to the assignee; the list finds and sorts by them', async () => {
    const { ann, path, clock, told, id, contactId, mailboxId, deps } = await desk();
    await ann('POST', `${path}/take`);
    const later = await insertRequest(
      db,
      { contactId, mailboxId },
      { at: new Date(START.getTime() + 20 * HOUR) },
    );
    const found = async (query: string) =>
      (await ann('GET', `/v1/requests?${query}`)).items.map((each) => each.id);
    clock.advance(6.4 * HOUR - 1);
    expect(await told()).toBe(0);
    clock.advance(1);
    expect(await told()).toBe(1);
    expect(await found('due=warned')).toEqual([id]);
    expect(await found('q=is:due_soon')).toEqual([id]);
    clock.advance(2 * HOUR);
    expect(await told()).toBe(1);
    expect(await told()).toBe(0);
    expect(await found('due=breached')).toEqual([id]);
    expect(await found('q=is:overdue')).toEqual([id]);
    expect(await found('due=warned')).toEqual([]);
    expect(await found('sort=due')).toEqual([id, later]);
    expect(await found(`sort=-due&dueFrom=${after(8)}&dueTo=${after(28)}`)).toEqual([id]);
    expect(await events()).toEqual(['request.due_soon firstAnswer', 'request.breached firstAnswer']);
    expect(await tellOperators(deps)).toBe(2);
    await ann('POST', `${path}/pend`);
    clock.advance(HOUR);
    await ann('PATCH', path, { priority: 'P1' });
    expect(await told()).toBe(0);
  });

  test('that nobody looked for before the answer are in the history all the same', async () => {
    const { clock, answered, request, told, ann, path, deps } = await desk();
    await ann('POST', `${path}/take`);
    clock.advance(9 * HOUR);
    await answered();
    // What is over by then is no news.
    expect(await tellOperators(deps)).toBe(0);
    expect(await events()).toEqual(['request.due_soon firstAnswer', 'request.breached firstAnswer']);
    expect((await request()).clocks.firstAnswer).toMatchObject({ breachedAt: after(8), endedAt: after(9) });
    expect(await told()).toBe(0);
  });

  test('are told once by any number of processes, one of which dies while it tells', async () => {
    const { deps, clock, contactId, mailboxId, operatorId: assigneeId } = await desk();
    for (let n = 0; n < 250; n += 1) await insertRequest(db, { contactId, mailboxId }, { assigneeId });
    clock.advance(9 * HOUR);
    const dying = connect(url, { max: 1 });
    const [row] = await dying<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const death = dying.begin(async (tx) => {
      expect(await claimDueClocks(tx, clock.now(), 50)).toBe(50);
      await db`select pg_terminate_backend(${row?.pid ?? 0})`;
      await tx`select 1`;
    });
    await expect(death).rejects.toThrow(/terminat|closed|ended/i);
    const counts = await Promise.all([1, 2, 3, 4].map(() => tellClocks(deps)));
    const last = await tellClocks(deps);
    expect([...counts, last].reduce((sum, n) => sum + n, 0)).toBe(251);
    const twice = await db`
      select request_id from events where type like 'request.%' group by request_id, type, new ->> 'clock' having count(*) > 1`;
    expect(twice).toEqual([]);
    expect(await tellOperators(deps)).toBe(2 * 250);
    await dying.end({ timeout: 1 });
  });
});
