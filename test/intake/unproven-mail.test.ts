import { beforeEach, describe, expect, test } from 'vitest';
import { forgetNoticesToNew } from '../../src/outbox/notices/forget-notices-to-new.ts';
import { type Handed, handOver, mailOf, type MailParts } from '../support/intake.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();

const CARLA = 'Carla <carla@customer.example>';
const DAEMON = 'Mail Delivery System <mailer-daemon@elsewhere.example>';
const UNVERIFIED = 'mx.google.com; spf=softfail smtp.mailfrom=customer.example';
const FORGED = 'mx.google.com; dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=customer.example';
const HERS = '<hers@customer.example>';
const AUTOMATIC = ['Auto-Submitted: auto-replied'];

/** What a stranger may have got hold of: Carla's own Message-ID and thread, our Message-ID, the reply address. */
let known: { ours: string; replyAddress: string };

beforeEach(async () => {
  await handOver(desk, { threadId: 'hers', raw: mailOf({ from: CARLA, messageId: HERS, subject: 'Mine' }) });
  const sent = await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/messages', { text: 'Pull the plug.' });
  await desk.deliver();
  const [row] = await db<{ replyTag: string }[]>`select reply_tag from requests`;
  known = { ours: sent.internetMessageId, replyAddress: `support+${row!.replyTag}@desk.example.com` };
});

/** A mail with a report in it, of the kind and with the fields of its second part. */
function report(parts: MailParts, kind: string, fields: readonly string[]): string {
  const type = `Content-Type: multipart/report; report-type=${kind}; boundary="b"`;
  const body = ['--b', 'Content-Type: text/plain', '', 'It was not delivered.', '--b'];
  const [header = ''] = mailOf({ ...parts, text: '' }).split('Content-Type: text/plain');
  return [header + type, '', ...body, `Content-Type: message/${kind}`, '', ...fields, '--b--', ''].join(
    '\r\n',
  );
}

const failure = (address: string, ...more: string[]) => [
  'Reporting-MTA: dns; mx.customer.example',
  '',
  `Final-Recipient: rfc822; ${address}`,
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 No such user',
  '',
  ...more,
];
const returned = (id: string) => ['--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${id}`, ''];

async function standing() {
  const [request] = await db`select status, needs_attention, message_count from requests where id = 1`;
  const deliveries = await db`select state from deliveries where kind = 'reply'`;
  return { ...request, deliveries, silenced: await db`select address from suppressed_addresses` };
}

describe('what nobody vouches for touches no request and no address', () => {
  const cases: readonly (readonly [string, string, () => Handed])[] = [
    ["an automatic reply that cites the contact's mail", 'auto_reply_unmatched', () => ({
      raw: mailOf({ from: CARLA, results: UNVERIFIED, headers: AUTOMATIC, inReplyTo: HERS }) })],
    ["an automatic reply in the contact's Gmail thread", 'auto_reply_unmatched', () => ({
      threadId: 'hers', raw: mailOf({ from: CARLA, results: UNVERIFIED, headers: AUTOMATIC }) })],
    ['a vacation program', 'auto_reply_unmatched', () => ({
      raw: mailOf({ from: CARLA, results: UNVERIFIED, headers: ['X-Autoreply: yes'], references: HERS }) })],
    ["another desk's notice", 'auto_reply_unmatched', () => ({
      raw: mailOf({ from: CARLA, results: UNVERIFIED, headers: ['X-Mailroom-Loop: help@other.example'], inReplyTo: HERS }) })],
    ['an automatic reply of a stranger to the reply address', 'auto_reply_unmatched', () => ({
      raw: mailOf({ from: 'Eve <eve@evil.example>', to: known.replyAddress, headers: AUTOMATIC, results: 'mx.google.com; spf=none smtp.mailfrom=evil.example' }) })],
    ['a read receipt', 'receipt_unmatched', () => ({
      raw: report({ from: CARLA, results: UNVERIFIED, inReplyTo: HERS }, 'disposition-notification', ['Disposition: manual-action; displayed']) })],
    ['a calendar answer', 'receipt_unmatched', () => ({
      raw: mailOf({ from: CARLA, results: UNVERIFIED, inReplyTo: HERS }).replace('text/plain', 'text/calendar; method=REPLY') })],
    ['two From headers on an automatic reply', 'auto_reply_unmatched', () => ({
      raw: mailOf({ from: CARLA, headers: ['From: Eve <eve@evil.example>', ...AUTOMATIC], inReplyTo: HERS }) })],
    ["a report in the contact's own name", 'bounce_unverified', () => ({
      raw: report({ from: CARLA, results: UNVERIFIED }, 'delivery-status', failure('carla@customer.example')) })],
    ["a report with the contact's Message-ID", 'bounce_unverified', () => ({
      raw: report({ from: CARLA, results: UNVERIFIED }, 'delivery-status', failure('nobody@customer.example', ...returned(HERS))) })],
    ['a forged automatic reply that cites our mail', 'spoof_suspect', () => ({
      raw: mailOf({ from: CARLA, results: FORGED, headers: AUTOMATIC, inReplyTo: known.ours, to: known.replyAddress }) })],
    ['a forged receipt', 'spoof_suspect', () => ({
      raw: report({ from: CARLA, results: FORGED, inReplyTo: known.ours }, 'disposition-notification', ['Disposition: displayed']) })],
    ['a forged report that cites our mail', 'spoof_suspect', () => ({
      raw: report({ from: CARLA, results: FORGED }, 'delivery-status', failure('carla@customer.example', ...returned(known.ours))) })],
    ['a forged loop mark', 'spoof_suspect', () => ({
      raw: mailOf({ from: CARLA, results: FORGED, headers: ['X-Mailroom-Loop: support@desk.example.com'], inReplyTo: known.ours }) })],
    ['a stranger with our loop mark and our Message-ID', 'loop', () => ({
      raw: mailOf({ from: 'Eve <eve@evil.example>', headers: ['X-Mailroom-Loop: support@desk.example.com'], messageId: known.ours }) })],
    ['a report under our own Message-ID', 'own_message_id', () => ({
      raw: report({ from: DAEMON, messageId: known.ours }, 'delivery-status', failure('carla@customer.example')) })],
  ]; // prettier-ignore

  test.each(cases)('%s: %s', async (_name, reason, mail) => {
    const before = await standing();
    const [result] = await handOver(desk, mail());
    expect(result).toMatchObject({ outcome: 'quarantined', reason, requestId: null });
    expect(await standing()).toEqual(before);
    expect(await desk.deliver()).toBeDefined();
    expect(smtp.mails.filter(({ raw }) => raw.includes('Undeliverable'))).toEqual([]);
  });
});

test('an automatic reply of the contact to our mail is recorded, vouched for or not', async () => {
  const before = await standing();
  const raw = mailOf({ from: CARLA, results: UNVERIFIED, headers: AUTOMATIC, inReplyTo: known.ours });
  const [result] = await handOver(desk, { raw });
  expect(result).toMatchObject({ outcome: 'recorded', requestId: 1 });
  expect(await standing()).toEqual({ ...before, message_count: undefined, messageCount: expect.anything() });
});

test.each([
  ['nobody vouches for', 'mx.google.com; spf=none smtp.mailfrom=elsewhere.example'],
  ['is signed', undefined],
])('a report that merely names the contact and %s is recorded and does nothing else', async (_, results) => {
  const parts: MailParts = { from: DAEMON, ...(results === undefined ? {} : { results }) };
  const raw = report(parts, 'delivery-status', failure('carla@customer.example'));
  const [result] = await handOver(desk, { raw });
  expect(result).toMatchObject({ outcome: 'recorded', requestId: 1 });
  expect(await standing()).toMatchObject({
    needsAttention: false,
    deliveries: [{ state: 'sent' }],
    silenced: [],
  });
  expect(await db`select id from events where type = 'request.flagged'`).toEqual([]);
});

test('a report that reached the reply address fails the delivery and silences nobody', async () => {
  const raw = report(
    { from: DAEMON, to: known.replyAddress },
    'delivery-status',
    failure('carla@customer.example'),
  );
  expect(await handOver(desk, { raw })).toMatchObject([{ outcome: 'recorded', requestId: 1 }]);
  expect(await standing()).toMatchObject({
    needsAttention: true,
    deliveries: [{ state: 'bounced' }],
    silenced: [],
  });
});

test('a report that cites our mail silences whom that mail went to, and nobody else it names', async () => {
  const other = report(
    { from: DAEMON },
    'delivery-status',
    failure('bob@other.example', ...returned(known.ours)),
  );
  await handOver(desk, { raw: other });
  expect(await standing()).toMatchObject({ silenced: [] });
  const hers = report({ from: DAEMON, subject: 'Again' }, 'delivery-status', [
    ...failure('carla@customer.example', ...returned(known.ours)),
  ]);
  await db`update delivery_recipients set state = 'accepted'`;
  await handOver(desk, { raw: hers });
  expect(await standing()).toMatchObject({ silenced: [{ address: 'carla@customer.example' }] });
});

describe('a loop with a new address for each answer', () => {
  const from = (index: number, host = 'loop.example') => ({
    raw: mailOf({ from: `robot${index}@${host}`, results: `mx.google.com; dmarc=pass header.from=${host}` }),
  });
  const notices = () => db`select id from deliveries where kind = 'notice'`;

  test('gets ten notices a minute, subdomains and all, and what is held is told', async () => {
    const before = (await notices()).length;
    await handOver(desk, ...Array.from({ length: 30 }, (_, index) => from(index)));
    await handOver(desk, ...Array.from({ length: 30 }, (_, index) => from(index, `h${index}.loop.example`)));
    expect((await notices()).length - before).toBe(10);
    const held = await db`select new from events where type = 'notice.held'`;
    expect(held).toHaveLength(50);
    expect(held[0]).toEqual({ new: { notice: 'created', cap: 'new_addresses' } });
  });

  test('gets no more when many mails are filed at once', async () => {
    const before = (await notices()).length;
    await Promise.all(Array.from({ length: 40 }, (_, index) => handOver(desk, from(index))));
    expect((await notices()).length - before).toBe(10);
    expect(await db`select id from events where type = 'notice.held'`).toHaveLength(30);
  });

  test('gets ten in any minute, not in each minute of the clock', async () => {
    const before = (await notices()).length;
    await handOver(desk, from(0));
    desk.clock.advance(50_000);
    await handOver(desk, ...Array.from({ length: 9 }, (_, index) => from(10 + index)));
    desk.clock.advance(11_000);
    await handOver(desk, ...Array.from({ length: 9 }, (_, index) => from(20 + index)));
    expect((await notices()).length - before).toBe(11);
  });

  test('waits for no clock that was set back', async () => {
    desk.clock.advance(7_200_000);
    await handOver(desk, ...Array.from({ length: 10 }, (_, index) => from(index)));
    desk.clock.advance(-3_600_000);
    const before = (await notices()).length;
    await handOver(desk, from(50));
    expect((await notices()).length - before).toBe(1);
  });

  test('is forgotten after an hour', async () => {
    await handOver(desk, from(0));
    expect(await forgetNoticesToNew(desk.deps)).toBe(0);
    desk.clock.advance(3_600_000);
    // Carla's own is the other.
    expect(await forgetNoticesToNew(desk.deps)).toBe(2);
  });

  test('holds up nobody of another domain, and nobody a minute later', async () => {
    await handOver(desk, ...Array.from({ length: 12 }, (_, index) => from(index)));
    const before = (await notices()).length;
    await handOver(desk, from(1, 'customer2.example'));
    desk.clock.advance(61_000);
    await handOver(desk, from(50));
    expect((await notices()).length - before).toBe(2);
  });
});
