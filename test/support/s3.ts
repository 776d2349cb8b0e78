import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { BucketSettings } from '../../src/platform/bucket/bucket.ts';

/** The part of s3rver that is used here; it brings no types. */
type S3rver = { readonly run: () => Promise<AddressInfo>; readonly close: () => Promise<void> };
type S3rverClass = new (options: object) => S3rver;

/** What happens to a call on its way; null: nothing. */
export type Mishap =
  | { readonly kind: 'slow_down'; readonly retryAfter?: string }
  | { readonly kind: 'cut_request' | 'cut_answer'; readonly afterBytes: number }
  | { readonly kind: 'stall' }
  | { readonly kind: 'swap' };

type Seen = { readonly method: string; readonly path: string; readonly status: number | string };

/**
 * An S3 server (s3rver, which verifies signatures) behind a front that refuses a body of another hash than the signed one,
 * as S3 does, and has mishaps: each call takes the next one that `mishaps` answers for it.
 */
export async function testS3(
  mishap: (call: { method: string; path: string; count: number }) => Mishap | null = () => null,
) {
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as S3rverClass;
  const folder = await mkdtemp(join(tmpdir(), 'mailroom s3 '));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'files' }],
  });
  const behind = await server.run();
  const state = { mishap, seen: [] as Seen[], isAway: false, mostInMemory: 0 };
  const front = createServer((from, to) => {
    if (state.isAway) from.socket.destroy();
    else void pass(state, behind.port, from, to).catch(() => from.socket.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const settings: BucketSettings = {
    bucket: 'files',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    minBytes: 16_384,
  };
  return {
    settings,
    state,
    folder,
    async close() {
      await ended(front);
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(front: Server & { closeAllConnections?: () => void }): Promise<void> {
  front.closeAllConnections?.();
  await new Promise((resolve) => front.close(resolve));
}

async function pass(
  state: { mishap: (call: { method: string; path: string; count: number }) => Mishap | null; seen: Seen[] },
  port: number,
  from: IncomingMessage,
  to: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '' } = from;
  const count = state.seen.filter((each) => each.method === method && each.path === path).length;
  const mishap = state.mishap({ method, path, count });
  const seen = (status: number | string) => state.seen.push({ method, path, status });
  if (mishap?.kind === 'stall') {
    seen('stall');
    return;
  }
  if (mishap?.kind === 'slow_down') {
    seen(503);
    from.resume();
    to.writeHead(503, mishap.retryAfter === undefined ? {} : { 'retry-after': mishap.retryAfter });
    to.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
    return;
  }
  if (mishap?.kind === 'cut_request') {
    seen('cut');
    let bytes = 0;
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes >= mishap.afterBytes) from.socket.destroy();
    });
    // One that is shorter, or has no body.
    from.on('end', () => from.socket.destroy());
    return;
  }
  const body = await buffer(from);
  const sum = createHash('sha256').update(body).digest('hex');
  if (
    method === 'PUT' &&
    (from.headers['x-amz-content-sha256'] !== sum || from.headers['transfer-encoding'] !== undefined)
  ) {
    seen(400);
    to.writeHead(400).end('<Error><Code>XAmzContentSHA256Mismatch</Code></Error>');
    return;
  }
  const onward = request({ port, host: '127.0.0.1', method, path, headers: from.headers });
  onward.end(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    onward.on('response', resolve);
    onward.on('error', reject);
  });
  const given = await buffer(answer);
  seen(answer.statusCode ?? 0);
  to.writeHead(answer.statusCode ?? 500, answer.headers);
  if (mishap?.kind === 'swap') to.end(Buffer.alloc(given.byteLength, 120));
  else if (mishap?.kind === 'cut_answer')
    to.write(given.subarray(0, mishap.afterBytes), () => from.socket.destroy());
  else to.end(given);
}
