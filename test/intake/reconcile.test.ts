import { afterAll, describe, expect, test } from 'vitest';
import { googleError } from '../../src/apps/demo/google/google-error.ts';
import { reconcileMailbox } from '../../src/intake/gmail/reconcile/reconcile-mailbox.ts';
import { reconcileNightly } from '../../src/intake/gmail/reconcile/reconcile-nightly.ts';
import { NOT_FOR_THE_DESK } from '../../src/intake/gmail/relay/gmail-filter.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { mailroomCommand } from '../support/command-line.ts';
import { amount } from '../support/amount.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { simulatedGoogles } from '../support/google.ts';
import { DESK, handOver, mailOf, testMailbox } from '../support/intake.ts';

const { db, url } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const startGoogle = simulatedGoogles();

const DAY = 86_400_000;
const SECRET = 'test-secret-test-secret-test-secret';

async function world() {
  const made = testApp(db, { parsePool });
  const mailbox = await testMailbox(made.deps);
  await db`update mailboxes set accept_since = ${new Date(made.clock.now().getTime() - 30 * DAY)}`;
  const google = await startGoogle(made.clock);
  await google.grant(made.deps, mailbox.id);
  const run = (input: { days?: number; apply?: boolean } = {}) =>
    reconcileMailbox(made.deps, {
      address: DESK,
      days: input.days ?? 7,
      apply: input.apply ?? false,
      endpoints: google.endpoints,
    });
  /** Puts a mail into Gmail that arrived so many days ago. */
  const deliver = (subject: string, daysAgo = 0, labels = ['INBOX', 'UNREAD']) =>
    google.account.deliver(Buffer.from(mailOf({ subject })), {
      labels,
      internalDate: made.clock.now().getTime() - daysAgo * DAY,
    });
  const command = (...args: string[]) =>
    mailroomCommand(
      args,
      { DATABASE_URL: url, APP_SECRET: SECRET, PUBLIC_URL: 'https://desk.example.com' },
      made.clock,
      google.endpoints,
    );
  return { ...made, ...google, mailbox, run, deliver, command };
}

// Pages of the mailbox's list and of the desk's rows, several of each.
const MAILS = amount(2000, 10_000);
const LOST = Math.ceil((MAILS - 7) / 274);

test(
  `of ${MAILS} mails the ${LOST} that never reached the desk are found, and exactly those are filed`,
  { timeout: amount(90_000, 900_000) },
  async () => {
    const { account, clock, mailbox, run, deps } = await world();
    const start = clock.now().getTime() - 6 * DAY;
    const ids = Array.from(
      { length: MAILS },
      (_, n) =>
        account.deliver(
          Buffer.from(
            `From: Ann <ann${n}@example.org>\r\nMessage-ID: <${n}@example.org>\r\nSubject: ${n}\r\n\r\nHi\r\n`,
          ),
          { internalDate: start + n * 1000, labels: ['INBOX', n % 2 === 0 ? 'mailroom/done' : 'UNREAD'] },
        ).id,
    );
    const missing = new Set(ids.filter((_, n) => n % 274 === 7));
    expect(missing.size).toBe(LOST);
    const reached = ids.filter((id) => !missing.has(id));
    await db`
    insert into intake (mailbox_id, source_id, arrived_at, outcome, raw, received_at)
    select ${mailbox.id}, source_id, ${clock.now()}, 'recorded', '', ${clock.now()}
    from unnest(${reached}::text[]) as source_id`;

    const dry = await run();
    expect(dry.listed).toBe(MAILS);
    expect(dry.mails.map(({ id }) => id)).toEqual([...missing]);
    expect(await db`select id from requests`).toHaveLength(0);

    const applied = await run({ apply: true });
    expect(applied.mails.map(({ id, result }) => [id, result?.status, result?.outcome])).toEqual(
      [...missing].map((id) => [id, 'accepted', 'opened']),
    );
    const filed = await db<{ sourceId: string }[]>`
    select source_id from intake where outcome = 'opened' order by id`;
    expect(filed.map(({ sourceId }) => sourceId)).toEqual([...missing]);
    expect(await db`select id from requests`).toHaveLength(LOST);
    // Mail of six days ago is answered by nobody's machine.
    expect(await db`select id from deliveries`).toHaveLength(0);

    expect((await run({ apply: true })).mails).toEqual([]);
    expect(await db`select id from requests`).toHaveLength(LOST);
    expect(deps.clock.now()).toBe(clock.now());
  },
);

describe('what belongs to the desk', () => {
  test('is the inbox of the period and what is queued, however old; spam and trash are only told', async () => {
    const { deliver, run, account } = await world();
    const fresh = deliver('fresh', 1);
    deliver('too old', 8);
    const queued = deliver('chosen by the owner', 20, ['mailroom/queue']);
    const failed = deliver('given up by the relay', 2, ['mailroom/failed']);
    const spam = deliver('spam', 1, ['SPAM', 'mailroom/queue']);
    const trash = deliver('trash', 1, ['TRASH', 'mailroom/done']);
    deliver('archived unseen', 1, ['UNREAD']);
    account.deliver(
      Buffer.from(
        mailOf({ from: 'Apps Script <apps-scripts-notifications@google.com>', subject: 'Failures' }),
      ),
    );
    account.send(Buffer.from(mailOf({ from: DESK, to: 'carla@customer.example', subject: 'sent' })));
    const report = await run();
    expect(report.mails.map(({ id, state }) => [id, state])).toEqual([
      [queued.id, 'missing'],
      [failed.id, 'missing'],
      [fresh.id, 'missing'],
    ]);
    expect({ spam: report.spam, trash: report.trash }).toEqual({ spam: [spam.id], trash: [trash.id] });
  });

  test('is also what a filter should have caught and is archived, since there is a relay', async () => {
    const { deliver, run, account, clock } = await world();
    const early = deliver('archived before there was a relay', 3, ['UNREAD']);
    const caught = deliver('archived since', 1, ['UNREAD']);
    account.deliver(Buffer.from(mailOf({ from: DESK, subject: 'sent' })), { labels: ['SENT'] });
    account.deliver(Buffer.from(mailOf({ subject: 'chat' })), { labels: ['CHAT'] });
    const addLabelIds = [account.labels.byName('mailroom/queue')?.id ?? ''];
    account.addFilter({ negatedQuery: NOT_FOR_THE_DESK }, { addLabelIds });
    expect((await run()).mails).toEqual([]);
    const began = new Date(clock.now().getTime() - 2 * DAY);
    await db`
      insert into relay_secrets (mailbox_id, sealed, created_at, first_used_at)
      select id, 'old', ${began}, ${began} from mailboxes`;
    expect((await run()).mails).toMatchObject([{ id: caught.id, state: 'missing' }]);
    account.filters.splice(0);
    account.addFilter({ to: 'sales@example.com' }, { addLabelIds });
    account.addFilter({}, { addLabelIds });
    expect((await run()).mails).toEqual([]);
    account.addFilter({ to: DESK, subject: 'archived' }, { addLabelIds });
    expect((await run({ days: 30 })).mails.map(({ id }) => id)).toEqual([caught.id]);
    expect(early.id).not.toBe(caught.id);
  });

  test('is no copy that the desk took for a mail it had', async () => {
    const made = await world();
    const raw = mailOf({ subject: 'twice' });
    const copies = [1, 2].map(() =>
      made.account.deliver(Buffer.from(raw), { labels: ['INBOX', 'mailroom/done'] }),
    );
    for (const { id } of copies) await handOver(made, { id, raw });
    expect(await db`select reason from intake`).toHaveLength(1);
    expect((await made.run()).mails).toEqual([]);
  });

  test('nothing from before the mailbox accepts mail is looked at, and a queued one is held as before_start', async () => {
    const { deliver, run, clock } = await world();
    await db`update mailboxes set accept_since = ${new Date(clock.now().getTime() - DAY)}`;
    deliver('before', 3);
    const queued = deliver('before, but queued', 3, ['INBOX', 'mailroom/queue']);
    const report = await run({ days: 30, apply: true });
    expect(report.since).toEqual(new Date(clock.now().getTime() - DAY));
    expect(report.mails).toMatchObject([
      { id: queued.id, result: { outcome: 'quarantined', reason: 'before_start' } },
    ]);
  });

  test('a fresh mail gets its notice, one of four days ago does not', async () => {
    const { deliver, run, wakes } = await world();
    deliver('four days', 4);
    await run({ apply: true });
    expect(await db`select id from deliveries`).toHaveLength(0);
    deliver('today');
    await db`update mailboxes set thread_by = 'conversation'`;
    await run({ apply: true });
    expect(await db`select id from deliveries`).toHaveLength(1);
    expect(wakes()).toBe(1);
  });
});

test('an answer whose question was missed as well joins it: the oldest is filed first', async () => {
  const { account, clock, run } = await world();
  const at = (minutes: number) => ({ internalDate: clock.now().getTime() - minutes * 60_000 });
  const question = mailOf({ subject: 'Printer', messageId: '<q@customer.example>' });
  const answer = mailOf({ subject: 'Re: Printer', inReplyTo: '<q@customer.example>' });
  account.deliver(Buffer.from(question), at(20));
  account.deliver(Buffer.from(answer), at(10));
  const { mails } = await run({ apply: true });
  expect(mails.map(({ result }) => result?.outcome)).toEqual(['opened', 'appended']);
});

test('a mail that the relay could hand over as headers alone gets its original', async () => {
  const made = await world();
  const { id } = made.deliver('large', 1);
  await handOver(made, {
    id,
    raw: null,
    headers: [
      ['From', 'carla@customer.example'],
      ['Subject', 'large'],
    ],
  });
  expect((await made.run()).mails).toMatchObject([{ id, state: 'incomplete' }]);
  const { mails } = await made.run({ apply: true });
  expect(mails).toMatchObject([{ id, result: { status: 'duplicate' } }]);
  expect(await db`select id from intake where oversize`).toHaveLength(0);
  expect((await made.run()).mails).toEqual([]);
});

test('a mail that the relay hands over afterwards is a duplicate', async () => {
  const made = await world();
  const raw = mailOf();
  const { id } = made.account.deliver(Buffer.from(raw));
  await made.run({ apply: true });
  expect(await handOver(made, { id, raw })).toMatchObject([{ id, status: 'duplicate' }]);
  expect(await db`select id from requests`).toHaveLength(1);
});

describe('the command', () => {
  test('changes nothing and prints a table, tells its progress on standard error, and takes in with --apply', async () => {
    const made = await world();
    const { id } = made.deliver('The \u001b[31mprinter\u202e is on fire', 1);
    made.deliver('spam', 1, ['SPAM']);
    const dry = await made.command('reconcile', '--days', '7');
    expect(dry).toMatchObject({ status: 0, err: expect.stringContaining('Looked at 1 of 1.') });
    expect(dry.out).toMatch(
      new RegExp(`${id} +Carla Contact <carla@\\S+ +The  \\[31mprinter  is on fire +missing`),
    );
    expect(dry.out).toContain('1 message in Gmail since 2026-11-15T09:00:00.000Z, 1 not at the desk');
    expect(dry.out).toContain('Left alone: 1 in Spam, 0 in Trash.');
    expect(await db`select id from intake`).toHaveLength(0);

    const applied = await made.command('reconcile', '--days', '7', '--mailbox', DESK, '--apply', '--json');
    expect(JSON.parse(applied.out)).toMatchObject({
      mailbox: DESK,
      applied: true,
      mails: [{ id, result: { status: 'accepted', outcome: 'opened' } }],
    });
    expect((await made.command('reconcile', '--days', '7')).out).toContain('0 not at the desk');
  });

  test.each(['0', '1.5', 'x', '4000'])('refuses %s days', async (days) => {
    const { command } = await world();
    expect(await command('reconcile', '--days', days)).toMatchObject({ status: 2, out: '' });
  });

  test('says what to do without credentials, and when Google refuses them', async () => {
    const { command, google, mailbox } = await world();
    google.oauth.withdraw();
    const refused = await command('reconcile', '--days', '7');
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('relay install --sign-in') });
    await db`delete from google_access where mailbox_id = ${mailbox.id}`;
    const without = await command('reconcile', '--days', '7');
    expect(without).toMatchObject({ status: 1, err: expect.stringContaining('relay install') });
  });
});

describe('at night', () => {
  test('every mailbox with credentials is brought up to date, and one that fails holds up no other', async () => {
    const made = await world();
    const other = await testMailbox(made.deps, 'aaa@desk.example.com');
    await made.grant(made.deps, other.id);
    await db`update google_access set sealed = 'v1.broken' where mailbox_id = ${other.id}`;
    made.deliver('missed', 1);
    await reconcileNightly(made.deps, { endpoints: made.endpoints });
    expect(await db`select id from requests`).toHaveLength(1);
    const rows = await db`select mailbox_id from google_access where reconciled_at = ${made.clock.now()}`;
    expect(rows).toEqual([{ mailboxId: made.mailbox.id }]);
  });

  test('the admins are told once that Google refuses the credentials, and again after they held', async () => {
    const made = await world();
    await testOperator(made.deps, { name: 'Ada' });
    const alarms = () => db`
      select address, subject
      from desk_mails join delivery_recipients using (delivery_id)
      where kind = 'google_access_lost'`;
    made.google.oauth.withdraw();
    for (let night = 0; night < 3; night++) await reconcileNightly(made.deps, { endpoints: made.endpoints });
    expect(await alarms()).toMatchObject([{ address: 'ada@desk.example.com' }]);
    await made.grant(made.deps, made.mailbox.id);
    await reconcileNightly(made.deps, { endpoints: made.endpoints });
    made.google.oauth.withdraw();
    await reconcileNightly(made.deps, { endpoints: made.endpoints });
    expect(await alarms()).toHaveLength(2);
  });

  test('a stop ends it between two calls', async () => {
    const made = await world();
    made.deliver('missed', 1);
    const stop = new AbortController();
    made.faults.answer = () => {
      stop.abort();
      return undefined;
    };
    const ended = reconcileNightly(made.deps, { endpoints: made.endpoints, signal: stop.signal });
    await expect(ended).rejects.toThrow('abort');
    expect(await db`select id from requests`).toHaveLength(0);
  });
});

test('a busy Gmail is asked again later, a mail that is gone is left out', async () => {
  const { createMailReader } = await import('../../src/intake/gmail/google/read-mail.ts');
  const { openAccess } = await import('../../src/intake/gmail/google/access.ts');
  const made = await world();
  const { id } = made.deliver('there', 1);
  const access = await openAccess(made.deps, made.mailbox.id, made.endpoints);
  if (access === null) throw new Error('no access was stored');
  let busy = 2;
  made.faults.answer = (request) => {
    if (!request.url.includes('/messages/') || busy-- <= 0) return undefined;
    const { google } = googleError(403, 'rateLimitExceeded', 'Quota exceeded');
    return { status: google.status, headers: { 'Content-Type': 'application/json' }, body: google.body };
  };
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  const reader = createMailReader(access.gmail, { clock: made.clock, wait });
  expect(await reader.describe(id)).toMatchObject({ id, subject: 'there' });
  expect(waits).toEqual([30_000, 60_000]);
  expect(await reader.describe('gone')).toBeNull();
  // The clock stands still: after a minute's worth of calls the rest of the minute is waited.
  for (let n = 0; n < 200; n++) await reader.describe(id).catch(() => null);
  expect(waits).toContain(60_000);
});
