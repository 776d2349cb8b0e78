import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import {
  DESK,
  handOver,
  mailOf,
  type MailParts,
  postBatch,
  handed,
  receive,
  testMailbox,
} from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

async function desk() {
  const made = testApp(db, { parsePool });
  const mailbox = await testMailbox(made.deps);
  const ann = await testOperator(made.deps);
  return { ...made, mailbox, ann };
}

const OPERATOR = 'Ann <ann@desk.example.com>';
const UNVERIFIED = 'mx.google.com; spf=softfail smtp.mailfrom=desk.example.com';

const FORWARDED = [
  'Can you look at this?',
  '',
  '---------- Forwarded message ---------',
  'From: Olga Original <olga@customer.example>',
  'Date: Sat, 21 Nov 2026 at 18:00',
  'Subject: My parcel',
  'To: <ann@desk.example.com>',
  '',
  'Where is it?',
].join('\r\n');

async function contactsOfRequests(): Promise<string[]> {
  const rows = await db<{ email: string }[]>`
    select email from requests join contacts on contacts.id = requests.contact_id order by requests.id`;
  return rows.map((row) => row.email);
}

describe('a mail that an operator forwards', () => {
  const forward: MailParts = { from: OPERATOR, subject: 'Fwd: My parcel', text: FORWARDED };

  test('opens the request for who wrote it, and answers go there', async () => {
    const made = await desk();
    expect(await receive(made, forward)).toMatchObject({ outcome: 'opened', requestId: 1 });
    expect(await contactsOfRequests()).toEqual(['olga@customer.example']);
    const reply = await made.call('POST', '/v1/requests/1/messages', {
      token: made.ann.token,
      body: { text: 'It is here' },
    });
    const message = (await reply.json()) as { to: { address: string }[]; cc: unknown[] };
    expect(message.to.map((each) => each.address)).toEqual(['olga@customer.example']);
    expect(message.cc).toEqual([]);
  });

  test('sends no created notice and is told in the history', async () => {
    const made = await desk();
    await receive(made, forward);
    expect(await db`select id from deliveries`).toHaveLength(0);
    const [event] = await db<
      { new: { forwardedBy: string } }[]
    >`select new from events where type = 'message.received'`;
    expect(event?.new.forwardedBy).toBe('ann@desk.example.com');
  });

  test('joins the open request of who wrote it', async () => {
    const made = await desk();
    await receive(made, { from: 'Olga Original <olga@customer.example>' });
    expect(await receive(made, forward)).toMatchObject({ outcome: 'appended', requestId: 1 });
  });

  test('as an attached message counts as well', async () => {
    const made = await desk();
    const raw = [
      'Authentication-Results: mx.google.com; dmarc=pass header.from=desk.example.com',
      `From: ${OPERATOR}`,
      `To: ${DESK}`,
      'Subject: Fwd: My parcel',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'See below',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: Olga Original <olga@customer.example>',
      'Subject: My parcel',
      '',
      'Where is it?',
      '--b--',
      '',
    ].join('\r\n');
    const [result] = await handOver(made, { raw });
    expect(result?.outcome).toBe('opened');
    expect(await contactsOfRequests()).toEqual(['olga@customer.example']);
  });

  test.each<[string, MailParts]>([
    ['not verified', { ...forward, results: UNVERIFIED }],
    ['from somebody who is no operator', { ...forward, from: 'Carla <carla@customer.example>' }],
    ['an answer that merely quotes', { ...forward, subject: 'Re: My parcel' }],
  ])('%s stays with its sender', async (_, parts) => {
    const made = await desk();
    await receive(made, parts);
    expect(await contactsOfRequests()).not.toContain('olga@customer.example');
  });

  test('of an operator who may no longer sign in stays with its sender', async () => {
    const made = await desk();
    await db`update operators set active = false`;
    await receive(made, forward);
    expect(await contactsOfRequests()).toEqual(['ann@desk.example.com']);
  });
});

describe("a mail through the mailbox's own Google Group", () => {
  const group: MailParts = {
    from: "'Olga Original' via Support <help@desk.example.com>",
    headers: [
      'X-Original-From: Olga Original <olga@customer.example>',
      'Reply-To: Olga Original <olga@customer.example>',
      'Precedence: list',
      'List-Id: <help.desk.example.com>',
      'Mailing-list: list help@desk.example.com; contact help+owners@desk.example.com',
    ],
  };

  test('is of who wrote it, and counts as a human mail', async () => {
    const made = await desk();
    await db`update mailboxes set group_addresses = '{help@desk.example.com}'`;
    expect(await receive(made, group)).toMatchObject({ outcome: 'opened' });
    expect(await contactsOfRequests()).toEqual(['olga@customer.example']);
    expect(await db`select class from messages where direction = 'in'`).toEqual([{ class: 'human' }]);
    expect(await db`select id from deliveries`).toHaveLength(1);
  });

  test.each<[string, MailParts, string]>([
    ['an unverified mail', { ...group, results: UNVERIFIED }, '{help@desk.example.com}'],
  ])('is not believed of %s', async (_, parts, groups) => {
    const made = await desk();
    await db`update mailboxes set group_addresses = ${groups}::text[]`;
    await receive(made, parts);
    expect(await contactsOfRequests()).toEqual(['help@desk.example.com']);
  });
});

test('a group that no setting knows writes for whom it names, who joins nothing by that', async () => {
  const made = await desk();
  const through = (name: string, address: string): MailParts => ({
    from: `"'${name}' via Help" <help@desk.example.com>`,
    headers: [
      `X-Original-From: ${name} <${address}>`,
      `Reply-To: ${name} <${address}>`,
      'List-Id: <help.desk.example.com>',
    ],
  });
  await receive(made, { from: 'Olga <olga@customer.example>', subject: 'Mine' });
  const olga = await receive(made, through('Olga', 'olga@customer.example'));
  const ben = await receive(made, through('Ben', 'ben@other.example'));
  expect([olga.outcome, ben.outcome]).toEqual(['opened', 'opened']);
  expect(await contactsOfRequests()).toEqual([
    'olga@customer.example',
    'olga@customer.example',
    'ben@other.example',
  ]);
  expect(await db`select id from deliveries`).toHaveLength(1);
});

test('a mail to two mailboxes at once is filed in each', async () => {
  const made = await desk();
  const other = 'sales@desk.example.com';
  await testMailbox(made.deps, other);
  const raw = mailOf({ to: `${DESK}, ${other}`, messageId: '<both@customer.example>' });
  const first = await postBatch(made, [handed(made.clock.now(), { id: 'a', raw })]);
  const second = await postBatch(made, [handed(made.clock.now(), { id: 'b', raw })], { mailbox: other });
  for (const response of [first, second]) {
    expect(await response.json()).toMatchObject({ results: [{ status: 'accepted', outcome: 'opened' }] });
  }
  expect(await db`select mailbox_id, contact_id from requests order by id`).toEqual([
    { mailboxId: 1, contactId: 1 },
    { mailboxId: 2, contactId: 1 },
  ]);
});

describe('mail that names the mailbox only in Cc, or nowhere', () => {
  test('waits for a person if the mailbox says so', async () => {
    const made = await desk();
    await made.call('PATCH', `/v1/mailboxes/${made.mailbox.id}`, {
      token: (await testOperator(made.deps, { name: 'Lea' })).token,
      body: { copies: 'quarantine' },
    });
    const copied = { to: 'someone@else.example', cc: DESK };
    expect(await receive(made, copied)).toMatchObject({ outcome: 'quarantined', reason: 'only_copied' });
    expect(await receive(made, { to: 'someone@else.example' })).toMatchObject({ reason: 'only_copied' });
    expect(await receive(made, { to: `someone@else.example, ${DESK}` })).toMatchObject({ outcome: 'opened' });
  });

  test('is filed like any other by default', async () => {
    const made = await desk();
    expect(await receive(made, { to: 'someone@else.example', cc: DESK })).toMatchObject({
      outcome: 'opened',
    });
  });
});
