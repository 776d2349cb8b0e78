import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { checkConnection } from '../../src/intake/microsoft/access/check-connection.ts';
import { disconnectMicrosoft } from '../../src/intake/microsoft/access/connecting.ts';
import { findIntakeMailbox } from '../../src/mailboxes/settings/find-intake-mailbox.ts';
import { checkTransport } from '../../src/outbox/accounts/check-transport.ts';
import { openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { watchMicrosoft } from '../../src/intake/microsoft/access/watch-microsoft.ts';
import { lookAtDue } from '../../src/intake/microsoft/fetching/look-due.ts';
import { fetchHeaders } from '../../src/intake/microsoft/fetching/messages.ts';
import { receiveBatch } from '../../src/intake/filing/receive-batch.ts';
import { reconcileMicrosoft } from '../../src/intake/microsoft/reconcile/reconcile-microsoft.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, START, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { connectToTenant } from '../../src/apps/demo/microsoft/microsoft-side.ts';
import type { Fault } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../src/apps/demo/microsoft/tenant-identity.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { FORGED } from '../support/exchange-results.ts';
import { DESK, mailOf, type MailParts } from '../support/intake.ts';
import { microsoftDesks, MINUTE, SYSTEM } from '../support/microsoft-desk.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const { desk, end } = microsoftDesks(db, parsePool);
afterEach(end);
afterAll(() => parsePool.close());

const filed = () =>
  db<{ outcome: string; reason: string | null; requestId: number | null; subject: string; source: string }[]>`
    select outcome, reason, request_id, subject, source from intake order by id`;

async function alarms(): Promise<string[]> {
  const rows = await db<{ kind: string }[]>`select kind from desk_mails order by delivery_id`;
  return rows.map(({ kind }) => kind);
}

describe('what comes into a mailbox of Microsoft 365', () => {
  test('opens and continues requests, once however often it is listed', async () => {
    const { tenant, look, arrive, clock, call, deps } = await desk();
    arrive({ messageId: '<first@customer.example>', subject: 'My parcel' });
    clock.advance(MINUTE);
    arrive({ inReplyTo: '<first@customer.example>', subject: 'AW: My parcel' });
    expect(await look()).toBe(2);
    expect(await look()).toBe(0);
    expect(await filed()).toMatchObject([
      { outcome: 'opened', requestId: 1, source: 'microsoft' },
      { outcome: 'appended', requestId: 1 },
    ]);
    const { token } = await testOperator(deps);
    const [item] = (
      (await (await call('GET', '/v1/intake?sort=id', { token })).json()) as { items: object[] }
    ).items;
    expect(item).toMatchObject({ gmailId: null, source: 'microsoft', authenticity: 'verified' });
    // A token, a page of Inbox and of Sent Items, and the original of each; then the two delta links alone.
    expect(tenant.calls).toHaveLength(1 + 2 + 2 + 2);
  });

  test('is told of with Microsoft’s own link when it is too large to be read', async () => {
    const { deps, arrive, mailbox, clock } = await desk();
    const graph = await deps.microsoft.open(mailbox.id);
    const sourceId = arrive({ subject: 'A film' });
    const at = {
      sourceId,
      folder: 'inbox',
      threadId: 'film',
      arrivedAt: clock.now(),
      internetMessageId: null,
    } as const;
    const headers = await fetchHeaders(graph!, at, { sizeEstimate: 40_000_000 });
    const readMailbox = await findIntakeMailbox(db, DESK);
    await receiveBatch(deps, readMailbox!, [headers!], AbortSignal.timeout(10_000));
    const [message] = await db<{ incomplete: boolean; text: string }[]>`
      select incomplete, text from messages where direction = 'in'`;
    expect(message?.incomplete).toBe(true);
    expect(message?.text).toMatch(/Read it in Outlook: https:\/\/outlook\.office365\.us\/owa\/\?ItemID=/);
  });

  test('is filed oldest first, over empty, doubled and disordered pages', async () => {
    const { look, arrive, clock } = await desk();
    for (let number = 1; number <= 17; number += 1) {
      arrive({ subject: `Number ${number}`, from: `c${number}@customer.example` });
      clock.advance(1000);
    }
    expect(await look()).toBe(17);
    expect((await filed()).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 17 }, (_, at) => `Number ${at + 1}`),
    );
  });

  test('keeps its id when it is moved and comes back', async () => {
    const { tenant, look, arrive } = await desk();
    const id = arrive();
    await look();
    tenant.change(id, { folder: 'archive' });
    await look();
    tenant.change(id, { folder: 'inbox' });
    await look();
    expect(await filed()).toHaveLength(1);
  });

  test('joins by Outlook’s conversation when every id is gone', async () => {
    const { look, arrive, clock, call, deps, mailbox } = await desk();
    const { token } = await testOperator(deps, { role: 'lead' });
    await call('PATCH', `/v1/mailboxes/${mailbox.id}`, { token, body: { threadBy: 'conversation' } });
    for (const subject of [
      'My parcel',
      'AW: My parcel',
      'RE: [EXTERNAL] My parcel',
      'SV: My parcel',
      'Отв: My parcel',
    ]) {
      arrive({ subject }, { conversationId: 'AAQkAGI=' });
      clock.advance(MINUTE);
    }
    await look();
    expect((await filed()).map(({ requestId }) => requestId)).toEqual([1, 1, 1, 1, 1]);
    const rules =
      await db`select distinct matched_by from messages where kind = 'inbound' order by matched_by`;
    expect(rules.map((row) => row['matchedBy'])).toEqual(['conversation', 'new']);
  });

  test('waits for a person when its sender is denied or not allowed, or the mailbox is only copied', async () => {
    const { look, arrive, call, deps, mailbox, clock } = await desk();
    const { token } = await testOperator(deps, { role: 'lead' });
    const set = async (body: object) =>
      expect((await call('PATCH', `/v1/mailboxes/${mailbox.id}`, { token, body })).status).toBe(200);
    const reasonOf = async (parts: MailParts): Promise<string | null> => {
      arrive(parts);
      clock.advance(1000);
      await look();
      return (await filed()).at(-1)?.reason ?? null;
    };
    const [copied, blind] = [{ to: 'boss@customer.example', cc: DESK }, { to: 'boss@customer.example' }];
    await set({ deniedSenders: ['evil.example'] });
    expect(await reasonOf({ from: 'eve@mail.evil.example' })).toBe('denied_sender');
    expect(await reasonOf(copied)).toBeNull();
    expect(await reasonOf(blind)).toBeNull();
    await set({ allowedSenders: ['customer.example'], copies: 'quarantine' });
    expect(await reasonOf({ from: 'dora@elsewhere.example' })).toBe('not_allowed_sender');
    expect(await reasonOf(copied)).toBe('only_copied');
    expect(await reasonOf(blind)).toBe('only_copied');
    expect(await reasonOf({})).toBeNull();
  });

  test.each(['sender', 'conversation'])(
    'joins no request and gets no answer, in whichever way its sender is forged (threads by %s)',
    async (threadBy) => {
      const { tenant, look, arrive, send, clock, call, deps, mailbox } = await desk();
      const { token } = await testOperator(deps, { role: 'lead' });
      const body = { threadBy, tenantDomains: ['contoso.example'] };
      expect((await call('PATCH', `/v1/mailboxes/${mailbox.id}`, { token, body })).status).toBe(200);
      const thread = { conversationId: 'AAQkAGI=' };
      arrive({ from: 'Ann <ann@customer.example>', messageId: '<question@customer.example>' }, thread);
      await look();
      await send();
      const sent = await db`select id from deliveries`;
      for (const [at, { headers, from }] of FORGED.entries()) {
        const parts = { from: from ?? 'Ann <ann@customer.example>', messageId: `<${at}@evil.example>` };
        const cited = { inReplyTo: '<question@customer.example>', subject: 'RE: The printer is on fire' };
        tenant.deliver(mailOf({ ...parts, ...cited, results: null, headers }), clock.now(), thread);
        clock.advance(1000);
      }
      await look();
      await send();
      const [, ...rows] = await db<
        { authenticity: string; requestId: number | null; reason: string | null }[]
      >`
        select authenticity, request_id, reason from intake order by id`;
      expect(rows.map(({ authenticity }) => authenticity)).toEqual(FORGED.map(({ expected }) => expected));
      expect(FORGED.filter((_, at) => rows[at]?.requestId === 1)).toEqual([]);
      expect(
        rows.filter(({ authenticity, reason }) => authenticity === 'forged' && reason !== 'spoof_suspect'),
      ).toEqual([]);
      expect(await db`select id from deliveries`).toEqual(sent);
      expect(sent).toHaveLength(1);
    },
  );
});

describe('nothing is lost', () => {
  test.each<Fault>(['throttle', 'throttle_silently', 'unavailable', 'drop', 'lost', 'token_ended'])(
    'when one call in six meets %s',
    async (fault) => {
      const { tenant, look, arrive, clock } = await desk();
      // Drawn, and the same in every run: each look begins anew, so that a fixed beat would always meet the same call.
      let drawn = 7;
      tenant.state.fault = () => ((drawn = (drawn * 48_271) % 2_147_483_647) % 6 === 0 ? fault : null);
      for (let number = 1; number <= 9; number += 1) {
        arrive({ from: `c${number}@customer.example` });
        clock.advance(1000);
      }
      for (let looks = 0; looks < 25; looks += 1) await look();
      expect((await filed()).map(({ outcome }) => outcome)).toEqual(
        Array.from({ length: 9 }, () => 'opened'),
      );
      expect(tenant.mostAtOnce()).toBeLessThanOrEqual(2);
    },
  );

  test.each([1, 2])('when Microsoft forgets how far it was read (%s)', async (times) => {
    const { tenant, look, arrive } = await desk();
    arrive();
    await look();
    for (let time = 0; time < times; time += 1) tenant.endDeltaLinks();
    arrive({ from: 'dora@customer.example' });
    expect(await look()).toBe(1);
    expect(await filed()).toHaveLength(2);
  });

  test('while one message cannot be read; at last it waits for a person', async () => {
    const { tenant, look, arrive, clock } = await desk();
    tenant.change(arrive({ subject: 'Broken' }), { corrupt: true });
    clock.advance(1000);
    arrive({ subject: 'Whole', from: 'dora@customer.example' });
    await look();
    expect(await filed()).toMatchObject([{ subject: 'Whole', outcome: 'opened' }]);
    for (let looks = 0; looks < 8; looks += 1) await look();
    expect(await filed()).toMatchObject([
      { subject: 'Whole' },
      { subject: 'Broken', outcome: 'quarantined', reason: 'unparsable' },
    ]);
    expect(await db`select source_id from microsoft_parked`).toHaveLength(0);
  });

  test('when a mailbox that asked to be left alone is left alone by every process', async () => {
    const { tenant, look, deps, arrive, clock } = await desk();
    arrive();
    tenant.state.fault = () => 'throttle';
    await look();
    const before = tenant.calls.length;
    const other = { ...deps, microsoft: openMicrosoft(deps, tenant.endpoints) };
    clock.advance(6000);
    await lookAtDue(other);
    expect(tenant.calls).toHaveLength(before);
    tenant.state.fault = () => null;
    clock.advance(MINUTE);
    expect(await lookAtDue(other)).toBe(1);
  });

  test('while Microsoft asks for rest again and again: longer each time, and shortly again after a calm minute', async () => {
    const { tenant, deps, mailbox, clock } = await desk();
    tenant.state.fault = () => 'throttle_silently';
    const graph = await openMicrosoft(deps, tenant.endpoints).open(mailbox.id);
    const restAfter = async (calmMs: number): Promise<number> => {
      clock.advance(calmMs);
      await expect(graph!.call({ path: '/mailFolders/inbox' }, async () => null)).rejects.toThrow('429');
      const [row] = await db<{ until: Date }[]>`select throttled_until as until from microsoft_access`;
      const seconds = (row!.until.getTime() - clock.now().getTime()) / 1000;
      clock.advance(seconds * 1000 + 1);
      return seconds;
    };
    const rests = [];
    for (const calmMs of [0, 0, 0, 0, 0, 0, 0, 59_000, 61_000, 0]) rests.push(await restAfter(calmMs));
    const least = [10, 20, 40, 80, 160, 300, 300, 300, 10, 20];
    expect(rests.map((rest, at) => rest >= least[at]! && rest <= least[at]! * 1.2)).toEqual(
      least.map(() => true),
    );
  });

  test('when many processes call at once: two calls at a time, and a process that died holds up nobody for long', async () => {
    const { deps, tenant, mailbox, clock } = await desk();
    const graphs = await Promise.all(
      Array.from({ length: 4 }, () => openMicrosoft(deps, tenant.endpoints).open(mailbox.id)),
    );
    const call = () =>
      Promise.all(
        graphs.flatMap((graph) =>
          graph === null
            ? []
            : [1, 2, 3].map(() => graph.call({ path: '/mailFolders/inbox' }, async ({ status }) => status)),
        ),
      );
    expect(await call()).toEqual(Array.from({ length: 12 }, () => 200));
    // On a busy machine each of twelve may end before the next has its place.
    await expect.poll(() => call().then(() => tenant.mostAtOnce())).toBe(2);
    await db`update microsoft_slots set holder = gen_random_uuid(), held_until = ${clock.now()}::timestamptz + interval '2 minutes'`;
    clock.advance(2 * MINUTE);
    expect(await call()).toHaveLength(12);
  });

  test('when a process loses its lease: what it read moves no link any more, and the next one reads it again', async () => {
    const { deps, tenant, arrive, clock } = await desk();
    arrive();
    clock.advance(MINUTE);
    // While this one reads a message another takes over, as after a pause of its machine.
    const slow: typeof parsePool = {
      ...parsePool,
      async read(...given) {
        await db`update microsoft_access set lease_owner = gen_random_uuid()`;
        return parsePool.read(...given);
      },
    };
    await lookAtDue({ ...deps, parsePool: slow });
    expect(await db`select folder from microsoft_folders`).toEqual([]);
    clock.advance(5 * MINUTE);
    expect(await lookAtDue({ ...deps, microsoft: openMicrosoft(deps, tenant.endpoints) })).toBe(0);
    expect(await db`select folder from microsoft_folders`).toHaveLength(2);
    expect(await filed()).toHaveLength(1);
  });

  test('when two processes look at once: one does', async () => {
    const { deps, tenant, arrive, clock } = await desk();
    arrive();
    clock.advance(MINUTE);
    const other = { ...deps, microsoft: openMicrosoft(deps, tenant.endpoints) };
    const counts = await Promise.all([lookAtDue(deps), lookAtDue(other)]);
    expect(counts.toSorted()).toEqual([0, 1]);
    expect(await filed()).toHaveLength(1);
  });
});

describe('the admins are told', () => {
  async function watched(secretEndsAt: Date | null = null) {
    const made = await desk({ secretEndsAt });
    await testOperator(made.deps, { role: 'admin' });
    const minutes = async (count: number): Promise<void> => {
      for (let minute = 0; minute < count; minute += 1) {
        made.clock.advance(MINUTE);
        await lookAtDue(made.deps);
        await watchMicrosoft(made.deps);
      }
    };
    return { ...made, minutes };
  }

  test('once when consent is withdrawn', async () => {
    const { tenant, minutes } = await watched();
    await minutes(1);
    tenant.state.consent = false;
    await minutes(25);
    expect(await alarms()).toEqual(['microsoft_access_lost']);
    // By any other account: the mailbox's own is what does not work.
    expect(await db`select mailbox_id from deliveries where kind = 'desk'`).toEqual([{ mailboxId: null }]);
  });

  test('once when the secret no longer holds, in Microsoft’s own words', async () => {
    const { tenant, minutes } = await watched();
    tenant.identity.state.secret = 'another';
    await minutes(3);
    const [mail] = await db<{ text: string }[]>`select text from desk_mails`;
    expect(await alarms()).toEqual(['microsoft_access_lost']);
    expect(mail?.text).toContain('AADSTS7000215: Invalid client secret provided.');
  });

  test('after 15 minutes without a look that succeeded, and when it is read again', async () => {
    const { tenant, minutes, call } = await watched();
    await minutes(1);
    tenant.state.fault = () => 'unavailable';
    await minutes(13);
    expect(await alarms()).toEqual([]);
    await minutes(8);
    expect(await alarms()).toEqual(['microsoft_silent']);
    const ready = (await (await call('GET', '/readyz')).json()) as { checks: object };
    expect(ready.checks).toMatchObject({ unreadMicrosoft: [1] });
    tenant.state.fault = () => null;
    await minutes(10);
    expect(await alarms()).toEqual(['microsoft_silent', 'microsoft_back']);
    expect(await (await call('GET', '/metrics')).text()).toContain(
      'mailroom_microsoft_lag_seconds{mailbox="1"}',
    );
  });

  test('30, 7 and 1 days before the secret ends, to the millisecond, once each', async () => {
    const ends = START.getTime() + 40 * DAY;
    const { deps, clock } = await watched(new Date(ends));
    const toldWhen = async (left: number): Promise<number> => {
      clock.advance(ends - left - clock.now().getTime());
      await watchMicrosoft(deps);
      return (await alarms()).length;
    };
    const seen = [];
    for (const days of [30, 7, 1])
      for (const left of [days * DAY + 1, days * DAY, days * DAY - HOUR]) seen.push(await toldWhen(left));
    expect(seen).toEqual([0, 1, 1, 1, 2, 2, 2, 3, 3]);
    expect(await toldWhen(-DAY)).toBe(3);
    expect(new Set(await alarms())).toEqual(new Set(['microsoft_secret_ends']));
  });

  test('of the latest of these days alone when nobody watched on the others, and anew of another secret', async () => {
    const { deps, clock, mailbox } = await watched(new Date(START.getTime() + 40 * DAY));
    clock.advance(36 * DAY);
    await watchMicrosoft(deps);
    expect(await alarms()).toEqual(['microsoft_secret_ends']);
    await connectToTenant(deps, mailbox.id, { secretEndsAt: new Date(clock.now().getTime() + 7 * DAY) });
    await watchMicrosoft(deps);
    expect(await alarms()).toHaveLength(2);
  });
});

test('a check reads the mailbox, and finds out that another one is not refused', async () => {
  const { deps, mailbox, tenant } = await desk();
  const check = (foreign: string | null) => checkConnection(deps, SYSTEM, { mailboxId: mailbox.id, foreign });
  expect(await check('boss@contoso.example')).toMatchObject({
    ok: true,
    lines: [/read/, /sent from/, /refused/].map((line) => expect.stringMatching(line)),
  });
  expect(tenant.inFolder('drafts')).toHaveLength(0);
  tenant.state.maySend = false;
  expect(await check('boss@contoso.example')).toMatchObject({ ok: false });
  expect(tenant.inFolder('drafts')).toHaveLength(0);
  tenant.state.maySend = true;
  tenant.state.reached.push('boss@contoso.example');
  expect(await check('boss@contoso.example')).toMatchObject({ ok: false });
  tenant.identity.state.secret = 'another';
  tenant.endTokens();
  expect(await check(null)).toMatchObject({ ok: false });
});

test('a mailbox that was disconnected is not looked at, and its secret is gone', async () => {
  const { deps, mailbox, tenant, look, arrive } = await desk();
  await disconnectMicrosoft(deps, SYSTEM, { mailboxId: mailbox.id });
  arrive();
  expect(await look()).toBe(0);
  expect(tenant.calls).toHaveLength(0);
  expect(await db`select sealed from microsoft_access`).toMatchObject([{ sealed: null }]);
});

test('the interface and the page connect a mailbox, tell how it stands, and show no secret', async () => {
  const { app, call, clock, deps, look, mailbox } = await desk();
  const { token, id: operatorId } = await testOperator(deps, { role: 'admin' });
  const path = `/v1/mailboxes/${mailbox.id}/microsoft`;
  const body = {
    tenantId: TENANT,
    clientId: CLIENT_ID,
    secret: CLIENT_SECRET,
    secretEndsAt: '2028-05-31T00:00:00Z',
  };
  const both = { ...body, certificate: 'PEM' };
  await problemOf(await call('PUT', path, { token, body: both }), 400, 'invalid_input');
  expect((await call('PUT', path, { token, body })).status).toBe(200);
  await look();
  const text = await (await call('GET', path, { token })).text();
  expect(JSON.parse(text)).toMatchObject({ connected: true, sends: 'graph', lagSeconds: 0, refusal: null });
  expect(text).toContain("'Application Mail.Send'");
  expect(text).not.toContain(CLIENT_SECRET);
  const checked = await call('POST', `${path}/check`, { token, body: { foreign: 'boss@contoso.example' } });
  expect(await checked.json()).toMatchObject({ ok: true });

  const { session } = await db.begin((tx) => openSession(tx, operatorId, clock.now()));
  const page = async (method: string, at: string, form?: Record<string, string>): Promise<string> => {
    const headers = { cookie: `__Host-mailroom=${session}`, origin: deps.publicUrl };
    const sent = form === undefined ? {} : { body: new URLSearchParams(form) };
    return (await app.request(at, { method, headers, ...sent })).text();
  };
  const at = `/settings/mailboxes/${mailbox.id}/microsoft`;
  const shown = await page('GET', at);
  expect(shown).toContain('data-standing="good"');
  expect(shown).toContain('New-ManagementScope');
  expect(shown).not.toContain(CLIENT_SECRET);
  expect(await page('POST', at, { verb: 'check', foreign: 'boss@contoso.example' })).toContain(
    'can be sent from',
  );
  expect(await page('GET', '/mailboxes')).toContain('2028-05-31');
  const settings = await page('GET', `/settings/mailboxes/${mailbox.id}`);
  expect(settings).toContain('It sends through Microsoft Graph');
  expect(settings).not.toContain('graph.microsoft.com');
  // It is no account of the mailbox's own that could be removed.
  expect((await call('DELETE', `/v1/mailboxes/${mailbox.id}/smtp`, { token })).status).toBe(200);
  expect(await db`select kind from mailbox_transports`).toEqual([{ kind: 'microsoft' }]);
  const { words } = await checkTransport(deps, SYSTEM, { mailboxId: mailbox.id });
  expect(words).toBe(`Microsoft Graph (${DESK}) takes mail from ${DESK}.`);
  await page('POST', at, { verb: 'disconnect' });
  expect(await (await call('GET', path, { token })).json()).toMatchObject({
    connected: false,
    tenantId: null,
  });
  expect(await db`select mailbox_id from mailbox_transports`).toHaveLength(0);
});

test('a reconcile finds what fetching never saw, and files it when it is asked to', async () => {
  const { deps, look, arrive, clock, mailbox } = await desk();
  for (let number = 1; number <= 7; number += 1) {
    arrive({ subject: `Number ${number}`, from: `c${number}@customer.example` });
    clock.advance(MINUTE);
  }
  await look();
  // As if these had never come.
  await db`
    update intake set source_id = 'gone ' || id, internet_message_id = null
    where subject in ('Number 2', 'Number 6')`;
  const input = { address: mailbox.address, days: 3 };
  const dry = await reconcileMicrosoft(deps, { ...input, apply: false });
  expect(dry).toMatchObject({ listed: 7, applied: false });
  expect(dry.missing).toHaveLength(2);
  expect(await filed()).toHaveLength(7);
  expect((await reconcileMicrosoft(deps, { ...input, apply: true })).missing).toHaveLength(2);
  expect(await filed()).toHaveLength(9);
  expect((await reconcileMicrosoft(deps, { ...input, apply: true })).missing).toHaveLength(0);
});
