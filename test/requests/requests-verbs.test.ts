import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { lockContactsOf } from '../../src/requests/locks.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, type MailParts, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

/** A desk with Ann at work and one request of Carla's. */
async function desk(mail: MailParts = {}) {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  const ann = await testOperator(made.deps, { name: 'Ann' });
  const bob = await testOperator(made.deps, { name: 'Bob' });
  const lea = await testOperator(made.deps, { name: 'Lea' });
  await receive(made, { cc: 'Paul <paul@customer.example>', ...mail });
  return { ...made, ann, bob, lea };
}
type Desk = Awaited<ReturnType<typeof desk>>;

async function ok(made: Desk, token: string, method: string, path: string, body?: unknown): Promise<any> {
  const response = await made.call(method, path, { token, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function notices(): Promise<string[]> {
  const rows = await db<
    { notice: string }[]
  >`select notice from messages where notice is not null order by id`;
  return rows.map((row) => row.notice);
}

describe('take', () => {
  test('fifty operators at once: one has the request, forty-nine are told who, one notice leaves', async () => {
    const made = await desk();
    const operators = await Promise.all(
      Array.from({ length: 50 }, (_, index) => testOperator(made.deps, { name: `Op${index}` })),
    );
    const answers = await Promise.all(
      operators.map(({ token }) => made.call('POST', '/v1/requests/1/take', { token, body: {} })),
    );
    const winners = answers.filter((answer) => answer.status === 200);
    expect(winners).toHaveLength(1);
    const { assignee } = (await winners[0]!.json()) as { assignee: { id: number; name: string } };
    for (const answer of answers.filter((each) => each.status !== 200)) {
      const problem = await problemOf(answer, 409, 'already_taken');
      expect(problem.assignee).toEqual(assignee);
      expect(problem.detail).toContain(assignee.name);
    }
    expect(await notices()).toEqual(['created', 'taken']);
    expect(await db`select type from events where type = 'request.taken'`).toHaveLength(1);
  });

  test("one's own request again changes nothing", async () => {
    const made = await desk();
    const first = await ok(made, made.ann.token, 'POST', '/v1/requests/1/take');
    made.clock.advance(1000);
    expect(await ok(made, made.ann.token, 'POST', '/v1/requests/1/take')).toEqual({
      ...first,
      clocks: expect.anything(),
    });
    expect(await notices()).toEqual(['created', 'taken']);
  });

  test("a lead takes over another's request by force, an agent does not", async () => {
    const made = await desk();
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/take');
    const force = { token: made.bob.token, body: { force: true } };
    await problemOf(await made.call('POST', '/v1/requests/1/take', force), 403, 'forbidden');
    const taken = await ok(made, made.lea.token, 'POST', '/v1/requests/1/take', { force: true });
    expect(taken.assignee.name).toBe('Lea');
  });

  test.each(['resolved', 'closed'])('a %s request is refused with its status', async (status) => {
    const made = await desk();
    await db`
      update requests
      set status = ${status}, resolved_at = ${made.clock.now()},
        closed_at = case when ${status} = 'closed' then ${made.clock.now()}::timestamptz end`;
    const response = await made.call('POST', '/v1/requests/1/take', { token: made.ann.token });
    expect((await problemOf(response, 409, 'wrong_state')).status).toBe(409);
  });

  test('a request of a mailbox that one does not serve is not there', async () => {
    const made = await desk();
    const other = await testMailbox(made.deps, 'other@desk.example.com');
    const eve = await testOperator(made.deps, { name: 'Eve', mailboxIds: [other.id] });
    for (const path of ['/v1/requests/1', '/v1/requests/1/messages', '/v1/requests/1/events']) {
      await problemOf(await made.call('GET', path, { token: eve.token }), 404, 'not_found');
    }
    for (const verb of ['take', 'close']) {
      await problemOf(
        await made.call('POST', `/v1/requests/1/${verb}`, { token: eve.token }),
        404,
        'not_found',
      );
    }
    const reply = { token: eve.token, body: { text: 'Hello' } };
    await problemOf(await made.call('POST', '/v1/requests/1/messages', reply), 404, 'not_found');
  });
});

describe('reply', () => {
  test("makes an unassigned request the replier's without the taken notice", async () => {
    const made = await desk();
    const message = await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', {
      text: 'Water is on its way.',
    });
    expect(message).toMatchObject({
      kind: 'outbound',
      delivery: { state: 'queued' },
      text: 'Water is on its way.',
    });
    const request = await ok(made, made.ann.token, 'GET', '/v1/requests/1');
    expect(request).toMatchObject({
      status: 'in_progress',
      assignee: { name: 'Ann' },
      firstResponseAt: null,
    });
    expect(await notices()).toEqual(['created']);
  });

  test("leaves another's request with its assignee", async () => {
    const made = await desk();
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/take');
    await ok(made, made.bob.token, 'POST', '/v1/requests/1/messages', { text: 'Hello' });
    expect((await ok(made, made.ann.token, 'GET', '/v1/requests/1')).assignee.name).toBe('Ann');
  });

  test('goes to the contact, with everybody else on the last mail in copy, the own group left out', async () => {
    const made = await desk({ to: `${DESK}, help@desk.example.com, MAILER-DAEMON` });
    await db`update mailboxes set group_addresses = '{help@desk.example.com}'`;
    const message = await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', { text: 'Hello' });
    expect(message.to.map((each: any) => each.address)).toEqual(['carla@customer.example']);
    expect(message.cc.map((each: any) => each.address)).toEqual(['paul@customer.example']);
  });

  test('goes to the Reply-To of the last mail, unless that is the desk itself', async () => {
    const made = await desk({ headers: ['Reply-To: Carla at home <carla@home.example>'] });
    const message = await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', {
      text: 'Hello',
      cc: [],
    });
    expect(message.to.map((each: any) => each.address)).toEqual(['carla@home.example']);
    // She may answer from there.
    expect(await db`select email from participants where email like 'carla%'`).toHaveLength(1);
    for (const useless of [DESK, 'nobody']) {
      await receive(made, { headers: [`Reply-To: ${useless}`], inReplyTo: message.internetMessageId });
      const body = { text: 'Hello', cc: [] };
      const next = await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', body);
      expect(next.to.map((each: any) => each.address)).toEqual(['carla@customer.example']);
    }
  });

  test('with an empty cc goes to nobody else; with a cc, these become participants', async () => {
    const made = await desk({ cc: 'Paul <paul@customer.example>' });
    const alone = await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', {
      text: 'Hello',
      cc: [],
    });
    expect(alone.cc).toEqual([]);
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', {
      text: 'Hello',
      cc: ['Nina@Customer.example'],
    });
    const rows = await db<{ email: string }[]>`select email from participants order by email`;
    expect(rows.map((row) => row.email)).toEqual(['nina@customer.example', 'paul@customer.example']);
  });

  test('refuses an address of the desk in copy, and changes nothing', async () => {
    const made = await desk();
    await db`update mailboxes set group_addresses = '{help@desk.example.com}'`;
    for (const address of [DESK.replace('@', '+tag@'), 'help@desk.example.com']) {
      const body = { text: 'Hello', cc: [address] };
      const response = await made.call('POST', '/v1/requests/1/messages', { token: made.ann.token, body });
      expect((await problemOf(response, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/cc' }]);
    }
    expect(await db`select id from messages where kind = 'outbound'`).toHaveLength(0);
    expect(await db`select status from requests`).toEqual([{ status: 'new' }]);
  });

  test('is refused with what was missed when the thread has moved on', async () => {
    const made = await desk();
    const [first] = (await ok(made, made.ann.token, 'GET', '/v1/requests/1/messages')).items;
    await receive(made, { text: 'Never mind, it went out.' });
    const body = { text: 'Call the fire brigade', seenMessageId: first.id };
    const response = await made.call('POST', '/v1/requests/1/messages', { token: made.ann.token, body });
    const problem = await problemOf(response, 409, 'thread_moved_on');
    expect(problem.missed).toMatchObject([{ kind: 'inbound', visibleText: 'Never mind, it went out.' }]);
    const [latest] = (problem.missed as { id: number }[]).toReversed();
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/messages', { ...body, seenMessageId: latest!.id });
  });

  test('with an Idempotency-Key is queued once however often it is posted', async () => {
    const made = await desk();
    const options = {
      token: made.ann.token,
      body: { text: 'Hello' },
      headers: { 'idempotency-key': 'once' },
    };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => made.call('POST', '/v1/requests/1/messages', options)),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ id: number }>));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(bodies.map((body) => body.id)).size).toBe(1);
    expect(await db`select id from messages where kind = 'outbound'`).toHaveLength(1);
    const other = await made.call('POST', '/v1/requests/1/messages', { ...options, body: { text: 'Else' } });
    await problemOf(other, 422, 'idempotency_mismatch');
  });

  test('to a closed request is refused', async () => {
    const made = await desk();
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/close');
    const response = await made.call('POST', '/v1/requests/1/messages', {
      token: made.ann.token,
      body: { text: 'Hi' },
    });
    await problemOf(response, 409, 'wrong_state');
  });
});

describe('close', () => {
  test('tells the contact, once', async () => {
    const made = await desk();
    const closed = await ok(made, made.ann.token, 'POST', '/v1/requests/1/close', { reason: 'done' });
    expect(closed).toMatchObject({ status: 'closed', closedAt: made.clock.now().toISOString() });
    await problemOf(
      await made.call('POST', '/v1/requests/1/close', { token: made.ann.token }),
      409,
      'wrong_state',
    );
    expect(await notices()).toEqual(['created', 'closed']);
    const [event] = await db`select old, new from events where type = 'request.closed'`;
    expect(event).toEqual({
      old: { status: 'new' },
      new: { status: 'closed', reason: 'done', notify: true },
    });
  });

  test('with notify false is silent', async () => {
    const made = await desk();
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/close', { notify: false });
    expect(await notices()).toEqual(['created']);
  });

  test('and a mail at the same moment leave no open request without the mail and no mail in a closed one', async () => {
    const made = await desk();
    const [, result] = await Promise.all([
      ok(made, made.ann.token, 'POST', '/v1/requests/1/close'),
      receive(made, { text: 'Wait!' }),
    ]);
    const [last] = await db<{ requestId: number; status: string }[]>`
      select request_id, status
      from messages
      join requests on requests.id = messages.request_id
      where direction = 'in'
      order by messages.id desc
      limit 1`;
    expect(last?.requestId).toBe(result.requestId);
    if (result.outcome === 'opened') expect(last).toEqual({ requestId: 2, status: 'new' });
    else expect(last).toEqual({ requestId: 1, status: 'closed' });
  });
});

test('what only moves an open request along waits for nobody who holds its contact, who may want the request next', async () => {
  const made = await desk();
  const verbs = [
    ['messages', { text: 'Water it.' }],
    ['notes', { text: 'Called.' }],
    ['pend'],
    ['messages', { text: 'Well?', effects: { status: 'resolved' } }],
  ] as const;
  await db.begin(async (tx) => {
    await tx`set local idle_in_transaction_session_timeout = '5s'`;
    await lockContactsOf(tx, [1]);
    for (const [verb, body] of verbs) await ok(made, made.ann.token, 'POST', `/v1/requests/1/${verb}`, body);
  });
  expect(await db`select status from requests`).toEqual([{ status: 'resolved' }]);
});

describe('notices', () => {
  test('speak the language of the contact, else of the mailbox', async () => {
    const made = await desk();
    await db`update mailboxes set language = 'ru'`;
    await receive(made, { from: 'Ivan <ivan@customer.example>', subject: 'Drucker', text: 'Er brennt.' });
    await ok(made, made.ann.token, 'PATCH', '/v1/contacts/2', {
      mailboxes: [{ mailboxId: 1, language: 'en' }],
    });
    await ok(made, made.ann.token, 'POST', '/v1/requests/2/take');
    const rows = await db<
      { text: string }[]
    >`select text from messages where notice is not null and request_id = 2 order by id`;
    expect(rows[0]?.text).toContain('Здравствуйте, Ivan!');
    expect(rows[1]?.text).toContain('Ann is now working on your request 2');
  });

  test('that the mailbox has switched off are not sent', async () => {
    const made = await desk();
    await db`update mailboxes set notices = '{closed}'`;
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/take');
    await ok(made, made.ann.token, 'POST', '/v1/requests/1/close');
    expect(await notices()).toEqual(['created', 'closed']);
  });

  test('carry what the contact wrote as text, not as markup or template', async () => {
    const made = await desk({ subject: '{{ mailbox.address }} <b>bold</b>' });
    const [row] = await db<
      { text: string; html: string }[]
    >`select text, html from messages where notice = 'created'`;
    expect(row?.text).toContain('"{{ mailbox.address }} <b>bold</b>"');
    expect(row?.html).toContain('{{ mailbox.address }} &lt;b&gt;bold&lt;/b&gt;');
    expect(made.wakes()).toBe(1);
  });
});
