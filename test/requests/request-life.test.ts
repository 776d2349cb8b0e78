import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { closeResolved } from '../../src/requests/life/auto-closing.ts';
import type { RequestStatus } from '../../src/requests/request.ts';
import { newReplyTag } from '../../src/requests/request/reply-tag.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';
import { DESK, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

/** Every state a request can be in for the caller: its status and whose it is. */
const SITUATIONS = [
  'new nobody',
  'in_progress me',
  'in_progress other',
  'pending me',
  'pending other',
  'resolved me',
  'resolved other',
  'resolved nobody',
  'closed me',
  'closed other',
  'closed nobody',
] as const;
type Situation = (typeof SITUATIONS)[number];

/**
 * What a verb makes of each situation: the situation after it, `same` for 200 (201) without a change, or the refusal's
 * status. `a / b`: the first for agents and for leads of other teams than the request's, the second for everybody else.
 */
type Row = Readonly<Record<Situation, string>>;

function row(...cells: readonly string[]): Row {
  if (cells.length !== SITUATIONS.length) throw new Error('a cell for each situation');
  return Object.fromEntries(SITUATIONS.map((situation, index) => [situation, cells[index]])) as Row;
}

type Verb = {
  readonly method?: string;
  readonly path: string;
  readonly body?: (ids: Ids) => unknown;
  readonly event: string;
  readonly created?: boolean;
  readonly row: Row;
};

type Ids = {
  readonly me: number;
  readonly other: number;
  readonly target: number;
  /** A team that the caller leads, unless they are an agent. */
  readonly team: number;
  readonly messageId: number;
};

// prettier-ignore
const VERBS: Readonly<Record<string, Verb>> = {
  //                                          new               in_progress                             pending                              resolved                                 closed
  //                                          nobody            me                other                 me                other              me           other        nobody         me            other         nobody
  take:          { path: 'take',     event: 'request.taken',
    row: row(                                 'in_progress me', 'same',           '409',                'same',           '409',             '409',       '409',       '409',         '409',        '409',        '409') },
  'take by force': { path: 'take',   event: 'request.taken', body: () => ({ force: true }),
    row: row(                                 'in_progress me', 'same',           '403 / in_progress me', 'same',         '403 / in_progress me', '409',  '409',       '409',         '409',        '409',        '409') },
  'assign to oneself': { path: 'assign', event: 'request.assigned', body: ({ me }) => ({ operatorId: me }),
    row: row(                                 'in_progress me', 'same',           '403 / in_progress me', 'in_progress me', '403 / in_progress me', '409', '403 / 409', '409',       '409',        '403 / 409',  '409') },
  'assign to another': { path: 'assign', event: 'request.assigned', body: ({ other }) => ({ operatorId: other }),
    row: row(                                 '403 / in_progress other', '403 / in_progress other', '403 / same', '403 / in_progress other', '403 / in_progress other', '403 / 409', '403 / 409', '403 / 409', '403 / 409', '403 / 409', '403 / 409') },
  'assign to a team': { path: 'assign', event: 'request.assigned', body: ({ team }) => ({ teamId: team }),
    row: row(                                 '403 / new nobody', '403 / in_progress me', '403 / in_progress other', '403 / pending me', '403 / pending other', '403 / 409', '403 / 409', '403 / 409', '403 / 409', '403 / 409', '403 / 409') },
  escalate:      { path: 'escalate', event: 'request.escalated', body: ({ team }) => ({ teamId: team, reason: 'They threaten to leave.' }),
    row: row(                                 'new nobody',     'in_progress me', 'in_progress other',  'pending me',     'pending other',   '409',       '409',       '409',         '409',        '409',        '409') },
  'de-escalate': { method: 'DELETE', path: 'escalate', event: 'request.deescalated',
    row: row(                                 'same',           'same',           'same',               'same',           'same',            '409',       '409',       '409',         '409',        '409',        '409') },
  unassign:      { path: 'unassign', event: 'request.unassigned',
    row: row(                                 'same',           'new nobody',     '403 / new nobody',   'new nobody',     '403 / new nobody', '409',      '403 / 409', '409',         '409',        '403 / 409',  '409') },
  pend:          { path: 'pend',     event: 'request.pended',
    row: row(                                 '409',            'pending me',     'pending other',      '409',            '409',             '409',       '409',       '409',         '409',        '409',        '409') },
  resolve:       { path: 'resolve',  event: 'request.resolved', body: () => ({ notes: 'It was the cable.' }),
    row: row(                                 'resolved nobody', 'resolved me',   'resolved other',     'resolved me',    'resolved other',  '409',       '409',       '409',         '409',        '409',        '409') },
  close:         { path: 'close',    event: 'request.closed',
    row: row(                                 'closed nobody',  'closed me',      'closed other',       'closed me',      'closed other',    'closed me', 'closed other', 'closed nobody', '409',     '409',        '409') },
  reopen:        { path: 'reopen',   event: 'request.reopened',
    row: row(                                 '409',            '409',            '409',                '409',            '409',             'in_progress me', 'in_progress other', 'new nobody', 'in_progress me', 'in_progress other', 'new nobody') },
  merge:         { path: 'merge',    event: 'request.merged', body: ({ target }) => ({ into: target }),
    row: row(                                 'closed nobody',  'closed me',      'closed other',       'closed me',      'closed other',    'closed me', 'closed other', 'closed nobody', '409',     '409',        '409') },
  unmerge:       { path: 'unmerge',  event: 'request.unmerged',
    row: row(...SITUATIONS.map(() => '409')) },
  split:         { path: 'split',    event: 'request.split', body: ({ messageId }) => ({ messageIds: [messageId] }), created: true,
    row: row(...SITUATIONS) },
  edit:          { method: 'PATCH', path: '', event: 'request.edited', body: () => ({ priority: 'P1' }),
    row: row(                                 'new nobody',     'in_progress me', 'in_progress other',  'pending me',     'pending other',   'resolved me', 'resolved other', 'resolved nobody', '409',   '409',        '409') },
  'flag alone':  { method: 'PATCH', path: '', event: 'request.edited', body: () => ({ needsAttention: true }),
    row: row(...SITUATIONS) },
  note:          { path: 'notes',    event: 'message.noted', body: () => ({ text: 'Called back.' }), created: true,
    row: row(...SITUATIONS) },
  reply:         { path: 'messages', event: 'message.replied', body: () => ({ text: 'Hello' }), created: true,
    row: row(                                 'in_progress me', 'in_progress me', 'in_progress other',  'in_progress me', 'in_progress other', 'in_progress me', 'in_progress other', 'in_progress me', '409', '409',      '409') },
};

/** Callers by their role and whose the request is: of no team, of one that they lead, or of another. */
const CALLERS = [
  { role: 'agent', belongs: 'theirs' },
  { role: 'lead', belongs: 'none' },
  { role: 'lead', belongs: 'ours' },
  { role: 'lead', belongs: 'theirs' },
  { role: 'manager', belongs: 'theirs' },
  { role: 'admin', belongs: 'none' },
] as const satisfies readonly { readonly role: Role; readonly belongs: string }[];

describe('each verb in each state', () => {
  test.each(CALLERS)('by the role $role on a request of $belongs', async ({ role, belongs }) => {
    const { deps, call, clock } = testApp(db);
    const me = await testOperator(deps, { name: 'Me', role });
    const { other, ...desk } = await testDesk(deps, ['Other']);
    const teams = await insertTeams(role === 'lead' ? me.id : null);
    const whose = { me: me.id, other: other.id, teamId: belongs === 'none' ? null : teams[belongs] };
    const cells = Object.entries(VERBS).flatMap(([name, verb]) =>
      SITUATIONS.map((situation) => ({ name, verb, situation })),
    );
    const requestIds = await insertIn(desk, cells, whose, clock.now());
    const found: unknown[] = [];
    for (const [index, { name, verb, situation }] of cells.entries()) {
      const requestId = requestIds[index] ?? 0;
      const target = name === 'merge' ? await insertRequest(db, desk) : 0;
      const messageId = name === 'split' ? await insertTwo(desk, requestId) : 0;
      const path = `/v1/requests/${requestId}${verb.path === '' ? '' : `/${verb.path}`}`;
      const body = verb.body?.({ me: me.id, other: other.id, target, messageId, team: teams.further });
      const { status } = await call(verb.method ?? 'POST', path, { token: me.token, body });
      found.push({ name, situation, status });
    }
    const states = await statesOf(requestIds, me.id);
    const isOther = role === 'agent' || (role === 'lead' && belongs === 'theirs');
    const expected = cells.map(({ name, verb, situation }) => {
      const [forOthers = '', forLeads = forOthers] = verb.row[situation].split(' / ');
      const cell = isOther ? forOthers : forLeads;
      const refused = /^\d+$/.test(cell);
      const same = refused || cell === 'same';
      const status = refused ? Number(cell) : verb.created === true ? 201 : 200;
      return { name, situation, status, becomes: same ? situation : cell, told: !same, event: !same };
    });
    expect(
      found.map((each, index) => {
        const { becomes = '', events = [] } = states[index] ?? {};
        const event = events.includes(cells[index]?.verb.event ?? '');
        return { ...(each as object), becomes, told: events.length > 0, event };
      }),
    ).toEqual(expected);
  });
});

/** Two messages of a request; returns the first. */
async function insertTwo(
  desk: { readonly mailboxId: number; readonly contactId: number },
  requestId: number,
): Promise<number> {
  const { messageId } = await insertInbound(db, desk, requestId);
  await insertInbound(db, desk, requestId);
  return messageId;
}

/** Two teams that somebody leads, and one that they do not. */
async function insertTeams(leadId: number | null) {
  const [ours, further, theirs] = await db<{ id: number }[]>`
    insert into teams (name, created_at, updated_at)
    select 'Team ' || n, ${START}, ${START} from generate_series(1, 3) n
    returning id`;
  if (ours === undefined || further === undefined || theirs === undefined) throw new Error('no teams');
  if (leadId !== null)
    await db`
      insert into team_members (team_id, operator_id, leads)
      values (${ours.id}, ${leadId}, true), (${further.id}, ${leadId}, true)`;
  return { ours: ours.id, further: further.id, theirs: theirs.id };
}

/** A request in each of the situations, for the caller. */
async function insertIn(
  desk: { readonly mailboxId: number; readonly contactId: number },
  cells: readonly { readonly situation: Situation }[],
  whose: { readonly me: number; readonly other: number; readonly teamId: number | null },
  at: Date,
): Promise<number[]> {
  const places = cells.map(({ situation }) => {
    const [status, holder] = situation.split(' ') as [RequestStatus, 'me' | 'other' | 'nobody'];
    return { status, assigneeId: holder === 'nobody' ? null : whose[holder], tag: newReplyTag() };
  });
  const rows = await db<{ id: number }[]>`
    insert into requests
      (mailbox_id, contact_id, subject, status, assignee_id, team_id, reply_tag, created_at, updated_at, last_message_at,
       resolved_at, closed_at)
    select ${desk.mailboxId}, ${desk.contactId}, 'My parcel', status, assignee_id, ${whose.teamId}, tag, ${START}, ${START}, ${START},
      case status when 'resolved' then ${at}::timestamptz end, case status when 'closed' then ${at}::timestamptz end
    from unnest(${places.map((each) => each.status)}::text[], ${places.map((each) => each.assigneeId)}::bigint[],
      ${places.map((each) => each.tag)}::text[]) with ordinality as place (status, assignee_id, tag, number)
    order by number
    returning id`;
  return rows.map((row) => row.id);
}

/** What became of requests: status and whose they are for the caller, and the types of their events. */
async function statesOf(requestIds: readonly number[], me: number) {
  const rows = await db<{ id: number; becomes: string; events: string[] }[]>`
    select id,
      status || ' ' || case when assignee_id is null then 'nobody' when assignee_id = ${me} then 'me' else 'other' end as becomes,
      array(select type from events where events.request_id = requests.id) as events
    from requests
    where id = any(${[...requestIds]}::bigint[])
    order by id`;
  return rows;
}

const DAY = 86_400_000;

/** A desk with Ann at work and a request of Carla's, which came in by mail. */
async function atWork() {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  const ann = await testOperator(made.deps, { name: 'Ann' });
  await receive(made, { messageId: '<carla-1@customer.example>' });
  const call = (method: string, path: string, body?: unknown, headers = {}) =>
    made.call(method, path, { token: ann.token, body, headers });
  const ok = async (method: string, path: string, body?: unknown): Promise<any> => {
    const response = await call(method, path, body);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  return { ...made, ann, call, ok };
}

async function noticesOf(requestId: number): Promise<string[]> {
  const rows = await db<{ notice: string }[]>`
    select notice from messages where request_id = ${requestId} and notice is not null order by id`;
  return rows.map((each) => each.notice);
}

describe('resolve', () => {
  test('keeps its notes as a note and in the history, and tells nobody', async () => {
    const made = await atWork();
    const notes = 'A new cable.\nSent by post.';
    const resolved = await made.ok('POST', '/v1/requests/1/resolve', { notes });
    expect(resolved).toMatchObject({ status: 'resolved', resolvedAt: made.clock.now().toISOString() });
    expect(await db`select text, author_operator_id from messages where kind = 'note'`).toEqual([
      { text: notes, authorOperatorId: made.ann.id },
    ]);
    const [event] = await db`select old, new from events where type = 'request.resolved'`;
    expect(event).toEqual({ old: { status: 'new' }, new: { status: 'resolved', notes } });
    expect(await noticesOf(1)).toEqual(['created']);
    for (const body of [{}, { notes: ' \n' }]) {
      const problem = await problemOf(
        await made.call('POST', '/v1/requests/1/resolve', body),
        400,
        'invalid_input',
      );
      expect(problem.errors).toMatchObject([{ pointer: '/notes' }]);
    }
  });

  test("closes by itself, with the closed notice, after the mailbox's days and not before", async () => {
    const made = await atWork();
    await made.ok('POST', '/v1/requests/1/resolve', { notes: 'Done.' });
    const before = made.wakes();
    made.clock.advance(7 * DAY - 1);
    expect(await closeResolved(made.deps)).toBe(0);
    made.clock.advance(1);
    expect(await Promise.all([closeResolved(made.deps), closeResolved(made.deps)])).toEqual(
      expect.arrayContaining([0, 1]),
    );
    expect(await made.ok('GET', '/v1/requests/1')).toMatchObject({
      status: 'closed',
      closedAt: made.clock.now().toISOString(),
    });
    expect(await noticesOf(1)).toEqual(['created', 'closed']);
    expect(made.wakes()).toBe(before + 1);
    expect(await db`select actor_kind, old, new from events where type = 'request.closed'`).toEqual([
      {
        actorKind: 'system',
        old: { status: 'resolved' },
        new: { status: 'closed', reason: 'resolved', notify: true },
      },
    ]);
  });

  test('never closes by itself where the mailbox says so, nor once the contact has written', async () => {
    const made = await atWork();
    await made.ok('POST', '/v1/requests/1/resolve', { notes: 'Done.' });
    await db`update mailboxes set auto_close_days = null`;
    made.clock.advance(400 * DAY);
    expect(await closeResolved(made.deps)).toBe(0);
    await db`update mailboxes set auto_close_days = 3`;
    await receive(made, { inReplyTo: '<carla-1@customer.example>', text: 'It burns again.' });
    expect(await closeResolved(made.deps)).toBe(0);
    expect((await made.ok('GET', '/v1/requests/1')).status).toBe('new');
  });
});

describe('close', () => {
  test('and block tells nobody, and the next mail goes to quarantine', async () => {
    const made = await atWork();
    await made.ok('POST', '/v1/requests/1/close', { block: true, reason: 'Spam' });
    expect(await noticesOf(1)).toEqual(['created']);
    expect(await receive(made, {})).toMatchObject({ outcome: 'quarantined', reason: 'blocked_sender' });
    expect(await db`select contact_id, request_id, new from events where type = 'contact.blocked'`).toEqual([
      { contactId: 1, requestId: 1, new: { blocked: true } },
    ]);
  });
});

describe('reopen', () => {
  test('gives the request back to who had it, or to nobody when they are gone', async () => {
    const made = await atWork();
    const ada = await testOperator(made.deps, { name: 'Ada' });
    await made.ok('POST', '/v1/requests/1/take');
    await made.ok('POST', '/v1/requests/1/close', { notify: false });
    const reopened = await made.ok('POST', '/v1/requests/1/reopen');
    expect(reopened).toMatchObject({ status: 'in_progress', assignee: { name: 'Ann' }, closedAt: null });
    await made.ok('POST', '/v1/requests/1/close', { notify: false });
    await db`update operators set active = false where id = ${made.ann.id}`;
    const again = await (
      await made.app.request('/v1/requests/1/reopen', {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.token}` },
      })
    ).json();
    expect(again).toMatchObject({ status: 'new', assignee: null });
    const [event] =
      await db`select old, new from events where type = 'request.reopened' order by id desc limit 1`;
    expect(event).toEqual({
      old: { status: 'closed', assigneeId: made.ann.id },
      new: { status: 'new', assigneeId: null },
    });
  });
});

describe('edit', () => {
  test('changes what is given, tells of what changed, and is silent when nothing did', async () => {
    const made = await atWork();
    const changes = { priority: 'P1', category: 'hardware', tags: ['vip', ' fire ', 'vip'], subject: 'Fire' };
    const edited = await made.ok('PATCH', '/v1/requests/1', changes);
    expect(edited).toMatchObject({ ...changes, tags: ['vip', 'fire'], status: 'new' });
    await made.ok('PATCH', '/v1/requests/1', { priority: 'P1', category: null });
    made.clock.advance(1000);
    expect(await made.ok('PATCH', '/v1/requests/1', { tags: ['vip', 'fire'] })).toMatchObject({
      updatedAt: edited.updatedAt,
    });
    const events = await db`select old, new from events where type = 'request.edited' order by id`;
    expect(events).toEqual([
      {
        old: { priority: 'P3', category: null, tags: [], subject: 'The printer is on fire' },
        new: { ...changes, tags: ['vip', 'fire'] },
      },
      { old: { category: 'hardware' }, new: { category: null } },
    ]);
  });

  test.each([
    [{ priority: 'P5' }, '/priority'],
    [{ category: ' ' }, '/category'],
    [{ tags: ['a', ''] }, '/tags/1'],
    [{ subject: '\n' }, '/subject'],
    [{ status: 'closed' }, '/status'],
  ])('refuses %j at %s', async (body, pointer) => {
    const made = await atWork();
    const problem = await problemOf(await made.call('PATCH', '/v1/requests/1', body), 400, 'invalid_input');
    expect(problem.errors).toMatchObject([{ pointer }]);
  });
});

describe('a note', () => {
  test('is counted, never leaves, and is written once under its Idempotency-Key', async () => {
    const made = await atWork();
    const post = () =>
      made.call('POST', '/v1/requests/1/notes', { text: 'Called.' }, { 'idempotency-key': 'n1' });
    const answers = await Promise.all([post(), post(), post()]);
    const notes = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(notes[0]).toMatchObject({
      kind: 'note',
      text: 'Called.',
      author: { kind: 'operator', name: 'Ann' },
      to: [],
      internetMessageId: null,
      delivery: null,
    });
    expect(notes).toEqual([notes[0], notes[0], notes[0]]);
    expect(await made.ok('GET', '/v1/requests/1')).toMatchObject({
      messageCount: 3,
      status: 'new',
      assignee: null,
    });
    expect(await db`select id from deliveries`).toHaveLength(1);
  });
});

describe('opening on behalf of a contact', () => {
  const opening = {
    mailboxId: 1,
    contact: { email: 'Nina@Customer.example', name: 'Nina' },
    subject: 'Your order 4711',
    text: 'It will be late.',
  };

  test('queues the first mail, and the answer joins it', async () => {
    const made = await atWork();
    const body = { ...opening, cc: ['paul@customer.example'], priority: 'P2', tags: ['order'] };
    const response = await made.call('POST', '/v1/requests', body, { 'idempotency-key': 'o1' });
    expect(response.status).toBe(201);
    const request = (await response.json()) as { id: number };
    expect(request).toMatchObject({
      id: 2,
      status: 'in_progress',
      assignee: { name: 'Ann' },
      contact: { email: 'nina@customer.example', name: 'Nina' },
      subject: 'Your order 4711',
      priority: 'P2',
      tags: ['order'],
      messageCount: 1,
    });
    const again = await made.call('POST', '/v1/requests', body, { 'idempotency-key': 'o1' });
    expect(await again.json()).toEqual(request);
    const [message] = (await made.ok('GET', '/v1/requests/2/messages')).items;
    expect(message).toMatchObject({
      kind: 'outbound',
      subject: 'Your order 4711',
      to: [{ address: 'nina@customer.example' }],
      cc: [{ address: 'paul@customer.example' }],
      delivery: { state: 'queued' },
    });
    const nina = { from: 'Nina <nina@customer.example>', subject: 'Re: Your order 4711' };
    const answer = await receive(made, { ...nina, inReplyTo: message.internetMessageId });
    expect(answer).toMatchObject({ outcome: 'appended', requestId: 2 });
    expect(
      await receive(made, { from: 'paul@customer.example', inReplyTo: message.internetMessageId }),
    ).toMatchObject({
      requestId: 2,
    });
    expect(await noticesOf(2)).toEqual([]);
  });

  test('with send false keeps the text as a note', async () => {
    const made = await atWork();
    const before = made.wakes();
    const request = await made.ok('POST', '/v1/requests', { ...opening, send: false });
    const { items } = await made.ok('GET', `/v1/requests/${request.id}/messages`);
    expect(items).toMatchObject([{ kind: 'note', text: 'It will be late.', delivery: null }]);
    expect(made.wakes()).toBe(before);
    const answer = await receive(made, { from: 'Nina <nina@customer.example>', subject: 'My order' });
    expect(answer).toMatchObject({ outcome: 'appended', requestId: request.id });
  });

  test.each([
    [{ contact: { email: 'nina' } }, '/contact/email'],
    [{ contact: { email: DESK.replace('@', '+x@') } }, '/contact/email'],
    [{ cc: ['paul@customer.example', DESK] }, '/cc'],
    [{ cc: ['paul'] }, '/cc/0'],
    [{ cc: ['paul@customer.example'], send: false }, '/cc'],
    [{ mailboxId: 4711 }, '/mailboxId'],
    [{ subject: ' ' }, '/subject'],
    [{ text: '' }, '/text'],
    [{ category: '' }, '/category'],
  ])('refuses %j at %s, and nothing is made', async (part, pointer) => {
    const made = await atWork();
    const response = await made.call('POST', '/v1/requests', { ...opening, ...part });
    expect((await problemOf(response, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
    expect(await db`select id from requests`).toHaveLength(1);
    expect(await db`select id from contacts`).toHaveLength(1);
  });
});
