import { afterAll, describe, expect, test } from 'vitest';
import type { RelayResult } from '../../src/intake/gmail/relay/relay-contract.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { amount } from '../support/amount.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, handOver, mailOf, receive, testMailbox } from '../support/intake.ts';
import { mailFixtures } from '../support/mail-fixtures.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 2 });
const ROBOTS = amount(60, 200);
afterAll(() => parsePool.close());

type Meaning = { readonly class?: string; readonly verdict?: string };

async function desk() {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  return made;
}

async function leaving(): Promise<number> {
  const [row] = await db<{ count: number }[]>`select count(*) as count from deliveries`;
  return row?.count ?? -1;
}

test('every fixture ends as a message, a record or in quarantine, with its original byte for byte', async () => {
  const made = await desk();
  const fixtures = mailFixtures();
  const mails = fixtures.map(({ slug, raw }) => ({ id: slug, raw }));
  const results: RelayResult[] = [];
  for (let start = 0; start < mails.length; start += 50)
    results.push(...(await handOver(made, ...mails.slice(start, start + 50))));
  expect(results).toHaveLength(fixtures.length);
  for (const result of results) {
    const ended =
      result.status === 'duplicate' ? result.reason === 'same_message' : result.status === 'accepted';
    expect(ended, JSON.stringify(result)).toBe(true);
    if (result.outcome === 'quarantined') expect(result.reason).toMatch(/^[a-z_]+$/);
    else expect(result.requestId).not.toBeNull();
  }
  const failed = results.filter(
    (result) => result.reason === 'processing_error' || result.reason === 'unparsable',
  );
  expect(failed).toEqual([]);
  const stored = await db<{ sourceId: string; raw: Buffer }[]>`select source_id, raw from intake`;
  const originals = new Map(stored.map((row) => [row.sourceId, row.raw]));
  for (const { slug, raw } of fixtures) {
    const original = originals.get(slug);
    if (original !== undefined) expect(original.equals(raw), slug).toBe(true);
    else expect(results.find((result) => result.id === slug)?.status).toBe('duplicate');
  }
}, 60_000);

test('every inline image of a mail says by which id its HTML calls it', async () => {
  const made = await desk();
  const { token } = await testOperator(made.deps);
  const image = (id: string) =>
    `--r\r\nContent-Type: image/png; name=shot.png\r\nContent-Disposition: inline\r\nContent-ID: <${id}>\r\n\r\n${id}\r\n`;
  const raw =
    'From: Ann <ann@customer.example>\r\nSubject: Two shots\r\nContent-Type: multipart/related; boundary=r\r\n\r\n' +
    '--r\r\nContent-Type: text/html\r\n\r\n<img src="cid:one@x"><img src="cid:two@x">\r\n' +
    `${image('one@x')}${image('two@x')}--r\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\na\r\n--r--\r\n`;
  await handOver(made, { raw });
  const response = await made.call('GET', '/v1/requests/1/messages', { token });
  const { items } = (await response.json()) as { items: { attachments: object[] }[] };
  expect(items[0]?.attachments).toMatchObject([
    { name: 'shot.png', inline: true, contentId: 'one@x' },
    { name: 'shot (2).png', inline: true, contentId: 'two@x' },
    { name: 'a.txt', inline: false, contentId: null },
  ]);
});

describe('nothing leaves for', () => {
  const silent = mailFixtures().filter(({ expected }) => {
    const { class: kind, verdict } = expected as Meaning;
    return (kind !== undefined && kind !== 'human') || verdict === 'forged' || verdict === 'unverified';
  });

  test(`any of ${silent.length} automatic, bounced, listed, looping or unproven mails`, async () => {
    const made = await desk();
    for (const { slug, raw } of silent) {
      const [result] = await handOver(made, { id: slug, raw });
      expect(['accepted', 'duplicate'], slug).toContain(result?.status);
      expect(await leaving(), slug).toBe(0);
    }
    expect(silent.length).toBeGreaterThan(40);
  });

  test(`${ROBOTS} mails in ten minutes from ever new senders after the cap of the mailbox`, async () => {
    const made = await desk();
    await db`update mailboxes set notices_per_hour = 20`;
    const raws = Array.from({ length: ROBOTS }, (_, index) => ({
      raw: mailOf({ from: `robot${index}@loop${index}.example` }),
    }));
    const results = await handOver(made, ...raws);
    expect(results.every((result) => result.outcome === 'opened')).toBe(true);
    expect(await leaving()).toBe(20);
    expect(
      await db`select id from events where type = 'notice.held' and new ->> 'cap' = 'mailbox'`,
    ).toHaveLength(ROBOTS - 20);
  });

  test('mails that are filed at once, no more of them than the cap of the mailbox leaves', async () => {
    const made = await desk();
    await db`update mailboxes set notices_per_hour = 3`;
    const posts = Array.from({ length: 12 }, (_, index) =>
      handOver(made, { raw: mailOf({ from: `robot${index}@loop${index}.example` }) }),
    );
    expect((await Promise.all(posts)).flat().every((result) => result.outcome === 'opened')).toBe(true);
    expect(await leaving()).toBe(3);
    expect(
      await db`select id from events where type = 'notice.held' and new ->> 'cap' = 'mailbox'`,
    ).toHaveLength(9);
  });
});

type Row = readonly [
  name: string,
  headers: readonly string[],
  cites: 'nothing' | 'our notice',
  kind: string,
  outcome: string,
  acknowledged: boolean,
  reopens: boolean,
];

// Header combination → class, what becomes of it, whether it is acknowledged, whether it wakes a pending request.
const MATRIX: readonly Row[] = [
  ['a plain mail', [], 'nothing', 'human', 'opened', true, false],
  ['a plain answer', [], 'our notice', 'human', 'appended', false, true],
  ['Auto-Submitted: no', ['Auto-Submitted: no'], 'nothing', 'human', 'opened', true, false],
  [
    'an automatic answer',
    ['Auto-Submitted: auto-replied'],
    'our notice',
    'auto_reply',
    'recorded',
    false,
    false,
  ],
  ['an automatic mail', ['Auto-Submitted: auto-generated'], 'nothing', 'human', 'opened', false, false],
  ["a program's answer", ['Auto-Submitted: auto-generated'], 'our notice', 'human', 'appended', false, true],
  ['X-Auto-Response-Suppress', ['X-Auto-Response-Suppress: All'], 'nothing', 'human', 'opened', false, false],
  ['Precedence: bulk', ['Precedence: bulk'], 'our notice', 'list', 'appended', false, true],
  ['X-Autoreply', ['X-Autoreply: yes'], 'our notice', 'auto_reply', 'recorded', false, false],
  [
    'Precedence: auto_reply',
    ['Precedence: auto_reply'],
    'our notice',
    'auto_reply',
    'recorded',
    false,
    false,
  ],
  ['a list post', ['List-Id: <a.b.example>', 'Precedence: list'], 'nothing', 'list', 'opened', false, false],
  ['a list answer', ['List-Id: <a.b.example>'], 'our notice', 'list', 'appended', false, true],
  ['our loop header', [`X-Mailroom-Loop: ${DESK}`], 'nothing', 'own', 'quarantined', false, false],
  ['a null return path', ['Return-Path: <>'], 'our notice', 'human', 'appended', false, true],
];

describe('header combinations', () => {
  test.each(MATRIX)('%s', async (_name, headers, cites, kind, outcome, acknowledged, reopens) => {
    const made = await desk();
    await receive(made, {});
    const [notice] = await db<
      { internetMessageId: string }[]
    >`select internet_message_id from messages where notice is not null`;
    await db`update requests set status = 'pending'`;
    const before = await leaving();
    const result = await receive(made, {
      headers,
      ...(cites === 'our notice'
        ? { inReplyTo: notice!.internetMessageId }
        : { from: 'Nina <nina@other.example>' }),
    });
    expect(result.outcome).toBe(outcome);
    expect(await db`select class from intake where id = 2`).toEqual([{ class: kind }]);
    expect((await leaving()) - before).toBe(acknowledged ? 1 : 0);
    expect(await db`select status from requests where id = 1`).toEqual([
      { status: reopens ? 'new' : 'pending' },
    ]);
  });
});
