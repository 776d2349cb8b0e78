import { afterAll, beforeEach, expect, test } from 'vitest';
import { DAY } from '../../src/platform/time.ts';
import { scanWaiting } from '../../src/platform/scanning/file-scanner.ts';
import { openClamd } from '../../src/platform/scanning/open-clamd.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { applyRetention } from '../../src/requests/retention/apply-retention.ts';
import { tellHeldFile } from '../../src/requests/scanning/tell-held-file.ts';
import { scanAgain } from '../../src/platform/scanning/scan-again.ts';
import { problemOf, testApp } from '../support/app.ts';
import { EICAR, testClamd } from '../support/clamd.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const clamd = await testClamd({ maxBytes: 300_000 });
afterAll(() => clamd.close());
const scanner = openClamd(clamd.place);
const { deps, call, clock } = testApp(db, { scanner });
const scanning = {
  ...deps,
  scanner,
  attachmentHeld: (attachmentId: number, reason: string) => tellHeldFile(deps, { attachmentId, reason }),
};
beforeEach(() => {
  Object.assign(clamd.state, { isDown: false, breaksOff: false, scans: 0 });
});

const file = (name: string, content: string) => ({
  name,
  contentType: 'text/plain',
  content: Buffer.from(content),
});

/** A scanner that has looked at what was there, and a request that then gets these files, a message each. */
async function deskWith(...files: ReturnType<typeof file>[]) {
  const desk = await testDesk(deps, ['Ann', 'Ada']);
  await scanWaiting(scanning);
  const requestId = await insertRequest(db, desk);
  const sent = [];
  for (const attachment of files) sent.push(await insertInbound(db, desk, requestId, { attachment }));
  const get = (path: string) => call('GET', path, { token: desk.ann.token });
  const states = async () => {
    const page: any = await (await get(`/v1/requests/${requestId}/messages`)).json();
    return page.items.flatMap(({ attachments }: any) =>
      attachments.map(({ name, scan, scanReason }: any) => [name, scan, scanReason]),
    );
  };
  return { ...desk, requestId, sent, get, states };
}

test('what came in is scanned: the clean can be had, the infected is held with its reason, the mail is there', async () => {
  const desk = await deskWith(file('fine.txt', 'hello'), file('virus.txt', `x ${EICAR}`));
  const [fine, virus] = desk.sent;
  expect(await desk.states()).toEqual([
    ['fine.txt', 'waiting', null],
    ['virus.txt', 'waiting', null],
  ]);
  expect(await scanWaiting(scanning)).toBe(4);
  expect(await desk.states()).toEqual([
    ['fine.txt', 'clean', null],
    ['virus.txt', 'held', 'found: Win.Test.EICAR_HDB-1'],
  ]);
  expect(await (await desk.get(`/v1/attachments/${fine?.attachmentId}`)).text()).toBe('hello');
  const problem = await problemOf(await desk.get(`/v1/attachments/${virus?.attachmentId}`), 409, 'file_held');
  expect(problem).toMatchObject({ scan: 'held', scanReason: 'found: Win.Test.EICAR_HDB-1' });
  const events: any = await (await desk.get(`/v1/requests/${desk.requestId}/events`)).json();
  expect(events.items.filter(({ type }: any) => type === 'attachment.held')).toMatchObject([
    { new: { name: 'virus.txt', reason: 'found: Win.Test.EICAR_HDB-1' } },
  ]);
  // Nothing is scanned twice, and a desk that gave its scanner up lets nothing go that was held.
  expect(await scanWaiting(scanning)).toBe(0);
  const without = testApp(db);
  const still = await without.call('GET', `/v1/attachments/${virus?.attachmentId}`, {
    token: desk.ann.token,
  });
  await problemOf(still, 409, 'file_held');
});

test('a file that somebody wants before the look came to it is scanned at once', async () => {
  const desk = await deskWith(file('fine.txt', 'hello'), file('virus.txt', EICAR));
  const [fine, virus] = desk.sent;
  expect((await desk.get(`/v1/attachments/${fine?.attachmentId}`)).status).toBe(200);
  await problemOf(await desk.get(`/v1/attachments/${virus?.attachmentId}`), 409, 'file_held');
  expect(await desk.states()).toMatchObject([
    ['fine.txt', 'clean', null],
    ['virus.txt', 'held', expect.anything()],
  ]);
  const { messageId } = desk.sent[0]!;
  await db`update intake set raw = ${Buffer.from(`Subject: x\r\n\r\n${EICAR}`)}`;
  await problemOf(await desk.get(`/v1/messages/${messageId}/raw`), 409, 'file_held');
});

test('while the scanner is away files wait, health tells, and they are scanned when it is back', async () => {
  const desk = await deskWith(file('fine.txt', 'hello'));
  const path = `/v1/attachments/${desk.sent[0]?.attachmentId}`;
  clamd.state.isDown = true;
  await expect(scanWaiting(scanning)).rejects.toMatchObject({ name: 'ScannerAway' });
  const waits = await desk.get(path);
  expect(waits.headers.get('retry-after')).toBe('30');
  expect(await problemOf(waits, 409, 'file_held')).toMatchObject({ scan: 'waiting' });
  const fresh = testApp(db, { scanner: openClamd(clamd.place) });
  expect(await (await fresh.call('GET', '/readyz')).json()).toMatchObject({
    status: 'ready',
    checks: { scanning: { scanner: 'away', waiting: 2 } },
  });
  expect(await (await fresh.call('GET', '/metrics')).text()).toMatch(
    /mailroom_scanner_up 0\n[^]*mailroom_files_unscanned 2\n/,
  );
  clamd.state.isDown = false;
  expect(await scanWaiting(scanning)).toBe(2);
  expect((await desk.get(path)).status).toBe(200);
});

test('a file that the scanner does not take, or breaks off at, is held as not scannable, and can be scanned again', async () => {
  const desk = await deskWith(file('large.txt', 'x'.repeat(2_500_000)), file('odd.txt', 'odd'));
  const [large, odd] = desk.sent;
  await desk.get(`/v1/attachments/${large?.attachmentId}`);
  clamd.state.breaksOff = true;
  await desk.get(`/v1/attachments/${odd?.attachmentId}`);
  expect(clamd.state.scans).toBe(3);
  expect(await desk.states()).toEqual([
    ['large.txt', 'held', expect.stringMatching(/^not scannable: .*StreamMaxLength$/)],
    ['odd.txt', 'held', expect.stringMatching(/^not scannable: the scanner breaks off/)],
  ]);
  clamd.state.breaksOff = false;
  const again = await call('POST', `/v1/messages/${odd?.messageId}/scan`, { token: desk.ann.token });
  expect(await again.json()).toMatchObject({
    attachments: [{ name: 'odd.txt', scan: 'clean', scanReason: null }],
  });
  const without = testApp(db);
  const refused = await without.call('POST', `/v1/messages/${odd?.messageId}/scan`, {
    token: desk.ann.token,
  });
  await problemOf(refused, 409, 'wrong_state');
});

test('files from before the scanner are scanned when they are wanted, or all by command', async () => {
  const desk = await testDesk(deps, ['Ann']);
  const requestId = await insertRequest(db, desk);
  const { attachmentId } = await insertInbound(db, desk, requestId, { attachment: file('old.txt', EICAR) });
  expect(await scanWaiting(scanning)).toBe(0);
  await problemOf(
    await call('GET', `/v1/attachments/${attachmentId}`, { token: desk.ann.token }),
    409,
    'file_held',
  );
  expect(await scanAgain(deps, 'held')).toBe(1);
  expect(await scanAgain(deps, 'all')).toBe(2);
  expect(await scanWaiting(scanning)).toBe(2);
  clock.advance(10 * 60_000);
  expect(await scanWaiting(scanning)).toBe(0);
});

test('the console names a held file and why, without a way to have it, and has it scanned again', async () => {
  const desk = await deskWith(file('virus.txt', EICAR));
  await scanWaiting(scanning);
  const { session } = await db.begin((tx) => openSession(tx, desk.ann.id, clock.now()));
  const headers = { cookie: `mailroom=${session}`, 'sec-fetch-site': 'same-origin' };
  const { app } = testApp(db, { scanner, publicUrl: 'http://desk.example.com' });
  const page = await (await app.request(`/requests/${desk.requestId}`, { headers })).text();
  expect(page).toContain('held by the virus scanner (found: Win.Test.EICAR_HDB-1)');
  expect(page).not.toContain(`/v1/attachments/${desk.sent[0]?.attachmentId}`);
  const [, path = ''] = /action="([^"]+\/scan)"/.exec(page) ?? [];
  const before = clamd.state.scans;
  const answer = await app.request(path, { method: 'POST', headers, body: new URLSearchParams() });
  expect([answer.status, clamd.state.scans - before]).toEqual([303, 2]);
});

test('the history forgets what a held file was called with the file itself, erased or gone after its days', async () => {
  const desk = await deskWith(file('will of maria.txt', EICAR), file('photo of maria.txt', EICAR));
  await scanWaiting(scanning);
  const told = async () => {
    const events: any = await (await desk.get(`/v1/requests/${desk.requestId}/events`)).json();
    return events.items
      .filter(({ type }: any) => type === 'attachment.held')
      .map((event: any) => event.new?.name ?? null)
      .toSorted();
  };
  expect(await told()).toEqual(['photo of maria.txt', 'will of maria.txt']);
  const { token } = desk.ada;
  const erased = await call('DELETE', `/v1/attachments/${desk.sent[0]?.attachmentId}`, { token });
  expect([erased.status, await told()]).toEqual([204, [null, 'photo of maria.txt']]);
  const days = { originalsDays: 1, attachmentsDays: 1, bodiesDays: null, requestsDays: null };
  await call('PUT', `/v1/mailboxes/${desk.mailboxId}/retention`, { token, body: days });
  await call('POST', `/v1/requests/${desk.requestId}/close`, { token, body: { notify: false } });
  clock.advance(2 * DAY);
  await applyRetention(deps, { mailboxId: desk.mailboxId });
  expect(await told()).toEqual([null, null]);
});
