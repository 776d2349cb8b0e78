import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { checkConnection } from '../../src/intake/microsoft/access/check-connection.ts';
import { disconnectMicrosoft } from '../../src/intake/microsoft/access/connecting.ts';
import { openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { watchMicrosoft } from '../../src/intake/microsoft/access/watch-microsoft.ts';
import { lookAtDue } from '../../src/intake/microsoft/fetching/look-due.ts';
import { reconcileMicrosoft } from '../../src/intake/microsoft/reconcile/reconcile-microsoft.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, START, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type Fault,
  TENANT,
} from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { mailOf } from '../support/intake.ts';
import { microsoftDesks, MINUTE, SYSTEM } from '../support/microsoft-desk.ts';

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

  test('is in quarantine when its sender is forged, and gets no answer', async () => {
    const { tenant, look, clock } = await desk();
    const results =
      'spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=customer.example; dkim=none (message not signed) header.d=none;' +
      'dmarc=fail action=oreject header.from=customer.example;compauth=fail reason=000';
    tenant.deliver(mailOf({ results }), clock.now());
    await look();
    expect(await filed()).toMatchObject([{ outcome: 'quarantined', reason: 'spoof_suspect' }]);
    expect(await db`select id from deliveries`).toHaveLength(0);
  });
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
    const made = await desk(secretEndsAt);
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
    tenant.state.secret = 'another';
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

  test('30, 7 and 1 days before the secret ends, once each', async () => {
    const { deps, clock } = await watched(new Date(START.getTime() + 40 * 86_400_000));
    for (let day = 0; day < 41; day += 1) {
      await watchMicrosoft(deps);
      clock.advance(86_400_000);
    }
    expect((await alarms()).filter((kind) => kind === 'microsoft_secret_ends')).toHaveLength(3);
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
  tenant.state.secret = 'another';
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
  expect(JSON.parse(text)).toMatchObject({ connected: true, sends: true, lagSeconds: 0, refusal: null });
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
