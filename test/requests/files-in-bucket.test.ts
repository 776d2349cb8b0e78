import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { lookAfterFiles } from '../../src/platform/bucket/file-mover.ts';
import { moveFiles } from '../../src/platform/bucket/move-files.ts';
import { openBucket } from '../../src/platform/bucket/open-bucket.ts';
import { scanWaiting } from '../../src/platform/scanning/file-scanner.ts';
import { openClamd } from '../../src/platform/scanning/open-clamd.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { runCommandLine } from '../../src/apps/cli/run-command-line.ts';
import { silentLog } from '../../src/platform/log.ts';
import { problemOf, testApp } from '../support/app.ts';
import { testClamd } from '../support/clamd.ts';
import { testDatabase } from '../support/database.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';
import { testS3 } from '../support/s3.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { oneAccount } from '../support/transports.ts';

const { db, url } = await testDatabase();
const s3 = await testS3();
afterAll(() => s3.close());
const bucket = openBucket(s3.settings, { stalledMs: 3000, attempts: 2 });
const { deps, call, clock } = testApp(db, { bucket });
const moving = { ...deps, bucket };

beforeEach(() => {
  s3.state.mishap = () => null;
  s3.state.isAway = false;
  s3.state.seen = [];
});

const large = (text: string, bytes = 40_000) => Buffer.from(text.repeat(Math.ceil(bytes / text.length)));

/** Two requests that were sent the same file, and a small one. */
async function deskWithFiles() {
  const desk = await testDesk(deps, ['Ann', 'Ada']);
  const file = { name: 'plan.pdf', contentType: 'application/pdf', content: randomBytes(1_200_000) };
  const raw = large('Subject: hello\r\n\r\nhello\r\n');
  const first = await insertRequest(db, desk);
  const second = await insertRequest(db, desk);
  const one = await insertInbound(db, desk, first, { raw, attachment: file });
  const other = await insertInbound(db, desk, second, { attachment: file });
  return { ...desk, file, raw, first, second, one, other };
}

const held = async () =>
  db`select (select count(*) from intake where raw is not null) as originals,
    (select count(*) from attachments where content is not null) as files, (select count(*) from bucket_files) as in_bucket`;
const objects = async () =>
  (await readdir(s3.folder, { recursive: true })).filter((path) => path.endsWith('_object')).length;
const get = async (path: string, token: string) =>
  Buffer.from(await (await call('GET', path, { token })).arrayBuffer());

test('large files move to the bucket, are read from there, and leave it with the last request that has them', async () => {
  const desk = await deskWithFiles();
  await lookAfterFiles(moving);
  expect(await held()).toEqual([{ originals: 1, files: 0, inBucket: 2 }]);
  const hashes = await db<{ hash: Buffer }[]>`select hash from bucket_files`;
  expect(hashes.map(({ hash }) => hash.toString('hex')).toSorted()).toEqual(
    [desk.file.content, desk.raw].map((bytes) => createHash('sha256').update(bytes).digest('hex')).toSorted(),
  );
  expect(
    s3.state.seen.filter(({ method, path }) => method === 'PUT' && path.includes('sha256')),
  ).toHaveLength(2);
  for (const { attachmentId } of [desk.one, desk.other])
    expect((await get(`/v1/attachments/${attachmentId}`, desk.ann.token)).equals(desk.file.content)).toBe(
      true,
    );
  expect((await get(`/v1/messages/${desk.one.messageId}/raw`, desk.ann.token)).equals(desk.raw)).toBe(true);
  const intake: any = await (await call('GET', '/v1/intake?sort=-size', { token: desk.ada.token })).json();
  expect(intake.items.map(({ size }: { size: number }) => size)).toEqual([desk.raw.byteLength, 25]);

  clock.advance(16 * 60_000);
  const erase = (id: number) => call('DELETE', `/v1/requests/${id}`, { token: desk.ada.token });
  expect((await erase(desk.first)).status).toBe(204);
  await lookAfterFiles(moving);
  expect(await held()).toEqual([{ originals: 1, files: 0, inBucket: 1 }]);
  expect(
    (await get(`/v1/attachments/${desk.other.attachmentId}`, desk.ann.token)).equals(desk.file.content),
  ).toBe(true);
  await erase(desk.second);
  await lookAfterFiles(moving);
  expect(await held()).toEqual([{ originals: 0, files: 0, inBucket: 0 }]);
  expect(s3.state.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
  expect(await objects()).toBe(1);
});

test('while the bucket is away files stay in the database, those in it are a clear problem, and health tells', async () => {
  const desk = await deskWithFiles();
  await lookAfterFiles(moving);
  const later = await insertInbound(db, desk, desk.second, {
    attachment: { ...desk.file, content: large('later') },
  });
  s3.state.isAway = true;
  await expect(moveFiles(moving, { to: 'bucket' })).rejects.toMatchObject({ kind: 'away' });
  expect((await get(`/v1/attachments/${later.attachmentId}`, desk.ann.token)).equals(large('later'))).toBe(
    true,
  );
  const refused = await call('GET', `/v1/attachments/${desk.one.attachmentId}`, { token: desk.ann.token });
  expect(refused.headers.get('retry-after')).toBe('30');
  const problem = await problemOf(refused, 503, 'file_unavailable');
  expect(problem.detail).toContain('The bucket “files” does not answer');
  const fresh = testApp(db, { bucket: openBucket(s3.settings) });
  const ready = await fresh.call('GET', '/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ checks: { files: { bucket: 'away', waiting: 1 } } });
  expect(await (await fresh.call('GET', '/metrics')).text()).toMatch(
    /mailroom_bucket_up 0\n[^]*mailroom_files_waiting 1\n/,
  );

  s3.state.isAway = false;
  await lookAfterFiles(moving);
  expect(await held()).toEqual([{ originals: 2, files: 0, inBucket: 3 }]);
  const without = testApp(db);
  const lost = await without.call('GET', `/v1/attachments/${desk.one.attachmentId}`, {
    token: desk.ann.token,
  });
  expect((await problemOf(lost, 503, 'file_unavailable')).detail).toContain('set S3_BUCKET again');
});

test('a file that is erased while it moves leaves nothing behind, and one that came back damaged is not given', async () => {
  const desk = await deskWithFiles();
  const erased: Promise<unknown>[] = [];
  s3.state.mishap = ({ method, path }) => {
    if (method === 'PUT' && path.includes('sha256')) erased.push(db`delete from requests`.execute());
    return null;
  };
  await moveFiles(moving, { to: 'bucket' });
  await Promise.all(erased);
  s3.state.mishap = () => null;
  expect(await held()).toMatchObject([{ files: 0 }]);
  clock.advance(16 * 60_000);
  await lookAfterFiles(moving);
  const kept = await db`select file_hash from intake where file_hash is not null`;
  expect(await held()).toMatchObject([{ inBucket: kept.length }]);

  const request = await insertRequest(db, desk);
  const { attachmentId } = await insertInbound(db, desk, request, { attachment: desk.file });
  await lookAfterFiles(moving);
  s3.state.mishap = ({ method }) => (method === 'GET' ? { kind: 'swap' } : null);
  const damaged = await call('GET', `/v1/attachments/${attachmentId}`, { token: desk.ann.token });
  await expect(damaged.arrayBuffer()).rejects.toThrow('is damaged');
});

test('a reply whose file came back damaged from the bucket does not leave', async () => {
  const smtp = await startSmtpListener();
  const transport = smtpTransport({ url: smtp.url, maxConnections: 1 });
  const sending = testApp(db, { bucket, transports: oneAccount(transport) });
  const desk = await deskWithFiles();
  const body = new FormData();
  body.set('reply', JSON.stringify({ text: 'Here it is.' }));
  body.append('attachments', new File([large('report')], 'report.pdf', { type: 'application/pdf' }));
  const answered = await sending.app.request(`/v1/requests/${desk.first}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${desk.ann.token}` },
    body,
  });
  expect(answered.status).toBe(201);
  await lookAfterFiles(moving);
  s3.state.mishap = ({ method }) => (method === 'GET' ? { kind: 'swap' } : null);
  await deliverDue(sending.deps, { random: () => 0 });
  s3.state.mishap = () => null;
  expect(smtp.mails).toEqual([]);
  const [delivery] = await db`
    select deliveries.state, reply from deliveries join delivery_attempts on delivery_id = deliveries.id where kind = 'reply'`;
  expect(delivery).toEqual({
    state: 'failed',
    reply: expect.stringMatching(/^Cannot be composed: .* is damaged$/),
  });
  transport.close();
  await smtp.stop();
});

test('a file that the bucket lost is held as not scannable, and those behind it are scanned', async () => {
  const clamd = await testClamd({ maxBytes: 5_000_000 });
  const scanner = openClamd(clamd.place);
  const scanning = { ...deps, scanner, attachmentHeld: async () => {} };
  await scanWaiting(scanning);
  const desk = await deskWithFiles();
  await lookAfterFiles(moving);
  await insertInbound(db, desk, desk.second, {
    attachment: { ...desk.file, content: large('swapped') },
  });
  await lookAfterFiles(moving);
  const [lost] = await db<{ fileHash: Buffer }[]>`
    select file_hash from attachments where id = ${desk.one.attachmentId}`;
  await bucket.remove(lost!.fileHash);
  const swap = createHash('sha256').update(large('swapped')).digest('hex');
  s3.state.mishap = ({ method, path }) => (method === 'GET' && path.includes(swap) ? { kind: 'swap' } : null);
  expect(await scanWaiting(scanning)).toBe(6);
  expect(await db`select scan, scan_reason from attachments order by id`).toEqual([
    { scan: 'held', scanReason: expect.stringMatching(/^not scannable: The bucket “files” lacks a file/) },
    { scan: 'held', scanReason: expect.stringMatching(/^not scannable: The bucket “files” lacks a file/) },
    { scan: 'held', scanReason: expect.stringMatching(/^not scannable: The file .* is damaged$/) },
  ]);
  expect(await db`select scan from intake`).toEqual([
    { scan: 'clean' },
    { scan: 'clean' },
    { scan: 'clean' },
  ]);
  await clamd.close();
});

test('the command moves files in either direction and says where new ones go', async () => {
  const desk = await deskWithFiles();
  const said: string[] = [];
  const env = {
    DATABASE_URL: url,
    APP_SECRET: 'a'.repeat(32),
    S3_BUCKET: 'files',
    S3_ENDPOINT: s3.settings.endpoint ?? '',
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
    S3_MIN_BYTES: '16384',
  };
  const run = async (args: readonly string[], given: Readonly<Record<string, string>> = env) => {
    const out: string[] = [];
    const terminal = { out: (text: string) => out.push(text), err: (text: string) => said.push(text) };
    const status = await runCommandLine(args, given, terminal, clock);
    return { status, out: out.join('') };
  };
  expect(await run(['files', 'move', '--to', 'bucket'])).toMatchObject({
    status: 0,
    out: '3 files moved to the bucket “files”, 2.4 MB; new ones go there too.\n',
  });
  expect((await run(['files', 'move', '--to', 'database'])).out).toContain('3 files moved to the database');
  expect(await held()).toMatchObject([{ originals: 2, files: 2 }]);
  // A server leaves them there, and lets go of what is in the bucket.
  clock.advance(16 * 60_000);
  await lookAfterFiles(moving);
  expect(await held()).toEqual([{ originals: 2, files: 2, inBucket: 0 }]);
  expect(
    (await get(`/v1/attachments/${desk.one.attachmentId}`, desk.ann.token)).equals(desk.file.content),
  ).toBe(true);
  expect((await run(['files', 'status'])).out).toContain('In the database, of 16384 bytes or more: 3');
  expect((await run(['files', 'move', '--to', 'tape'])).status).toBe(2);
  const { DATABASE_URL, APP_SECRET } = env;
  expect((await run(['files', 'status'], { DATABASE_URL, APP_SECRET })).status).toBe(1);
  expect(said.join('')).toContain('set S3_BUCKET');
});

test('two servers that move at once write each file once', async () => {
  await deskWithFiles();
  const log = silentLog;
  await Promise.all([
    moveFiles({ ...moving, log }, { to: 'bucket' }),
    moveFiles({ ...moving, log }, { to: 'bucket' }),
  ]);
  await moveFiles(moving, { to: 'bucket' });
  expect(await held()).toEqual([{ originals: 1, files: 0, inBucket: 2 }]);
  expect(s3.state.seen.filter(({ method }) => method === 'PUT')).toHaveLength(2);
});
