import { afterAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/apps/cli/command-table.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { recordEvent } from '../../src/people/history/record-event.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { otherTeam } from '../support/desk.ts';
import { handOver, mailOf, type MailParts, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const made = testApp(db, { parsePool });
const { deps, call } = made;

const SECRET_WORDS = /walrus|carla|printer/i;

const traces = (text: string) => [...text.matchAll(/.{30}(?:walrus|carla|printer).{30}/gi)].map(String);

/** Carla's request with two mails of hers, an answer, a note; somebody else's request, in which she took part. */
async function desk() {
  await testMailbox(deps);
  const admin = await testOperator(deps, { name: 'Ada' });
  const ann = await testOperator(deps, { name: 'Ann' });
  const sent: { id: string; raw: string }[] = [];
  const send = async (parts: MailParts) => {
    const mail = { id: `g${sent.length + 1}`, raw: mailOf(parts) };
    sent.push(mail);
    const [result] = await handOver(made, mail);
    return result;
  };
  const from = 'Carla Contact <carla@customer.example>';
  await send({ from, subject: 'Printer of Carla', text: 'Walrus one.' });
  await call('POST', '/v1/requests/1/take', { token: ann.token });
  await send({ from, subject: 'Printer of Carla', text: 'Walrus two.' });
  await call('POST', '/v1/requests/1/messages', {
    token: ann.token,
    body: { text: 'Dear Carla, the walrus.' },
  });
  await call('POST', '/v1/requests/1/notes', { token: ann.token, body: { text: 'A walrus, says Carla.' } });
  await send({ from: 'Dave <dave@other.example>', subject: 'Budget', text: 'Mine.', cc: from });
  const [tag] = await db<{ replyTag: string }[]>`select reply_tag from requests where id = 2`;
  const reply = `support+${tag?.replyTag}@desk.example.com`;
  await send({ from, to: reply, subject: 'Re: Budget', text: 'Walrus in the budget.' });
  return { admin, ann, sent };
}

async function everything(): Promise<string> {
  const tables = await db<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'public'`;
  const rows = await Promise.all(
    tables
      .filter(({ name }) => name !== 'schema_migrations' && name !== 'tokens')
      .map(async ({ name }) =>
        JSON.stringify([name, await db.unsafe(`select * from ${name} t order by t::text`)]),
      ),
  );
  return rows.join('\n');
}

describe('a request that is erased', () => {
  test('is gone with everything in it, and its history says only who did what when', async () => {
    const { admin, ann } = await desk();
    await problemOf(await call('DELETE', '/v1/requests/1', { token: ann.token }), 403, 'forbidden');
    expect((await call('DELETE', '/v1/requests/1', { token: admin.token })).status).toBe(204);
    await problemOf(await call('GET', '/v1/requests/1', { token: admin.token }), 404, 'not_found');
    await problemOf(await call('DELETE', '/v1/requests/1', { token: admin.token }), 404, 'not_found');

    const intake =
      await db`select outcome, raw, subject, from_address, source_id from intake where source_id in ('g1', 'g2')`;
    expect(intake).toMatchObject([
      { outcome: 'erased', raw: null, subject: null, fromAddress: null },
      { outcome: 'erased', raw: null, subject: null, fromAddress: null },
    ]);
    const events = await db<{ type: string; old: unknown; new: unknown; actorOperatorId: number | null }[]>`
      select type, old, new, actor_operator_id from events where new ->> 'erasedRequestId' = '1' order by id`;
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining([
        'request.opened',
        'message.received',
        'request.taken',
        'message.replied',
        'request.erased',
      ]),
    );
    expect(events.filter((event) => event.old !== null)).toEqual([]);
    expect(events.find((event) => event.type === 'request.taken')?.actorOperatorId).toBe(ann.id);
    expect(await db`select * from search_entries where request_id = 1`).toEqual([]);
    expect(await db`select id from deliveries where request_id = 1`).toEqual([]);
    expect((await call('GET', '/v1/requests/2', { token: admin.token })).status).toBe(200);
  });

  test('stays erased when its mails are handed over again, under their own ids or new ones', async () => {
    const { admin, sent } = await desk();
    await call('DELETE', '/v1/requests/1', { token: admin.token });
    const before = await everything();
    const again = await handOver(made, ...sent.slice(0, 2), { id: 'new', raw: String(sent[0]?.raw) });
    expect(again.map((result) => result.status)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect((await everything()).split('\n').filter((line) => !before.includes(line))).toEqual([]);
    expect(await db`select id from requests`).toEqual([{ id: 2 }]);
  });

  test('is not, while a mail of it is being sent', async () => {
    const { admin } = await desk();
    await db`
      update deliveries set state = 'sending', next_attempt_at = null, lease_owner = gen_random_uuid(), lease_until = now()
      where id = (select max(id) from deliveries where request_id = 1)`;
    const before = await everything();
    for (const path of ['/v1/requests/1', '/v1/contacts/1']) {
      const refused = await call('DELETE', path, { token: admin.token });
      expect(refused.headers.get('retry-after')).toBe('60');
      await problemOf(refused, 409, 'wrong_state');
    }
    expect((await everything()) === before).toBe(true);
  });

  test('of a mailbox that the admin does not serve does not exist', async () => {
    await desk();
    const { eve } = await otherTeam(deps, { role: 'admin' });
    const before = await everything();
    for (const path of ['/v1/requests/1', '/v1/messages/1']) {
      await problemOf(await call('DELETE', path, { token: eve.token }), 404, 'not_found');
    }
    await problemOf(await call('DELETE', '/v1/contacts/1', { token: eve.token }), 403, 'forbidden');
    expect((await everything()) === before).toBe(true);
  });
});

test('a message that is erased is gone with its original, and its mail does not come back', async () => {
  const { admin, sent } = await desk();
  const messages = await db<{ id: number }[]>`select id from messages where text like 'Walrus two.%'`;
  const before = await db<{ messageCount: number }[]>`select message_count from requests where id = 1`;
  expect((await call('DELETE', `/v1/messages/${messages[0]?.id}`, { token: admin.token })).status).toBe(204);
  const after = await db<{ messageCount: number }[]>`select message_count from requests where id = 1`;
  expect(after[0]?.messageCount).toBe((before[0]?.messageCount ?? 0) - 1);
  expect(await db`select outcome, raw from intake where source_id = 'g2'`).toEqual([
    { outcome: 'erased', raw: null },
  ]);
  expect(await db`select outcome from intake where source_id = 'g1'`).toEqual([{ outcome: 'opened' }]);
  const [again] = await handOver(made, { id: 'g2', raw: String(sent[1]?.raw) });
  expect(again).toMatchObject({ status: 'duplicate' });
  expect(await db`select id from messages where text like 'Walrus two.%'`).toEqual([]);
  expect((await call('GET', '/v1/requests/1/messages', { token: admin.token })).status).toBe(200);
});

test('an attachment that is erased is gone with the original that holds it; the message stays', async () => {
  const { admin } = await desk();
  const raw = mailOf({ from: 'Erik <erik@customer.example>' }).replace(
    /Content-Type: text\/plain[\s\S]*$/,
    [
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'See the file.',
      '--b',
      'Content-Type: application/pdf; name=secret.pdf',
      'Content-Disposition: attachment; filename=secret.pdf',
      '',
      'content of the file',
      '--b--',
      '',
    ].join('\r\n'),
  );
  await handOver(made, { id: 'file', raw });
  const [file] = await db<{ id: number; messageId: number }[]>`select id, message_id from attachments`;
  expect((await call('DELETE', `/v1/attachments/${file?.id}`, { token: admin.token })).status).toBe(204);
  await problemOf(await call('GET', `/v1/attachments/${file?.id}`, { token: admin.token }), 404, 'not_found');
  await problemOf(
    await call('GET', `/v1/messages/${file?.messageId}/raw`, { token: admin.token }),
    404,
    'not_found',
  );
  expect(await db`select text from messages where id = ${file?.messageId ?? 0}`).toMatchObject([
    { text: expect.stringContaining('See the file') },
  ]);
  expect((await everything()).includes('secret.pdf')).toBe(false);
  expect(await handOver(made, { id: 'file', raw })).toMatchObject([{ status: 'duplicate' }]);
});

test('a reply that waits with a file that is erased is cancelled, and its history says so', async () => {
  const { admin, ann } = await desk();
  const form = new FormData();
  form.set('reply', JSON.stringify({ text: 'See the file.', holdSeconds: 60 }));
  form.set('attachments', new File(['x'], 'wrong.txt', { type: 'text/plain' }));
  const replied = await made.app.request('/v1/requests/1/messages', {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}` },
    body: form,
  });
  expect(replied.status).toBe(201);
  const [file] = await db<{ id: number; messageId: number }[]>`select id, message_id from attachments`;
  expect((await call('DELETE', `/v1/attachments/${file?.id}`, { token: admin.token })).status).toBe(204);
  expect(await db`select state from deliveries where message_id = ${file?.messageId ?? 0}`).toEqual([
    { state: 'cancelled' },
  ]);
  expect(await db`select actor_operator_id, old, new from events where type = 'delivery.cancelled'`).toEqual([
    { actorOperatorId: admin.id, old: { state: 'held' }, new: { state: 'cancelled' } },
  ]);
});

test('of a contact who is erased nothing is left, whatever table one looks into', async () => {
  const { admin, sent } = await desk();
  await receive(
    made,
    { from: 'carla@customer.example', headers: ['Auto-Submitted: auto-replied'] },
    { id: 'auto' },
  );
  const [tag] = await db<{ replyTag: string }[]>`select reply_tag from requests where id = 2`;
  const away = { to: `support+${tag?.replyTag}@desk.example.com`, headers: ['Auto-Submitted: auto-replied'] };
  const noted = await receive(made, { from: 'carla@customer.example', text: 'Walrus is away.', ...away });
  expect(noted).toMatchObject({ outcome: 'recorded', requestId: 2 });
  const exported = await call('GET', '/v1/contacts/1/export', { token: admin.token });
  expect(await exported.text()).toContain('Walrus is away.');
  // Dave is answered with a copy to her, which fails; and somebody corrects her name.
  const copy = { text: 'Sure.', cc: ['carla@customer.example'] };
  await call('POST', '/v1/requests/2/messages', { token: admin.token, body: copy });
  await db`
    insert into delivery_attempts (delivery_id, lease_owner, at, reply, outcome)
    select max(id), gen_random_uuid(), ${START}, '550 <carla@customer.example> unknown', 'partial' from deliveries`;
  await recordEvent(db, {
    type: 'delivery.recipient_refused',
    actor: { kind: 'system' },
    at: START,
    mailboxId: 1,
    requestId: 2,
    new: { recipients: ['Carla@customer.example'] },
  });
  await call('PATCH', '/v1/contacts/1', { token: admin.token, body: { name: 'Carla Walrus' } });
  expect(SECRET_WORDS.test(await everything())).toBe(true);
  const [carla] = await db<{ id: number }[]>`select id from contacts where email = 'carla@customer.example'`;
  expect((await call('DELETE', `/v1/contacts/${carla?.id}`, { token: admin.token })).status).toBe(204);
  // What others wrote stays: Dave's own mail names her as its reader.
  const rest = await db`
    select (select count(*) from intake where raw is not null) as originals,
      (select count(*) from messages) as messages, (select count(*) from requests) as requests`;
  expect(rest).toEqual([{ originals: 1, messages: 3, requests: 1 }]);
  await db`update intake set raw = '' where raw is not null`;
  expect(traces(await everything())).toEqual([]);
  const again = await handOver(made, ...sent.filter((_, index) => index !== 2));
  expect(again.map((result) => result.status)).toEqual(['duplicate', 'duplicate', 'duplicate']);
  expect(traces(await everything())).toEqual([]);
  const fresh = await receive(made, { from: 'carla@customer.example', subject: 'A new start' });
  expect(fresh).toMatchObject({ status: 'accepted', outcome: 'opened' });
});

test('a contact whose words are moved to another request at this moment is erased a moment later', async () => {
  const { admin } = await desk();
  const third = await receive(made, { from: 'eve@other.example' });
  const erase = () => call('DELETE', '/v1/contacts/1', { token: admin.token });
  const { answer } = await db.begin(async (tx) => {
    await tx`select id from requests where id = 2 for update`;
    const erasing = erase();
    await expect
      .poll(
        async () =>
          (
            await db`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          ).length,
      )
      .toBe(1);
    await tx`update messages set request_id = ${third.requestId} where request_id = 2 and author_contact_id = 1`;
    return { answer: erasing };
  });
  await problemOf(await answer, 503, 'busy');
  expect((await erase()).status).toBe(204);
});

test('the command line erases by address or number, and only with --yes', async () => {
  await desk();
  const erase = await COMMANDS.find((command) => command.name === 'erase')?.load();
  const run = (values: Record<string, string | boolean>) => erase?.run(deps as never, values);
  await expect(run({ contact: 'carla@customer.example' })).rejects.toThrow(/yes/);
  await expect(run({ yes: true })).rejects.toThrow(/one of/);
  await expect(run({ yes: true, request: '1', message: '1' })).rejects.toThrow(/one of/);
  await expect(run({ yes: true, request: 'x' })).rejects.toThrow(/number/);
  await expect(run({ yes: true, contact: 'nobody@customer.example' })).rejects.toThrow(/no contact/);
  await run({ yes: true, message: '1' });
  expect(await db`select id from messages where id = 1`).toEqual([]);
  await run({ yes: true, contact: 'Carla@Customer.example' });
  expect(await db`select id from contacts where email like 'carla%'`).toEqual([]);
  const events = await db`select actor_kind from events where type in ('contact.erased', 'message.erased')`;
  expect(events).toEqual([{ actorKind: 'system' }, { actorKind: 'system' }]);
});

test('an attachment that is erased stops the reply that has yet to leave with it, and the history says so', async () => {
  const { admin, ann } = await desk();
  const form = new FormData();
  form.set('reply', JSON.stringify({ text: 'See the file.', holdSeconds: 60 }));
  form.append('attachments', new File(['content'], 'a.txt', { type: 'text/plain' }));
  const sent = await made.app.request('/v1/requests/1/messages', {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}` },
    body: form,
  });
  expect(sent.status).toBe(201);
  const [file] = await db<{ id: number }[]>`select max(id) as id from attachments`;
  expect((await call('DELETE', `/v1/attachments/${file?.id}`, { token: admin.token })).status).toBe(204);
  const [delivery] = await db`select id, state from deliveries order by id desc limit 1`;
  expect(delivery).toMatchObject({ state: 'cancelled' });
  expect(
    await db`select actor_operator_id, delivery_id, old, new from events where type = 'delivery.cancelled'`,
  ).toEqual([
    {
      actorOperatorId: admin.id,
      deliveryId: delivery?.id,
      old: { state: 'held' },
      new: { state: 'cancelled' },
    },
  ]);
});

test('a message that is erased is no longer the last mail of its request', async () => {
  const { admin } = await desk();
  const [last] = await db<{ id: number; createdAt: Date }[]>`
    select max(id) as id from messages where request_id = 1 and kind = 'outbound'`;
  await db`update messages set created_at = created_at + interval '1 hour' where id = ${last?.id ?? 0}`;
  await db`update requests set last_message_at = last_message_at + interval '1 hour' where id = 1`;
  expect((await call('DELETE', `/v1/messages/${last?.id}`, { token: admin.token })).status).toBe(204);
  expect(await db`select last_message_at from requests where id = 1`).toEqual([{ lastMessageAt: START }]);
});

test.each([
  ['joann@other.example wrote', true],
  ['jo.ann@other.example, jo-ann@other.example and jo_ann@other.example', true],
  ['ann@other.example.org or ann@other.examples', true],
  ['ask bann@other.example\nor mann@other.example', true],
  ['ann@other.example', false],
  ['Ann@Other.Example wrote', false],
  ['joann@other.example and ann@other.example', false],
  ['<ann@other.example>, (ann@other.example): "ann@other.example"', false],
  ['First line\nann@other.example\tsaid', false],
  ["'ann@other.example'", false],
  ['*ann@other.example* _ann@other.example_', false],
  ['Ask ann@other.example.', false],
  ['Ask ann@other.example...', false],
])('erasing ann@other.example leaves the event that says %j: %s', async (notes, stays) => {
  const { admin, ann } = await desk();
  const parts = { from: 'Dave <dave@other.example>', subject: 'Budget', text: 'Hers.' };
  await handOver(made, { id: 'dave', raw: mailOf({ ...parts, cc: 'Ann <ann@other.example>' }) });
  await handOver(made, { id: 'ann', raw: mailOf({ ...parts, from: 'Ann <ann@other.example>' }) });
  const resolved = await call('POST', '/v1/requests/2/resolve', { token: ann.token, body: { notes } });
  expect(resolved.status).toBe(200);
  const [contact] = await db<{ id: number }[]>`select id from contacts where email = 'ann@other.example'`;
  expect((await call('DELETE', `/v1/contacts/${contact?.id}`, { token: admin.token })).status).toBe(204);
  const [event] = await db<{ new: { notes: string } | null }[]>`
    select new from events where type = 'request.resolved'`;
  expect(event?.new?.notes).toBe(stays ? notes : undefined);
});
