import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetFormPosts } from '../../src/intake/form/post-form.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testPeople } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { handed, mailOf, postBatch, testMailbox } from '../support/intake.ts';
import { NEW, OTTO, type Own, ownDesk } from '../support/own-desk.ts';
import { MARIA } from '../support/requester.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

let made: Awaited<ReturnType<typeof ownDesk>>;
beforeEach(async () => {
  made = await ownDesk(db, parsePool);
});

function form(
  part: string,
  words: object,
  files: readonly (readonly [name: string, content: string])[],
): FormData {
  const body = new FormData();
  body.set(part, JSON.stringify(words));
  for (const [name, content] of files) body.append('attachments', new File([content], name));
  return body;
}

describe('what a requester opens', () => {
  test('goes the way of an email: contact, rules, notice, clocks, and a word of its own for why it is there', async () => {
    const { maria, operator, mailbox } = made;
    await db`
      insert into policies (mailbox_id, priority, first_answer_minutes, created_at, updated_at)
      values (${mailbox.id}, 'P1', 60, now(), now()) on conflict do nothing`;
    const lead = await testPeople(made.deps, ['Lea']);
    const rule = { name: 'Parcels', conditions: [{ field: 'subject', value: ['parcel'] }] };
    const added = await made.call('POST', `/v1/mailboxes/${mailbox.id}/rules`, {
      token: lead.lea.token,
      body: { ...rule, actions: [{ type: 'priority', value: 'P1' }] },
    });
    expect(added.status).toBe(201);
    const opened = await maria('POST', '/v1/my-requests', NEW);
    expect(opened).toMatchObject({ status: 'new', free: true, messages: [{ by: 'you', text: NEW.text }] });
    const seen = await operator<Record<string, unknown>>('GET', `/v1/requests/${opened.id}`);
    expect(seen).toMatchObject({
      priority: 'P1',
      contact: { email: 'maria@example.org', name: 'Maria' },
      due: expect.any(String),
    });
    const { items } = await operator<{ items: object[] }>('GET', `/v1/requests/${opened.id}/messages`);
    expect(items).toMatchObject([
      {
        kind: 'inbound',
        matchedBy: 'requester',
        authenticity: 'verified',
        from: { address: 'maria@example.org' },
      },
      { kind: 'automatic', notice: 'created', to: [{ address: 'maria@example.org' }] },
    ]);
    expect(await db`select source, outcome from intake`).toEqual([{ source: 'form', outcome: 'opened' }]);
  });

  test('is a request of its own each time, and once for an Idempotency-Key', async () => {
    const { maria, call } = made;
    const first = await maria('POST', '/v1/my-requests', NEW);
    const second = await maria('POST', '/v1/my-requests', NEW);
    expect(second.id).not.toBe(first.id);
    const key = { 'idempotency-key': 'once' };
    const third = await maria('POST', '/v1/my-requests', NEW, key);
    expect((await maria('POST', '/v1/my-requests', NEW, key)).id).toBe(third.id);
    const other = { token: MARIA, body: { ...NEW, text: 'Other.' }, headers: key };
    await problemOf(await call('POST', '/v1/my-requests', other), 422, 'idempotency_mismatch');
    await testMailbox(made.deps, 'sales@desk.example.com');
    const elsewhere = { ...other, body: { ...NEW, mailbox: 'sales@desk.example.com' } };
    await problemOf(await call('POST', '/v1/my-requests', elsewhere), 422, 'idempotency_mismatch');
    const twice = { 'idempotency-key': 'at once' };
    const both = await Promise.all(
      ['One.', 'Two.'].map((text) =>
        call('POST', '/v1/my-requests', { token: MARIA, body: { ...NEW, text }, headers: twice }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
    // Somebody else's key of the same name is another.
    expect((await made.otto('POST', '/v1/my-requests', NEW, key)).id).not.toBe(third.id);
    expect(await db`select count(*) as requests from requests`).toEqual([{ requests: 5 }]);
  });

  test('has a key that holds for 24 hours, and not at all for a call that was refused', async () => {
    const { maria, call, clock, deps } = made;
    const key = { 'idempotency-key': 'a-key-of-hers' };
    const [first, same] = await Promise.all([
      maria('POST', '/v1/my-requests', NEW, key),
      maria('POST', '/v1/my-requests', NEW, key),
    ]);
    expect(same.id).toBe(first.id);
    const path = `/v1/my-requests/${first.id}/messages`;
    const body = { text: NEW.text };
    const said = await call('POST', path, { token: MARIA, body, headers: key });
    await problemOf(said, 422, 'idempotency_mismatch');
    // Nothing is kept of a call that was refused.
    const wrong = { token: MARIA, headers: { 'idempotency-key': 'third' } };
    await problemOf(
      await call('POST', '/v1/my-requests', { ...wrong, body: { ...NEW, mailbox: 'x@y.example' } }),
      400,
      'invalid_input',
    );
    expect((await call('POST', '/v1/my-requests', { ...wrong, body: NEW })).status).toBe(201);
    clock.advance(24 * 3_600_000 - 1);
    expect((await maria('POST', '/v1/my-requests', NEW, key)).id).toBe(first.id);
    clock.advance(1);
    const later = await maria('POST', '/v1/my-requests', { ...NEW, text: 'Another day.' }, key);
    expect(later.id).not.toBe(first.id);
    expect((await maria('POST', '/v1/my-requests', { ...NEW, text: 'Another day.' }, key)).id).toBe(later.id);
    await forgetFormPosts(deps);
    expect(await db`select key from requester_keys`).toEqual([{ key: 'a-key-of-hers' }]);
  });

  test('that the mailbox does not take waits for a person, who may release it', async () => {
    await db`update mailboxes set denied_senders = '{example.org}'`;
    const held = await made.call('POST', '/v1/my-requests', { token: MARIA, body: NEW });
    expect([held.status, await db`select id from requests`]).toEqual([202, []]);
    const [intake] = await db<{ id: number }[]>`select id from intake where reason = 'denied_sender'`;
    await made.operator('POST', `/v1/intake/${intake?.id}/release`, {});
    const { items } = await made.maria<{ items: Own[] }>('GET', '/v1/my-requests');
    expect(items).toHaveLength(1);
    expect(await db`select matched_by from messages where kind = 'inbound'`).toEqual([
      { matchedBy: 'requester' },
    ]);
  });

  test('brings files as an email does, and none that an email could not carry', async () => {
    const { app, maria } = made;
    const post = (body: FormData) =>
      app.request('/v1/my-requests', { method: 'POST', headers: { authorization: `Bearer ${MARIA}` }, body });
    const opened = (await (await post(form('request', NEW, [['a.txt', 'hello']]))).json()) as Own;
    const [file] = opened.messages[0]?.attachments ?? [];
    expect(file).toMatchObject({ name: 'a.txt', size: 5 });
    const got = await made.call('GET', `/v1/my-requests/${opened.id}/attachments/${file?.id}`, {
      token: MARIA,
    });
    expect([await got.text(), got.headers.get('content-disposition')]).toEqual([
      'hello',
      'attachment; filename="a.txt"',
    ]);
    const many = Array.from({ length: 101 }, (_, n) => [`${n}.txt`, 'x'] as const);
    const tooMuch = await post(form('request', NEW, many));
    expect(await problemOf(tooMuch, 400, 'invalid_input')).toMatchObject({
      errors: [{ pointer: '/attachments' }],
    });
    const { items } = await maria<{ items: Own[] }>('GET', '/v1/my-requests');
    expect(items).toHaveLength(1);
  });
});

describe('what a requester sees', () => {
  test('is what they wrote and what the desk answered: no note, no draft, nothing held or stopped, nobody else', async () => {
    const { maria, operator, clock } = made;
    const { id } = await maria('POST', '/v1/my-requests', NEW);
    await operator('POST', `/v1/requests/${id}/take`);
    await operator('POST', `/v1/requests/${id}/notes`, { text: 'A difficult one.' });
    await operator('PUT', `/v1/requests/${id}/drafts/reply`, { version: 0, text: 'Perhaps.' });
    await operator('POST', `/v1/requests/${id}/messages`, {
      text: 'It is on its way.',
      cc: ['otto@example.org'],
    });
    const stopped = await operator('POST', `/v1/requests/${id}/messages`, {
      text: 'Forget it.',
      holdSeconds: 60,
    });
    await operator('POST', `/v1/messages/${stopped.id}/take-back`);
    await operator('POST', `/v1/requests/${id}/messages`, { text: 'Held.', holdSeconds: 60 });
    // Otto is on its emails now, and answers.
    const [tag] = await db<{ replyTag: string }[]>`select reply_tag from requests where id = ${id}`;
    const to = `support+${tag?.replyTag}@desk.example.com`;
    const raw = mailOf({ from: 'Otto <otto@example.org>', to, subject: 'Re: My parcel', text: 'Mine too.' });
    await postBatch(made, [handed(clock.now(), { raw })]);
    expect(await db`select request_id from messages where visible_text like 'Mine too.%'`).toEqual([
      { requestId: id },
    ]);
    const said = async () => {
      const { messages } = await maria('GET', `/v1/my-requests/${id}`);
      return messages.map(({ by, text }) => `${by}: ${text}`);
    };
    expect(await said()).toEqual(['you: It has not come.', 'desk: It is on its way.']);
    clock.advance(60_000);
    expect(await said()).toEqual(['you: It has not come.', 'desk: It is on its way.', 'desk: Held.']);
    const whole = JSON.stringify(await maria('GET', `/v1/my-requests/${id}`));
    expect(whole).not.toMatch(/difficult|Perhaps|Forget|Mine too|otto|Ann/);
  });

  test('is never anybody else’s, by whatever id and path', async () => {
    const { maria, app, call } = made;
    const body = form('request', NEW, [['a.txt', 'hello']]);
    const headers = { authorization: `Bearer ${MARIA}` };
    const opened = (await (
      await app.request('/v1/my-requests', { method: 'POST', headers, body })
    ).json()) as Own;
    const file = opened.messages[0]?.attachments[0]?.id;
    const { id: own } = await made.otto('POST', '/v1/my-requests', { ...NEW, subject: 'Mine' });
    const path = `/v1/my-requests/${opened.id}`;
    for (const [method, tried, body] of [
      ['GET', path],
      ['PATCH', path, { subject: 'Mine' }],
      ['POST', `${path}/withdraw`],
      ['POST', `${path}/messages`, { text: 'Hello?' }],
      ['GET', `${path}/attachments/${file}`],
      ['GET', `/v1/my-requests/${own}/attachments/${file}`],
    ] as const)
      await problemOf(await call(method, tried, { token: OTTO, body }), 404, 'not_found');
    for (const tried of [
      `/v1/requests/${opened.id}`,
      `/v1/attachments/${file}`,
      `/v1/messages/${opened.messages[0]?.id}/raw`,
      '/v1/requests?q=parcel',
      '/v1/requests.csv',
      '/v1/events',
      '/v1/events/stream',
      '/v1/me',
      '/v1/contacts',
      '/v1/reports/volume?from=2026-11-01&to=2026-11-30',
    ])
      await problemOf(await call('GET', tried, { token: OTTO }), 403, 'forbidden');
    const { items } = await made.otto<{ items: Own[] }>('GET', '/v1/my-requests?total=true');
    expect(items.map(({ id }) => id)).toEqual([own]);
    expect(await maria('GET', path)).toMatchObject({ subject: NEW.subject, free: true });
  });

  test('stays theirs alone when requests of two people are merged', async () => {
    const { maria, otto, operator } = made;
    const { id: hers } = await maria('POST', '/v1/my-requests', NEW);
    const { id: his } = await otto('POST', '/v1/my-requests', { ...NEW, text: 'Nor has mine.' });
    await operator('POST', `/v1/requests/${his}/messages`, { text: 'Otto, it is lost.', cc: [] });
    await operator('POST', `/v1/requests/${his}/merge`, { into: hers });
    await operator('POST', `/v1/requests/${hers}/messages`, { text: 'To both.', cc: ['otto@example.org'] });
    await operator('POST', `/v1/requests/${hers}/messages`, { text: 'To Maria.', cc: [] });
    const said = async (as: typeof maria, id: number) =>
      (await as('GET', `/v1/my-requests/${id}`)).messages.map(({ text }) => text);
    expect(await said(maria, hers)).toEqual([NEW.text, 'To both.', 'To Maria.']);
    expect(await said(otto, his)).toEqual(['Nor has mine.', 'Otto, it is lost.', 'To both.']);
    // What he writes goes where his request went, and is shown to him.
    await otto('POST', `/v1/my-requests/${his}/messages`, { text: 'And now?' });
    expect(await said(otto, his)).toContain('And now?');
    expect(await said(maria, hers)).not.toContain('And now?');
  });
});

describe('until somebody takes it, a requester', () => {
  test('changes only the version that they have seen, where they say which', async () => {
    const { maria, call } = made;
    const posted = await call('POST', '/v1/my-requests', { token: MARIA, body: NEW });
    const { id } = (await posted.json()) as Own;
    const path = `/v1/my-requests/${id}`;
    const first = posted.headers.get('etag') ?? '';
    expect((await call('GET', path, { token: MARIA })).headers.get('etag')).toBe(first);
    const patch = (body: object, tag: string) =>
      call('PATCH', path, { token: MARIA, body, headers: { 'if-match': tag } });
    const reworded = await patch({ text: 'Nor this.' }, first);
    const second = reworded.headers.get('etag') ?? '';
    expect([reworded.status, second === first]).toEqual([200, false]);
    for (const body of [{ text: 'Late.' }, { subject: 'Late' }, { fields: {} }])
      await problemOf(await patch(body, first), 412, 'precondition_failed');
    const withdraw = (tag: string) =>
      call('POST', `${path}/withdraw`, { token: MARIA, headers: { 'if-match': tag } });
    await problemOf(await withdraw(first), 412, 'precondition_failed');
    expect(await maria('GET', path)).toMatchObject({ status: 'new', messages: [{ text: 'Nor this.' }] });
    await problemOf(await withdraw('x'), 400, 'invalid_input');
    expect((await withdraw(second)).status).toBe(200);
  });

  test('rewords a request, and the history has both texts', async () => {
    const { maria, operator } = made;
    const { id } = await maria('POST', '/v1/my-requests', NEW);
    const changed = await maria('PATCH', `/v1/my-requests/${id}`, {
      subject: 'My letter',
      text: 'Nor this.',
    });
    expect(changed).toMatchObject({ subject: 'My letter', messages: [{ text: 'Nor this.' }] });
    const { items } = await operator<{ items: object[] }>('GET', `/v1/requests/${id}/events`);
    expect(items).toMatchObject([
      { type: 'request.opened' },
      { type: 'message.received' },
      { type: 'notice.queued' },
      { type: 'request.edited', actor: { kind: 'contact' }, new: { subject: 'My letter' } },
      { type: 'message.edited', old: { text: NEW.text }, new: { text: 'Nor this.' } },
    ]);
  });

  test('withdraws it; once it is taken, neither is possible, and writing to it is', async () => {
    const { maria, operator, call } = made;
    const { id } = await maria('POST', '/v1/my-requests', NEW);
    const key = { 'idempotency-key': 'once' };
    const added = await maria('POST', `/v1/my-requests/${id}/messages`, { text: 'At last.' }, key);
    expect(await maria('POST', `/v1/my-requests/${id}/withdraw`)).toMatchObject({ status: 'closed' });
    expect(await operator('GET', `/v1/requests/${id}/events`)).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          type: 'request.closed',
          new: expect.objectContaining({ reason: 'withdrawn' }),
        }),
      ]),
    });
    const closed = await call('POST', `/v1/my-requests/${id}/messages`, {
      token: MARIA,
      body: { text: 'Wait.' },
    });
    await problemOf(closed, 409, 'wrong_state');
    // Whoever has not heard that it was stored asks again.
    const again = await maria('POST', `/v1/my-requests/${id}/messages`, { text: 'At last.' }, key);
    expect(again.id).toBe(added.id);
    const { id: taken } = await maria('POST', '/v1/my-requests', NEW);
    await operator('POST', `/v1/requests/${taken}/take`);
    for (const [method, path, body] of [
      ['PATCH', '', { subject: 'Other' }],
      ['POST', '/withdraw'],
    ] as const)
      await problemOf(
        await call(method, `/v1/my-requests/${taken}${path}`, { token: MARIA, body }),
        409,
        'wrong_state',
      );
    await operator('POST', `/v1/requests/${taken}/pend`);
    expect(await maria('POST', `/v1/my-requests/${taken}/messages`, { text: 'And?' })).toMatchObject({
      by: 'you',
    });
    expect(await maria('GET', `/v1/my-requests/${taken}`)).toMatchObject({ status: 'in_progress' });
    expect(await db`select matched_by from messages where text like 'And?%'`).toEqual([
      { matchedBy: 'requester' },
    ]);
  });

  test('does not reword what came by email', async () => {
    const raw = mailOf({ from: 'Maria <maria@example.org>', text: 'It burns.' });
    await postBatch(made, [handed(made.clock.now(), { raw })]);
    const { items } = await made.maria<{ items: Own[] }>('GET', '/v1/my-requests');
    const id = items[0]?.id ?? 0;
    const refused = await made.call('PATCH', `/v1/my-requests/${id}`, {
      token: MARIA,
      body: { text: 'Other.' },
    });
    await problemOf(refused, 400, 'invalid_input');
    expect(await made.maria('GET', `/v1/my-requests/${id}`)).toMatchObject({
      messages: [{ text: 'It burns.' }],
    });
  });
});
