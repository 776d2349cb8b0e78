import { afterAll, describe, expect, test } from 'vitest';
import { listReplayable, replayIntake } from '../../src/intake/quarantine/replay-intake.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, handOver, mailOf, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const FORGED = 'mx.google.com; dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=customer.example';

async function desk() {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  const ann = await testOperator(made.deps);
  async function call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await made.call(method, path, { token: ann.token, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return { ...made, ann, ask: call };
}

describe('the list', () => {
  test('shows what waits, why, and who it is from, newest first', async () => {
    const made = await desk();
    await receive(made, {});
    await receive(made, { results: FORGED, subject: 'Your password' });
    made.clock.advance(1000);
    await receive(made, { headers: ['Auto-Submitted: auto-replied'] });
    const { items, total } = await made.ask('GET', '/v1/intake?outcome=quarantined&total=true');
    expect(total).toBe(2);
    expect(items.map((each: any) => each.reason)).toEqual(['auto_reply_unmatched', 'spoof_suspect']);
    expect(items[1]).toMatchObject({
      mailbox: { address: DESK },
      from: { address: 'carla@customer.example', name: 'Carla Contact' },
      subject: 'Your password',
      class: 'human',
      authenticity: 'forged',
      outcome: 'quarantined',
      requestId: null,
      decidedAt: null,
    });
    const { items: forged } = await made.ask(
      'GET',
      '/v1/intake?reason=spoof_suspect&from=carla@customer.example',
    );
    expect(forged).toHaveLength(1);
  });

  test('pages by any field', async () => {
    const made = await desk();
    await handOver(
      made,
      ...Array.from({ length: 5 }, (_, index) => ({
        raw: mailOf({ results: FORGED, subject: `S${index}` }),
      })),
    );
    for (const sort of ['subject', '-reason', 'requestId', 'receivedAt', '-id']) {
      const first = await made.ask('GET', `/v1/intake?limit=3&sort=${sort}`);
      const second = await made.ask('GET', `/v1/intake?limit=3&sort=${sort}&cursor=${first.nextCursor}`);
      const ids = [...first.items, ...second.items]
        .map((each: any) => each.id)
        .toSorted((a: number, b: number) => a - b);
      expect(ids).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test('gives the original byte for byte', async () => {
    const made = await desk();
    const raw = mailOf({ results: FORGED });
    await handOver(made, { raw });
    const response = await made.call('GET', '/v1/intake/1/raw', { token: made.ann.token });
    expect(await response.text()).toBe(raw);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  test('has nothing of a mailbox that one does not serve', async () => {
    const made = await desk();
    const other = await testMailbox(made.deps, 'other@desk.example.com');
    const eve = await testOperator(made.deps, { name: 'Eve', mailboxIds: [other.id] });
    await receive(made, { results: FORGED });
    const response = await made.call('GET', '/v1/intake', { token: eve.token });
    expect(((await response.json()) as { items: unknown[] }).items).toEqual([]);
    for (const [method, path] of [
      ['GET', '/v1/intake/1'],
      ['GET', '/v1/intake/1/raw'],
      ['POST', '/v1/intake/1/release'],
      ['POST', '/v1/intake/1/discard'],
    ] as const) {
      await problemOf(await made.call(method, path, { token: eve.token }), 404, 'not_found');
    }
  });
});

describe('release', () => {
  test('files the mail without a notice and says who decided', async () => {
    const made = await desk();
    await receive(made, { results: FORGED });
    const released = await made.ask('POST', '/v1/intake/1/release');
    expect(released).toMatchObject({
      outcome: 'opened',
      requestId: 1,
      reason: null,
      decidedBy: { name: 'Ann' },
    });
    expect(await made.ask('GET', '/v1/requests/1')).toMatchObject({
      contact: { email: 'carla@customer.example' },
    });
    expect(await db`select id from deliveries`).toHaveLength(0);
    const [event] = await db`select actor_operator_id, old, new from events where type = 'intake.released'`;
    expect(event).toEqual({
      actorOperatorId: made.ann.id,
      old: { outcome: 'quarantined', reason: 'spoof_suspect' },
      new: { outcome: 'opened', trust: false },
    });
  });

  test('a pretender who is released joins no request of the contact', async () => {
    const made = await desk();
    await receive(made, {});
    await receive(made, { results: FORGED });
    expect(await made.ask('POST', '/v1/intake/2/release')).toMatchObject({ outcome: 'opened', requestId: 2 });
  });

  test('with trust, the mail and all later ones of the sender are believed', async () => {
    const made = await desk();
    await receive(made, {});
    await receive(made, { results: FORGED });
    expect(await made.ask('POST', '/v1/intake/2/release', { trust: true })).toMatchObject({
      outcome: 'appended',
      requestId: 1,
    });
    const unverified = 'mx.google.com; spf=softfail smtp.mailfrom=customer.example';
    expect(await receive(made, { results: unverified })).toMatchObject({ outcome: 'appended', requestId: 1 });
  });

  test('of two at once one wins and the other is told', async () => {
    const made = await desk();
    await receive(made, { results: FORGED });
    const path = '/v1/intake/1/release';
    const answers = await Promise.all(
      [1, 2, 3].map(() => made.call('POST', path, { token: made.ann.token })),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await db`select id from requests`).toHaveLength(1);
    await problemOf(
      await made.call('POST', '/v1/intake/1/discard', { token: made.ann.token }),
      409,
      'wrong_state',
    );
  });

  test('no cap and no block holds the mail a second time', async () => {
    const made = await desk();
    await receive(made, {});
    await made.ask('PATCH', '/v1/contacts/1', { mailboxes: [{ mailboxId: 1, blocked: true }] });
    await receive(made, { text: 'Let me in' });
    expect(await made.ask('POST', '/v1/intake/2/release')).toMatchObject({
      outcome: 'appended',
      requestId: 1,
    });
  });

  test('a mail without any sender is filed under an address that nobody has', async () => {
    const made = await desk();
    const [result] = await handOver(made, { raw: 'Subject: Who am I\r\n\r\nA riddle.\r\n' });
    expect(result).toMatchObject({ outcome: 'quarantined', reason: 'no_sender' });
    expect(await made.ask('POST', '/v1/intake/1/release')).toMatchObject({ outcome: 'opened', requestId: 1 });
    const { items } = await made.ask('GET', '/v1/requests/1/messages');
    expect(items[0]).toMatchObject({
      subject: 'Who am I',
      text: 'A riddle.\n',
      from: { address: 'unknown-sender@nobody.invalid' },
    });
  });

  test('the mail handed over again stays a duplicate', async () => {
    const made = await desk();
    const raw = mailOf({ results: FORGED });
    await handOver(made, { id: 'g1', raw });
    await made.ask('POST', '/v1/intake/1/release');
    const [again] = await handOver(made, { id: 'g1', raw });
    expect(again).toMatchObject({ status: 'duplicate', outcome: 'opened', requestId: 1 });
  });
});

describe('discard', () => {
  test('keeps the original and sends nothing', async () => {
    const made = await desk();
    await receive(made, { results: FORGED });
    expect(await made.ask('POST', '/v1/intake/1/discard')).toMatchObject({
      outcome: 'discarded',
      requestId: null,
    });
    const [row] = await db<{ raw: Buffer | null }[]>`select raw from intake`;
    expect(row?.raw).not.toBeNull();
    expect(await db`select id from contacts`).toHaveLength(0);
  });

  test('may block the sender in the same call', async () => {
    const made = await desk();
    await receive(made, { results: FORGED });
    await made.ask('POST', '/v1/intake/1/discard', { blockSender: true });
    expect(await receive(made, {})).toMatchObject({ outcome: 'quarantined', reason: 'blocked_sender' });
  });

  test('cannot block whom the mail does not name, and then changes nothing', async () => {
    const made = await desk();
    await handOver(made, { raw: 'Subject: x\r\n\r\ny' });
    const response = await made.call('POST', '/v1/intake/1/discard', {
      token: made.ann.token,
      body: { blockSender: true },
    });
    expect((await problemOf(response, 400, 'invalid_input')).errors).toMatchObject([
      { pointer: '/blockSender' },
    ]);
    expect(await db`select outcome from intake`).toEqual([{ outcome: 'quarantined' }]);
  });
});

describe('replay', () => {
  test('files what failed once the fault is mended, with its notice', async () => {
    const made = await desk();
    await db`alter table requests add constraint no_fire check (subject not like '%fire%')`;
    await receive(made, {}).finally(() => db`alter table requests drop constraint no_fire`);
    expect(await listReplayable(made.deps, 'processing_error')).toEqual([2]);
    // The failed attempt has used up the number 1, of its intake and of its request.
    expect(await replayIntake(made.deps, 2)).toMatchObject({
      outcome: 'opened',
      requestId: 2,
      queuedDelivery: true,
    });
    expect(await listReplayable(made.deps, null)).toEqual([]);
    expect(await replayIntake(made.deps, 2)).toBeNull();
    expect(await db`select outcome, reason, error, request_id from intake`).toEqual([
      { outcome: 'opened', reason: null, error: null, requestId: 2 },
    ]);
  });

  test('leaves in quarantine what a rule still holds', async () => {
    const made = await desk();
    await receive(made, { results: FORGED });
    expect(await replayIntake(made.deps, 1)).toMatchObject({
      outcome: 'quarantined',
      reason: 'spoof_suspect',
    });
    expect(await db`select outcome, reason from intake`).toEqual([
      { outcome: 'quarantined', reason: 'spoof_suspect' },
    ]);
  });

  test('that fails again leaves the mail where it was', async () => {
    const made = await desk();
    await db`alter table requests add constraint no_fire check (subject not like '%fire%')`;
    try {
      await receive(made, {});
      await expect(replayIntake(made.deps, 2)).rejects.toThrow('no_fire');
      expect(await db`select outcome, reason from intake`).toEqual([
        { outcome: 'quarantined', reason: 'processing_error' },
      ]);
    } finally {
      await db`alter table requests drop constraint no_fire`;
    }
  });
});
