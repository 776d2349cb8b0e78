import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, handOver, mailOf, type MailParts, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 2 });
afterAll(() => parsePool.close());

async function desk() {
  const made = testApp(db, { parsePool });
  const mailbox = await testMailbox(made.deps);
  const ann = await testOperator(made.deps);
  return { ...made, mailbox, ann };
}
type Desk = Awaited<ReturnType<typeof desk>>;

async function setContact({ call, ann }: Desk, settings: Record<string, boolean>): Promise<void> {
  const body = { mailboxes: [{ mailboxId: 1, ...settings }] };
  expect((await call('PATCH', '/v1/contacts/1', { token: ann.token, body })).status).toBe(200);
}

const STRANGER = 'Eve <eve@stranger.example>';
const UNVERIFIED = 'mx.google.com; spf=softfail smtp.mailfrom=customer.example';
const FORGED = 'mx.google.com; dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=customer.example';

async function noticeOf(
  requestId: number,
  notice: string,
): Promise<{ internetMessageId: string; replyTo: string }> {
  const [row] = await db<{ internetMessageId: string; replyTag: string }[]>`
    select internet_message_id, reply_tag
    from messages
    join requests on requests.id = messages.request_id
    where request_id = ${requestId} and notice = ${notice}`;
  return { internetMessageId: row!.internetMessageId, replyTo: DESK.replace('@', `+${row!.replyTag}@`) };
}

async function close(made: Desk, requestId: number): Promise<void> {
  expect((await made.call('POST', `/v1/requests/${requestId}/close`, { token: made.ann.token })).status).toBe(
    200,
  );
}

async function matchedBy(): Promise<string | null | undefined> {
  const [row] = await db<{ matchedBy: string | null }[]>`
    select matched_by from messages where direction = 'in' order by id desc limit 1`;
  return row?.matchedBy;
}

async function counts() {
  const [row] = await db<{ requests: number; deliveries: number; contacts: number }[]>`
    select (select count(*) from requests) as requests, (select count(*) from deliveries) as deliveries,
      (select count(*) from contacts) as contacts`;
  return row;
}

describe('threading', () => {
  test('an answer to our notice joins by its Message-ID, whatever it says in its subject', async () => {
    const made = await desk();
    await receive(made, {});
    const { internetMessageId } = await noticeOf(1, 'created');
    const answer = await receive(made, { inReplyTo: internetMessageId, subject: 'Something else' });
    expect(answer).toMatchObject({ outcome: 'appended', requestId: 1 });
    expect(await matchedBy()).toBe('token');
    expect(await db`select subject_changed from messages order by id desc limit 1`).toEqual([
      { subjectChanged: true },
    ]);
  });

  test('a mail to the reply address joins without any threading header', async () => {
    const made = await desk();
    await db`update mailboxes set thread_by = 'conversation'`;
    await receive(made, {});
    const { replyTo } = await noticeOf(1, 'created');
    expect(await receive(made, { to: replyTo })).toMatchObject({ outcome: 'appended', requestId: 1 });
    expect(await matchedBy()).toBe('token');
  });

  test("an answer to the sender's own first mail joins by References", async () => {
    const made = await desk();
    await db`update mailboxes set thread_by = 'conversation'`;
    await receive(made, { messageId: '<mine@customer.example>' });
    const later = await receive(made, { references: '<mine@customer.example>' });
    expect(later).toMatchObject({ outcome: 'appended', requestId: 1 });
    expect(await matchedBy()).toBe('references');
  });

  test("Gmail's thread is followed when the mail cites nothing", async () => {
    const made = await desk();
    await db`update mailboxes set thread_by = 'conversation'`;
    await receive(made, {}, { threadId: 'thread-1' });
    expect(await receive(made, {}, { threadId: 'thread-1' })).toMatchObject({
      outcome: 'appended',
      requestId: 1,
    });
    expect(await matchedBy()).toBe('gmail_thread');
    expect(await receive(made, {}, { threadId: 'thread-2' })).toMatchObject({
      outcome: 'opened',
      requestId: 2,
    });
  });

  test('a stranger who cites our Message-ID joins nothing', async () => {
    const made = await desk();
    await receive(made, {});
    const { internetMessageId, replyTo } = await noticeOf(1, 'created');
    const result = await receive(made, { from: STRANGER, to: replyTo, inReplyTo: internetMessageId });
    expect(result).toMatchObject({ outcome: 'opened', requestId: 2 });
    expect(await db`select follow_up_of, refers_to from requests where id = 2`).toEqual([
      { followUpOf: null, refersTo: 1 },
    ]);
  });

  test('somebody in copy is a participant and joins by token', async () => {
    const made = await desk();
    await receive(made, { cc: 'Paul <paul@customer.example>' });
    expect(await db`select email, name from participants`).toEqual([
      { email: 'paul@customer.example', name: 'Paul' },
    ]);
    const { internetMessageId } = await noticeOf(1, 'created');
    const result = await receive(made, { from: 'paul@customer.example', inReplyTo: internetMessageId });
    expect(result).toMatchObject({ outcome: 'appended', requestId: 1 });
  });

  test('after closing, the next mail opens a request that follows the closed one', async () => {
    const made = await desk();
    await receive(made, {});
    await close(made, 1);
    const { internetMessageId } = await noticeOf(1, 'closed');
    expect(await receive(made, { inReplyTo: internetMessageId })).toMatchObject({
      outcome: 'opened',
      requestId: 2,
    });
    expect(await db`select follow_up_of from requests where id = 2`).toEqual([{ followUpOf: 1 }]);
    expect(await db`select status from requests where id = 1`).toEqual([{ status: 'closed' }]);
  });

  test('within the reopen window an answer wakes the closed request', async () => {
    const made = await desk();
    await db`update mailboxes set reopen_days = 7`;
    await receive(made, {});
    await close(made, 1);
    const { internetMessageId } = await noticeOf(1, 'closed');
    made.clock.advance(6 * 86_400_000);
    expect(await receive(made, { inReplyTo: internetMessageId })).toMatchObject({
      outcome: 'appended',
      requestId: 1,
    });
    expect(await db`select status, closed_at from requests`).toEqual([{ status: 'new', closedAt: null }]);
    const [event] = await db`select old, new from events where type = 'request.status_changed'`;
    expect(event).toEqual({ old: { status: 'closed' }, new: { status: 'new' } });
  });

  test('a closed request that a wider reopen window wakes is nobody’s when who had it answers no more', async () => {
    const made = await desk();
    const { id } = await testOperator(made.deps, { name: 'Ida' });
    await receive(made, {});
    await db`update requests set assignee_id = ${id}, status = 'in_progress'`;
    await close(made, 1);
    await db`update operators set active = false where id = ${id}`;
    await db`update mailboxes set reopen_days = 7`;
    const { internetMessageId } = await noticeOf(1, 'closed');
    await receive(made, { inReplyTo: internetMessageId });
    expect(await db`select status, assignee_id from requests`).toEqual([{ status: 'new', assigneeId: null }]);
    expect(await db`select old, new from events where type = 'request.unassigned'`).toEqual([
      { old: { status: 'closed', assigneeId: id }, new: { status: 'closed', assigneeId: null } },
    ]);
  });

  test.each(['pending', 'resolved'])('a mail wakes a %s request', async (status) => {
    const made = await desk();
    await receive(made, {});
    await made.call('POST', '/v1/requests/1/take', { token: made.ann.token });
    await db`update requests set status = ${status}, resolved_at = ${made.clock.now()}`;
    await receive(made, {});
    expect(await db`select status from requests`).toEqual([{ status: 'in_progress' }]);
  });

  test('a merged request leads to the one it was merged into', async () => {
    const made = await desk();
    await receive(made, { messageId: '<one@customer.example>' });
    await close(made, 1);
    await receive(made, {});
    await db`update requests set merged_into = 2 where id = 1`;
    await db`update mailboxes set thread_by = 'conversation'`;
    const result = await receive(made, { references: '<one@customer.example>' });
    expect(result).toMatchObject({ outcome: 'appended', requestId: 2 });
  });
});

describe('who is believed', () => {
  test('a sender who only claims to be the contact opens a request and gets no notice', async () => {
    const made = await desk();
    await receive(made, { messageId: '<real@customer.example>' });
    const result = await receive(made, { results: UNVERIFIED, references: '<real@customer.example>' });
    expect(result).toMatchObject({ outcome: 'opened', requestId: 2 });
    expect(await counts()).toMatchObject({ deliveries: 1 });
  });

  test('a verified mail does not fall into the request that a pretender opened', async () => {
    const made = await desk();
    await receive(made, { results: UNVERIFIED });
    expect(await receive(made, {})).toMatchObject({ outcome: 'opened', requestId: 2 });
  });

  test('an unverified sender who holds our token joins', async () => {
    const made = await desk();
    await receive(made, {});
    const { internetMessageId } = await noticeOf(1, 'created');
    const result = await receive(made, { results: UNVERIFIED, inReplyTo: internetMessageId });
    expect(result).toMatchObject({ outcome: 'appended', requestId: 1 });
  });

  test('nothing automatic answers an unverified sender later either', async () => {
    const made = await desk();
    await receive(made, { results: UNVERIFIED });
    await made.call('POST', '/v1/requests/1/take', { token: made.ann.token });
    await close(made, 1);
    expect(await counts()).toMatchObject({ deliveries: 0 });
  });

  test('a trusted contact is believed without proof', async () => {
    const made = await desk();
    await receive(made, {});
    await setContact(made, { trusted: true });
    expect(await receive(made, { results: UNVERIFIED })).toMatchObject({ outcome: 'appended', requestId: 1 });
  });

  test.each<[string, MailParts, string]>([
    ['forged under a reject policy', { results: FORGED }, 'spoof_suspect'],
    ['from our own address without the label SENT', { from: DESK }, 'own_address'],
    ['without any sender', { from: '' }, 'no_sender'],
  ])('mail %s is quarantined with its original, and nothing leaves', async (_, parts, reason) => {
    const made = await desk();
    const raw = mailOf(parts);
    const [result] = await handOver(made, { raw });
    expect(result).toMatchObject({ status: 'accepted', outcome: 'quarantined', requestId: null, reason });
    expect(await counts()).toEqual({ requests: 0, deliveries: 0, contacts: 0 });
    const [row] = await db<{ raw: Buffer }[]>`select raw from intake`;
    expect(row?.raw.toString()).toBe(raw);
  });

  test('a stranger who reuses our Message-ID as theirs is quarantined', async () => {
    const made = await desk();
    await receive(made, {});
    const { internetMessageId } = await noticeOf(1, 'created');
    const result = await receive(made, { from: STRANGER, messageId: internetMessageId });
    expect(result).toMatchObject({ outcome: 'quarantined', reason: 'own_message_id' });
  });

  test('our own mail that comes back is noted on its request and makes no message', async () => {
    const made = await desk();
    await receive(made, {});
    const { internetMessageId } = await noticeOf(1, 'created');
    const result = await receive(made, { from: DESK, messageId: internetMessageId }, { labelIds: ['SENT'] });
    expect(result).toMatchObject({ outcome: 'recorded', requestId: 1, reason: 'own_message' });
    expect(await db`select id from messages`).toHaveLength(2);
  });

  test('a note that the owner sent to themselves opens a request without a notice', async () => {
    const made = await desk();
    const result = await receive(made, { from: DESK, results: null }, { labelIds: ['SENT', 'INBOX'] });
    expect(result).toMatchObject({ outcome: 'opened', requestId: 1 });
    expect(await counts()).toMatchObject({ deliveries: 0 });
  });
});

describe('who may write', () => {
  test.each([
    ['eve@stranger.example', 'denied_sender'],
    ['stranger.example', 'denied_sender'],
    ['example', 'denied_sender'],
    ['anger.example', null],
  ])('a deny list with %s: %s', async (entry, reason) => {
    const made = await desk();
    await db`update mailboxes set denied_senders = ${[entry]}`;
    const result = await receive(made, { from: STRANGER });
    expect([result.outcome, result.reason]).toEqual(
      reason === null ? ['opened', null] : ['quarantined', reason],
    );
  });

  test('with an allow list, who is not on it is quarantined', async () => {
    const made = await desk();
    await db`update mailboxes set allowed_senders = ${['customer.example']}`;
    expect(await receive(made, { from: STRANGER })).toMatchObject({ reason: 'not_allowed_sender' });
    expect(await receive(made, {})).toMatchObject({ outcome: 'opened' });
  });

  test('a blocked contact is quarantined', async () => {
    const made = await desk();
    await receive(made, {});
    await setContact(made, { blocked: true });
    expect(await receive(made, {})).toMatchObject({ outcome: 'quarantined', reason: 'blocked_sender' });
  });
});

describe('old mail', () => {
  test('from before the mailbox was connected is quarantined', async () => {
    const made = await desk();
    const internalDate = made.clock.now().getTime() - 1;
    expect(await receive(made, {}, { internalDate })).toMatchObject({
      outcome: 'quarantined',
      reason: 'before_start',
    });
    expect(await receive(made, {}, { internalDate: internalDate + 1 })).toMatchObject({ outcome: 'opened' });
  });

  test.each([
    [3 * 86_400_000, 1],
    [3 * 86_400_000 + 1, 0],
  ])('%i ms old is answered with %i notices', async (age, deliveries) => {
    const made = await desk();
    await db`update mailboxes set accept_since = '2020-01-01'`;
    const internalDate = made.clock.now().getTime() - age;
    expect(await receive(made, {}, { internalDate })).toMatchObject({ outcome: 'opened' });
    expect(await counts()).toMatchObject({ deliveries });
  });
});

describe('loops', () => {
  test('a contact whose requests keep being opened gets six notices an hour and no more', async () => {
    const made = await desk();
    await db`update mailboxes set thread_by = 'conversation'`;
    for (let count = 0; count < 9; count += 1) await receive(made, {});
    expect(await counts()).toMatchObject({ requests: 9, deliveries: 6 });
    made.clock.advance(3_600_001);
    await receive(made, {});
    expect(await counts()).toMatchObject({ requests: 10, deliveries: 7 });
  });

  test('the thirty-first request of a contact within an hour is quarantined', async () => {
    const made = await desk();
    await db`update mailboxes set thread_by = 'conversation'`;
    await handOver(made, ...Array.from({ length: 30 }, () => ({ raw: mailOf() })));
    expect(await receive(made, {})).toMatchObject({ outcome: 'quarantined', reason: 'too_many_requests' });
    expect(await counts()).toMatchObject({ requests: 30 });
  });

  test('an automatic reply to our notice is recorded on its request and answered by nothing', async () => {
    const made = await desk();
    await receive(made, {});
    await made.call('POST', '/v1/requests/1/take', { token: made.ann.token });
    await db`update requests set status = 'pending'`;
    const before = await counts();
    const { internetMessageId } = await noticeOf(1, 'created');
    const result = await receive(made, {
      inReplyTo: internetMessageId,
      headers: ['Auto-Submitted: auto-replied'],
      subject: 'Out of office',
    });
    expect(result).toMatchObject({ outcome: 'recorded', requestId: 1 });
    expect(await db`select status from requests`).toEqual([{ status: 'pending' }]);
    expect(await db`select kind, direction, class from messages order by id desc limit 1`).toEqual([
      { kind: 'automatic', direction: 'in', class: 'auto_reply' },
    ]);
    expect(await counts()).toEqual(before);
  });

  test('an automatic reply to nothing of ours is quarantined', async () => {
    const made = await desk();
    const result = await receive(made, { headers: ['Auto-Submitted: auto-replied'] });
    expect(result).toMatchObject({ outcome: 'quarantined', reason: 'auto_reply_unmatched' });
  });

  test('a request counts its created notice, and not one that a dead address does not get', async () => {
    const made = await desk();
    await db`
      insert into suppressed_addresses (address, reason, since, until)
      values ('dead@customer.example', 'gone', ${made.clock.now()}, ${new Date(made.clock.now().getTime() + 1000)})`;
    await receive(made, { from: 'dead@customer.example' });
    await receive(made, { from: 'alive@customer.example' });
    expect(await db`select message_count from requests order by id`).toEqual([
      { messageCount: 1 },
      { messageCount: 2 },
    ]);
    expect(await counts()).toMatchObject({ deliveries: 1 });
  });

  test('a list post opens a request without a notice', async () => {
    const made = await desk();
    const headers = ['List-Id: Makers <makers.lists.example>', 'List-Post: <mailto:makers@lists.example>'];
    expect(await receive(made, { headers })).toMatchObject({ outcome: 'opened' });
    expect(await counts()).toMatchObject({ deliveries: 0 });
  });
});

describe('what cannot be filed', () => {
  test('a mail whose filing fails is in quarantine with the error, and the next one is filed', async () => {
    const made = await desk();
    await db`alter table requests add constraint no_fire check (subject not like '%fire%')`;
    try {
      const result = await receive(made, {});
      expect(result).toMatchObject({
        status: 'accepted',
        outcome: 'quarantined',
        reason: 'processing_error',
      });
      const [row] = await db<{ error: string }[]>`select error from intake`;
      expect(row?.error).toContain('no_fire');
      expect(await receive(made, { subject: 'Calm' })).toMatchObject({ outcome: 'opened' });
    } finally {
      await db`alter table requests drop constraint no_fire`;
    }
  });

  test('a mail that cannot even be claimed is kept by its original alone', async () => {
    const made = await desk();
    await db`alter table intake add constraint no_fire check (subject not like '%fire%')`;
    try {
      const raw = mailOf();
      const [result] = await handOver(made, { id: 'gmail-1', raw });
      expect(result).toMatchObject({
        status: 'accepted',
        outcome: 'quarantined',
        reason: 'processing_error',
      });
      const [row] = await db<{ raw: Buffer; error: string; subject: string | null }[]>`
        select raw, error, subject from intake`;
      expect(row?.raw.toString()).toBe(raw);
      expect(row?.error).toContain('no_fire');
      expect(row?.subject).toBeNull();
      expect(await handOver(made, { id: 'gmail-1', raw })).toMatchObject([{ status: 'duplicate' }]);
    } finally {
      await db`alter table intake drop constraint no_fire`;
    }
  });

  test('a mail that met a full disk is not stored, and is filed when it comes again', async () => {
    const made = await desk();
    await db.unsafe(`
      create function disk_full() returns trigger language plpgsql as
      $$ begin raise exception 'no space left' using errcode = '53100'; end $$;
      create trigger disk_full before insert on requests for each row execute function disk_full();`);
    try {
      const result = await receive(made, {}, { id: 'gmail-1' });
      expect(result).toMatchObject({ status: 'retry', outcome: null, reason: 'database_unavailable' });
      expect(await db`select id from intake`).toHaveLength(0);
      expect(await db`select id from contacts`).toHaveLength(0);
    } finally {
      await db.unsafe('drop function disk_full cascade');
    }
    expect(await receive(made, {}, { id: 'gmail-1' })).toMatchObject({
      status: 'accepted',
      outcome: 'opened',
    });
  });
});
