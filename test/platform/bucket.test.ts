import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Bucket } from '../../src/platform/bucket/bucket.ts';
import { openBucket } from '../../src/platform/bucket/open-bucket.ts';
import { slicesOf } from '../../src/platform/bucket/bytes.ts';
import { testS3 } from '../support/s3.ts';

const s3 = await testS3();
afterAll(() => s3.close());
const bucket = openBucket(s3.settings, { stalledMs: 3000 });
const content = randomBytes(1_500_000);
const hash = createHash('sha256').update(content).digest();

beforeEach(async () => {
  s3.state.mishap = () => null;
  s3.state.isAway = false;
  await bucket.remove(hash);
  s3.state.seen = [];
});

const put = (into: Bucket = bucket, bytes: Buffer = content) =>
  into.put({ hash, size: content.byteLength }, () =>
    slicesOf(bytes.byteLength, async (offset, length) => bytes.subarray(offset, offset + length)),
  );
const readBack = async () =>
  Buffer.concat([await bucket.read(hash, 0, 1000), await bucket.read(hash, 1000, 9_000_000)]);
const statuses = (method: string) =>
  s3.state.seen.filter((each) => each.method === method).map(({ status }) => status);

test('a file is written in slices under its hash, signed, and read by ranges', async () => {
  await put();
  const hex = hash.toString('hex');
  expect(s3.state.seen.map(({ method, path, status }) => [method, path, status])).toEqual([
    ['PUT', `/files/sha256/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}`, 200],
  ]);
  expect((await readBack()).equals(content)).toBe(true);
  expect(await bucket.read(hash, 1_499_990, 100)).toHaveLength(10);
  expect(statuses('GET')).toEqual([206, 206, 206]);
  await bucket.remove(hash);
  await expect(bucket.read(hash, 0, 10)).rejects.toMatchObject({ kind: 'missing', code: 'file_unavailable' });
  await bucket.remove(hash);
});

test.each([
  ['answers SlowDown', { kind: 'slow_down', retryAfter: '0' }, 503],
  ['cuts the connection while it is sent', { kind: 'cut_request', afterBytes: 1_050_000 }, 'cut'],
] as const)('a file is written all the same by a server that at first %s', async (_, mishap, status) => {
  s3.state.mishap = ({ method, count }) => (method === 'PUT' && count < 2 ? mishap : null);
  await put();
  expect(statuses('PUT')).toEqual([status, status, 200]);
  s3.state.mishap = ({ method, count }) => (method === 'GET' && count === 0 ? mishap : null);
  expect((await readBack()).equals(content)).toBe(true);
});

test('a connection that stands still is given up, and the call made again', async () => {
  await put();
  s3.state.mishap = ({ count }) => (count === 0 ? { kind: 'stall' } : null);
  const impatient = openBucket(s3.settings, { stalledMs: 1000 });
  expect(await impatient.read(hash, 0, 10)).toHaveLength(10);
  expect(statuses('GET').at(0)).toBe('stall');
});

test('an answer that is cut off is asked for again', async () => {
  await put();
  s3.state.mishap = ({ method, count }) =>
    method === 'GET' && count < 2 ? { kind: 'cut_answer', afterBytes: 500 } : null;
  expect((await bucket.read(hash, 100, 1_200_000)).byteLength).toBe(1_200_000);
  expect(statuses('GET')).toHaveLength(3);
});

test('a server that stays busy or away is a fault to come back from', async () => {
  s3.state.mishap = () => ({ kind: 'slow_down', retryAfter: '0' });
  await expect(put()).rejects.toMatchObject({
    kind: 'away',
    message: expect.stringContaining('503 SlowDown'),
  });
  expect(statuses('PUT')).toHaveLength(4);
  s3.state.isAway = true;
  await expect(bucket.read(hash, 0, 10)).rejects.toMatchObject({
    kind: 'away',
    message: expect.stringContaining('The bucket “files” does not answer'),
    extras: { retryAfterSeconds: 30 },
  });
});

test('a wrong key, a wrong bucket and other bytes than the hash says are refused at once', async () => {
  const other = openBucket({ ...s3.settings, secretAccessKey: 'wrong' });
  await expect(put(other)).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('SignatureDoesNotMatch'),
  });
  await expect(put(openBucket({ ...s3.settings, bucket: 'nowhere' }))).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('NoSuchBucket'),
  });
  await expect(put(bucket, randomBytes(content.byteLength))).rejects.toMatchObject({ kind: 'refused' });
  expect(statuses('PUT')).toEqual([403, 404, 400]);
  expect(await other.trouble()).toMatchObject({ kind: 'refused' });
  expect(await bucket.trouble()).toBe(null);
});
