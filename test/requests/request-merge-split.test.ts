import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, type MailParts, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const DORA = 'Dora <dora@customer.example>';

/** A desk with Ann at work, and two requests: 1 of Carla's (Paul in copy), 2 of Dora's (Quinn in copy). */
async function desk() {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  const ann = await testOperator(made.deps, { name: 'Ann' });
  await receive(made, { cc: 'Paul <paul@customer.example>', messageId: '<carla-1@customer.example>' });
  made.clock.advance(60_000);
  await receive(made, {
    from: DORA,
    cc: 'Quinn <quinn@customer.example>',
    subject: 'The printer burns',
    messageId: '<dora-1@customer.example>',
  });
  made.clock.advance(60_000);
  const post = async (path: string, body?: unknown) => made.call('POST', path, { token: ann.token, body });
  const ok = async (path: string, body?: unknown): Promise<any> => {
    const response = await post(path, body);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  return { ...made, ann, post, ok, from: (parts: MailParts) => receive(made, parts) };
}

/** All that a merge or a split moves or counts, a line a request, and whether the counts are true. */
async function picture() {
  const rows = await db<
    {
      id: number;
      status: string;
      mergedInto: number | null;
      messages: string[] | null;
      people: string[] | null;
      deliveries: number;
      intake: number;
      told: number;
      countsHold: boolean;
    }[]
  >`
    select id, status, merged_into,
      (select array_agg(kind order by messages.id) from messages where request_id = requests.id) as messages,
      (select array_agg(email order by email) from participants where request_id = requests.id) as people,
      (select count(*)::int from deliveries where request_id = requests.id) as deliveries,
      (select count(*)::int from intake where request_id = requests.id) as intake,
      (select count(*)::int from events where request_id = requests.id and message_id is not null and type not like 'request.%') as told,
      message_count = (select count(*) from messages where request_id = requests.id)
        and last_message_at = coalesce((
          select max(created_at) from messages where request_id = requests.id and kind <> 'note'), last_message_at)
        and not exists (
          select from deliveries join messages on messages.id = deliveries.message_id
          where messages.request_id <> deliveries.request_id)
        and not exists (
          select from events join messages on messages.id = events.message_id
          where messages.request_id <> events.request_id and events.type not like 'request.%')
        and heard = exists (select from messages where request_id = requests.id and kind = 'inbound') as counts_hold
    from requests
    order by id`;
  expect(rows.map((row) => row.countsHold)).toEqual(rows.map(() => true));
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    mergedInto: row.mergedInto,
    deliveries: row.deliveries,
    intake: row.intake,
    told: row.told,
    messages: row.messages?.join(' ') ?? '',
    people: row.people?.map((email) => email.split('@')[0]).join(' ') ?? '',
  }));
}

const CARLAS = {
  id: 1,
  status: 'new',
  mergedInto: null,
  messages: 'inbound automatic',
  people: 'paul',
  deliveries: 1,
  intake: 1,
  told: 2,
};
const DORAS = { ...CARLAS, id: 2, people: 'quinn' };

describe('merge', () => {
  test('moves messages with deliveries, intake and history, closes silently, and joins the people', async () => {
    const made = await desk();
    expect(await picture()).toEqual([CARLAS, DORAS]);
    await made.ok('/v1/requests/2/notes', { text: 'The same fire.' });
    const merged = await made.ok('/v1/requests/2/merge', { into: 1 });
    expect(merged).toMatchObject({ id: 2, status: 'closed', mergedInto: 1, messageCount: 0 });
    expect(await picture()).toEqual([
      {
        ...CARLAS,
        messages: 'inbound automatic inbound automatic note',
        people: 'dora paul quinn',
        deliveries: 2,
        intake: 2,
        told: 5,
      },
      { ...DORAS, status: 'closed', mergedInto: 1, messages: '', deliveries: 0, intake: 0, told: 0 },
    ]);
    expect(await db`select id from messages where notice = 'closed'`).toHaveLength(0);
    expect(
      await db`select request_id, type from events where type in ('request.merged', 'request.absorbed')`,
    ).toEqual([
      { requestId: 2, type: 'request.merged' },
      { requestId: 1, type: 'request.absorbed' },
    ]);
    expect(await db`select id from messages where subject_changed`).toHaveLength(1);
  });

  test('is followed by later mail, also when the other request is merged on', async () => {
    const made = await desk();
    await made.from({ from: 'Eve <eve@customer.example>' });
    await made.ok('/v1/requests/2/merge', { into: 1 });
    const answer = { from: DORA, inReplyTo: '<dora-1@customer.example>' };
    expect(await made.from(answer)).toMatchObject({ outcome: 'appended', requestId: 1 });
    await made.ok('/v1/requests/1/merge', { into: 3 });
    expect(await made.from(answer)).toMatchObject({ outcome: 'appended', requestId: 3 });
    const [row] = await db<{ tag: string }[]>`select reply_tag as tag from requests where id = 2`;
    const to = DESK.replace('@', `+${row?.tag}@`);
    expect(await made.from({ from: DORA, to })).toMatchObject({ outcome: 'appended', requestId: 3 });
    await picture();
  });

  test('undone, is as if it had not been, but for the mail that came in between', async () => {
    const made = await desk();
    await made.ok('/v1/requests/2/take');
    await made.ok('/v1/requests/2/pend');
    const before = await picture();
    await made.ok('/v1/requests/2/merge', { into: 1 });
    const back = await made.ok('/v1/requests/2/unmerge');
    expect(back).toMatchObject({
      status: 'pending',
      assignee: { name: 'Ann' },
      closedAt: null,
      mergedInto: null,
    });
    expect(await picture()).toEqual(before);

    await made.ok('/v1/requests/2/merge', { into: 1 });
    await made.from({ from: DORA, inReplyTo: '<dora-1@customer.example>' });
    await made.ok('/v1/requests/2/unmerge');
    const [carlas, doras] = await picture();
    expect(carlas).toMatchObject({ messages: 'inbound automatic inbound', people: 'dora paul' });
    expect(doras).toMatchObject({ messages: 'inbound automatic automatic', people: 'quinn' });
    await problemOf(await made.post('/v1/requests/2/unmerge'), 409, 'wrong_state');
  });

  test('of merges in a row, each can be undone on its own, in either order', async () => {
    const made = await desk();
    await made.from({ from: 'Eve <eve@customer.example>' });
    const before = await picture();
    for (const order of [
      [2, 1],
      [1, 2],
    ]) {
      await made.ok('/v1/requests/2/merge', { into: 1 });
      await made.ok('/v1/requests/1/merge', { into: 3 });
      expect((await picture())[2]?.messages).toBe(Array(3).fill('inbound automatic').join(' '));
      for (const id of order) await made.ok(`/v1/requests/${id}/unmerge`);
      expect(await picture()).toEqual(before);
    }
    expect(await db`select request_id from merged_messages`).toHaveLength(0);
  });

  test('takes along what rules did because of its messages, and leaves what they did with the request itself', async () => {
    const made = await desk();
    const [doras] = await db<{ id: number }[]>`select id from messages where subject = 'The printer burns'`;
    const did = (requestId: number, ruleId: number, messageId: number | null) => db`
      insert into events (type, mailbox_id, request_id, message_id, actor_kind, new, at)
      values ('rule.applied', 1, ${requestId}, ${messageId}, 'system', ${db.json({ ruleId })}, ${made.clock.now()})`;
    await did(2, 7, doras?.id ?? 0);
    await did(2, 8, doras?.id ?? 0);
    await did(2, 8, null);
    await did(1, 9, null);
    const foundBy = async (ruleId: number) => {
      const answer = await made.call('GET', `/v1/requests?sort=id&rule=${ruleId}`, { token: made.ann.token });
      return ((await answer.json()) as { items: { id: number }[] }).items.map(({ id }) => id);
    };
    const found = async () => Promise.all([foundBy(7), foundBy(8), foundBy(9)]);
    expect(await found()).toEqual([[2], [2], [1]]);
    await made.ok('/v1/requests/2/merge', { into: 1 });
    expect(await found()).toEqual([[1], [1, 2], [1]]);
    await made.ok('/v1/requests/2/unmerge');
    expect(await found()).toEqual([[2], [2], [1]]);
    await made.ok('/v1/requests/2/merge', { into: 1 });
    await made.ok('/v1/requests/1/split', { messageIds: [doras?.id] });
    expect(await found()).toEqual([[3], [2, 3], [1]]);
  });

  test('brings a call for attention along', async () => {
    const made = await desk();
    await made.call('PATCH', '/v1/requests/2', { token: made.ann.token, body: { needsAttention: true } });
    const merged = await made.ok('/v1/requests/2/merge', { into: 1 });
    expect(merged.needsAttention).toBe(false);
    expect(await db`select needs_attention from requests where id = 1`).toEqual([{ needsAttention: true }]);
    expect((await made.ok('/v1/requests/2/unmerge')).needsAttention).toBe(true);
  });

  test('waits while one of the mails is being sent', async () => {
    const made = await desk();
    await db`
      update deliveries
      set state = 'sending', next_attempt_at = null, lease_owner = gen_random_uuid(), lease_until = ${made.clock.now()}
      where request_id = 2`;
    const before = await picture();
    await problemOf(await made.post('/v1/requests/2/merge', { into: 1 }), 409, 'wrong_state');
    expect(await picture()).toEqual(before);
  });

  test('into itself, a closed, another mailbox’s, an unknown or an unseen request is refused', async () => {
    const made = await desk();
    const other = await testMailbox(made.deps, 'sales@desk.example.com');
    await db`
      insert into requests (mailbox_id, contact_id, subject, status, reply_tag, created_at, updated_at, last_message_at)
      select ${other.id}, contact_id, subject, status, 'aaaaaaaaaaaaaaaa', created_at, updated_at, last_message_at
      from requests
      where id = 1`;
    const bob = await testOperator(made.deps, { name: 'Bob', mailboxIds: [1] });
    const merge = async (into: number, token = made.ann.token) =>
      made.call('POST', '/v1/requests/2/merge', { token, body: { into } });
    expect((await problemOf(await merge(2), 400, 'invalid_input')).errors).toMatchObject([
      { pointer: '/into' },
    ]);
    expect((await problemOf(await merge(3), 400, 'invalid_input')).errors).toMatchObject([
      { pointer: '/into' },
    ]);
    await problemOf(await merge(4711), 404, 'not_found');
    await problemOf(await merge(3, bob.token), 404, 'not_found');
    await made.ok('/v1/requests/1/close', { notify: false });
    expect(await problemOf(await merge(1), 409, 'wrong_state')).toMatchObject({ requestStatus: 'closed' });
    expect(await db`select id from events where type = 'request.merged'`).toHaveLength(0);
  });

  test('two at once into each other: one wins, and no message is lost', async () => {
    const made = await desk();
    const answers = await Promise.all([
      made.post('/v1/requests/1/merge', { into: 2 }),
      made.post('/v1/requests/2/merge', { into: 1 }),
    ]);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 409]));
    const messages = (await picture()).map((row) => row.messages);
    expect(messages.toSorted()).toEqual(['', 'inbound automatic inbound automatic']);
  });

  test('and a mail at the same moment leave the mail where the conversation now is', async () => {
    const made = await desk();
    const [, filed] = await Promise.all([
      made.ok('/v1/requests/2/merge', { into: 1 }),
      made.from({ from: DORA, inReplyTo: '<dora-1@customer.example>' }),
    ]);
    expect(filed.outcome).toBe('appended');
    expect((await picture()).map((row) => row.messages)).toEqual([
      'inbound automatic inbound automatic inbound',
      '',
    ]);
  });

  test('a merged request takes no verb but its undoing', async () => {
    const made = await desk();
    await made.ok('/v1/requests/2/merge', { into: 1 });
    for (const [verb, body] of [
      ['reopen', undefined],
      ['notes', { text: 'x' }],
      ['messages', { text: 'x' }],
      ['merge', { into: 1 }],
    ] as const) {
      const problem = await problemOf(await made.post(`/v1/requests/2/${verb}`, body), 409, 'wrong_state');
      expect(problem.mergedInto ?? 1).toBe(1);
    }
  });
});

describe('split', () => {
  /** Carla's request with a second mail of hers about something else, and one of Paul's. */
  async function crowded() {
    const made = await desk();
    await made.from({ subject: 'Invoice 12', messageId: '<carla-2@customer.example>' });
    await made.from({
      from: 'Paul <paul@customer.example>',
      subject: 'My chair',
      inReplyTo: '<carla-1@customer.example>',
      messageId: '<paul-1@customer.example>',
    });
    const messages = await db<{ id: number; subject: string; kind: string }[]>`
      select id, subject, kind from messages where request_id = 1 order by id`;
    const idOf = (subject: string) => messages.find((each) => each.subject === subject)?.id ?? 0;
    return { ...made, messages, idOf };
  }

  test("opens a new request of the mail's writer, with the subject of the mail, and later mail finds it", async () => {
    const made = await crowded();
    const response = await made.post('/v1/requests/1/split', { messageIds: [made.idOf('My chair')] });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      id: 3,
      subject: 'My chair',
      status: 'new',
      assignee: null,
      contact: { email: 'paul@customer.example' },
      messageCount: 1,
      firstResponseAt: null,
    });
    const [carlas, , pauls] = await picture();
    expect(carlas).toMatchObject({
      messages: 'inbound automatic inbound',
      people: 'paul',
      intake: 2,
      told: 3,
    });
    expect(pauls).toMatchObject({ messages: 'inbound', people: '', intake: 1, told: 1 });
    expect(await db`select subject_changed from messages where request_id = 3`).toEqual([
      { subjectChanged: false },
    ]);
    const answer = { from: 'Paul <paul@customer.example>', inReplyTo: '<paul-1@customer.example>' };
    expect(await made.from(answer)).toMatchObject({ outcome: 'appended', requestId: 3 });
    const types = await db<{ type: string; requestId: number }[]>`
      select type, request_id from events where actor_operator_id = ${made.ann.id} order by id`;
    expect(types).toEqual([
      { type: 'request.split', requestId: 1 },
      { type: 'request.opened', requestId: 3 },
    ]);
  });

  test('takes an answer along with its delivery and the time of the first response', async () => {
    const made = await crowded();
    const reply = await made.ok('/v1/requests/1/messages', { text: 'We look into the invoice.', cc: [] });
    const sentAt = made.clock.now();
    await db`
      update deliveries set state = 'sent', next_attempt_at = null, sent_at = ${sentAt} where message_id = ${reply.id}`;
    const split = await made.ok('/v1/requests/1/split', {
      messageIds: [made.idOf('Invoice 12'), reply.id],
      subject: 'The invoice',
    });
    expect(split).toMatchObject({
      subject: 'The invoice',
      firstResponseAt: sentAt.toISOString(),
      messageCount: 2,
    });
    expect((await picture())[2]).toMatchObject({ messages: 'inbound outbound', deliveries: 1 });
  });

  test('from a closed request opens a new one and leaves the other closed', async () => {
    const made = await crowded();
    await made.ok('/v1/requests/1/close', { notify: false });
    const split = await made.ok('/v1/requests/1/split', { messageIds: [made.idOf('Invoice 12')] });
    expect(split.status).toBe('new');
    expect((await picture())[0]?.status).toBe('closed');
  });

  test('leaves no request empty, and moves nothing it was not given', async () => {
    const made = await crowded();
    const before = await picture();
    const all = made.messages.map((each) => each.id);
    const automatic = made.messages.filter((each) => each.kind === 'automatic').map((each) => each.id);
    const [foreign] = await db<{ id: number }[]>`select id from messages where request_id = 2 limit 1`;
    for (const [messageIds, pointer] of [
      [all, '/messageIds'],
      [all.filter((id) => !automatic.includes(id)), '/messageIds'],
      [automatic, '/messageIds'],
      [[made.idOf('Invoice 12'), foreign?.id], '/messageIds/1'],
      [[4711], '/messageIds/0'],
      [[], '/messageIds'],
    ] as const) {
      const response = await made.post('/v1/requests/1/split', { messageIds });
      expect((await problemOf(response, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
    }
    expect(await picture()).toEqual(before);
  });

  test('with an Idempotency-Key opens one request however often it is posted', async () => {
    const made = await crowded();
    const options = {
      token: made.ann.token,
      body: { messageIds: [made.idOf('Invoice 12')] },
      headers: { 'idempotency-key': 'once' },
    };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => made.call('POST', '/v1/requests/1/split', options)),
    );
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { id: number }).id),
    );
    expect(ids).toEqual([3, 3, 3, 3]);
    expect(await picture()).toHaveLength(3);
  });

  test('undoes a merge by hand as well: what was split off stays where it went when the merge is undone', async () => {
    const made = await desk();
    await made.ok('/v1/requests/2/merge', { into: 1 });
    const [doras] = await db<{ id: number }[]>`select id from messages where subject = 'The printer burns'`;
    await made.ok('/v1/requests/1/split', { messageIds: [doras?.id] });
    expect((await picture()).map(({ messages, people }) => [messages, people])).toEqual([
      ['inbound automatic automatic', 'dora paul quinn'],
      ['', 'quinn'],
      ['inbound', 'quinn'],
    ]);
    await made.ok('/v1/requests/2/unmerge');
    expect((await picture()).map(({ messages }) => messages)).toEqual([
      'inbound automatic',
      'automatic',
      'inbound',
    ]);
  });
});
