import { afterEach, expect, test } from 'vitest';
import { deliverDue } from '../support/deliver-due.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { watchRelays } from '../../src/intake/gmail/relay/watch-relays.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, postBatch, testMailbox } from '../support/intake.ts';
import { type SmtpListener, startSmtpListener } from '../support/smtp-listener.ts';
import { oneAccount } from '../support/transports.ts';

const { db } = await testDatabase();
const MINUTE = 60_000;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function desk(smtp?: SmtpListener) {
  const transport = smtp === undefined ? null : smtpTransport({ url: smtp.url });
  if (transport !== null) closing.push(transport.close);
  const made = testApp(db, { transports: oneAccount(transport) });
  const mailbox = await testMailbox(made.deps);
  await watchRelays(made.deps);
  const heard = async () => expect((await postBatch(made, [])).status).toBe(200);
  const alarms = () => db`select kind from desk_mails order by delivery_id`;
  /** Lets minutes pass, the job in each, and then sends what is due. */
  const minutes = async (count: number, eachMinute: () => Promise<unknown> = async () => {}) => {
    for (let n = 0; n < count; n++) {
      made.clock.advance(MINUTE);
      await eachMinute();
      await watchRelays(made.deps);
    }
    await deliverDue(made.deps, { concurrency: 1 });
  };
  return { ...made, mailbox, heard, alarms, minutes };
}

async function listener(): Promise<SmtpListener> {
  const smtp = await startSmtpListener();
  closing.push(smtp.stop);
  return smtp;
}

test('a relay silent for 20 minutes is told to every admin once, and once more when it is back', async () => {
  const smtp = await listener();
  const { deps, heard, minutes } = await desk(smtp);
  await testOperator(deps, { name: 'Ada' });
  await testOperator(deps, { name: 'Alma', role: 'admin' });
  await testOperator(deps, { name: 'Lea' });
  const gone = await testOperator(deps, { name: 'Gone', role: 'admin' });
  await db`update operators set active = false where id = ${gone.id}`;
  const elsewhere = await testMailbox(deps, 'sales@desk.example.com');
  await testOperator(deps, { name: 'Elsewhere', role: 'admin', mailboxIds: [elsewhere.id] });
  await heard();
  await minutes(20);
  expect(smtp.mails).toHaveLength(0);
  await minutes(240);
  expect(smtp.mails.map(({ to, headers }) => [...to, headers['subject']])).toEqual([
    ['ada@desk.example.com', `The relay of ${DESK} is silent`],
    ['alma@desk.example.com', `The relay of ${DESK} is silent`],
  ]);
  expect(smtp.mails[0]?.from).toBe(DESK);
  expect(smtp.mails[0]?.headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    'x-auto-response-suppress': 'All',
    'x-mailroom-loop': DESK,
    from: `Example Support <${DESK}>`,
  });
  expect(smtp.mails[0]?.raw.toString()).toContain('choose the function status');
  await heard();
  await minutes(60, heard);
  expect(smtp.mails.slice(2).map(({ to, headers }) => [...to, headers['subject']])).toEqual([
    ['ada@desk.example.com', `The relay of ${DESK} is back`],
    ['alma@desk.example.com', `The relay of ${DESK} is back`],
  ]);
});

test('a relay that speaks every ten minutes is never called silent', async () => {
  const { deps, heard, minutes, alarms } = await desk();
  await testOperator(deps, { role: 'admin' });
  await heard();
  for (let n = 0; n < 12; n++) {
    await minutes(10);
    await heard();
  }
  expect(await alarms()).toEqual([]);
});

test('the mailbox says how long its relay may be silent', async () => {
  const { deps, heard, minutes, alarms, call, mailbox } = await desk();
  await testOperator(deps, { role: 'admin' });
  await db`update mailboxes set silence_minutes = 60`;
  await heard();
  await minutes(60);
  expect(await alarms()).toEqual([]);
  expect(await (await call('GET', '/readyz')).json()).toMatchObject({ checks: { silentRelays: [] } });
  await minutes(1);
  expect(await alarms()).toHaveLength(1);
  const ready = await call('GET', '/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ status: 'ready', checks: { silentRelays: [mailbox.id] } });
  expect(await (await call('GET', '/metrics')).text()).toContain(
    `mailroom_relay_silent{mailbox="${mailbox.id}"} 1\n`,
  );
});

test('a relay that was never heard is not connected yet: told by /readyz, by no mail', async () => {
  const { deps, minutes, alarms, call, mailbox } = await desk();
  await testOperator(deps, { role: 'admin' });
  await minutes(60);
  expect(await alarms()).toEqual([]);
  expect(await (await call('GET', '/readyz')).json()).toMatchObject({
    checks: { silentRelays: [mailbox.id] },
  });
});

test('after the server itself was away the relay gets its time again before it is called silent', async () => {
  const { deps, heard, minutes, alarms, clock } = await desk();
  await testOperator(deps, { role: 'admin' });
  await heard();
  await minutes(5);
  clock.advance(8 * 60 * MINUTE);
  await minutes(20);
  expect(await alarms()).toEqual([]);
  await minutes(2);
  expect(await alarms()).toHaveLength(1);
});

test('servers that look at the same time tell it once', async () => {
  const { deps, heard, minutes, alarms, clock } = await desk();
  await testOperator(deps, { role: 'admin' });
  await heard();
  await minutes(20);
  clock.advance(MINUTE);
  await Promise.all(Array.from({ length: 8 }, () => watchRelays(deps)));
  expect(await alarms()).toHaveLength(1);
});

test('an alarm waits for an SMTP account and for one that answers, keeps its Message-ID, and leaves once', async () => {
  const smtp = await listener();
  const { deps, heard, minutes, clock } = await desk();
  await testOperator(deps, { role: 'admin' });
  await heard();
  await minutes(22);
  const transport = smtpTransport({ url: smtp.url });
  closing.push(transport.close);
  const connected = { ...deps, transports: oneAccount(transport) };
  smtp.setBehaviour({ data: { code: 451, text: '4.3.0 not now' } });
  clock.advance(10 * MINUTE);
  expect(await deliverDue(connected)).toMatchObject({ attempted: 1, sent: 0, deferred: 1 });
  const [row] = await db<{ reply: string }[]>`select reply from delivery_attempts`;
  expect(row?.reply).toContain('not now');
  smtp.setBehaviour({});
  clock.advance(60 * MINUTE);
  const reports = await Promise.all(Array.from({ length: 4 }, () => deliverDue(connected)));
  const sent = reports.map((report) => report.sent);
  expect(sent.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1]);
  const ids = new Set(smtp.mails.map(({ internetMessageId }) => internetMessageId));
  expect(ids.size).toBe(1);
  clock.advance(60 * MINUTE);
  expect(await deliverDue(connected)).toMatchObject({ attempted: 0 });
});

test('an alarm of yesterday is given up', async () => {
  const smtp = await listener();
  const { deps, heard, minutes, clock } = await desk();
  await testOperator(deps, { role: 'admin' });
  await heard();
  await minutes(22);
  clock.advance(25 * 60 * MINUTE);
  const transport = smtpTransport({ url: smtp.url });
  closing.push(transport.close);
  expect(await deliverDue({ ...deps, transports: oneAccount(transport) })).toMatchObject({ failed: 1 });
  expect(await db`select state from deliveries`).toEqual([{ state: 'failed' }]);
  expect(smtp.mails).toHaveLength(0);
});
