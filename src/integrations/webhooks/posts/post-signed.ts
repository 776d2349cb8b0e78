import { createHmac } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { BlockList } from 'node:net';
import { stopwatch } from '../../../platform/clock.ts';
import { guard } from '../../../platform/net/internal-addresses.ts';
import type { Post } from './post.ts';
import type { PostFault, PostResult } from '../webhook.ts';

/** Standard Webhooks advises 15 to 30 s. */
const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 4096;
const ANSWER_LENGTH = 1000;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;

export type SignedPost = Post & {
  readonly url: string;
  /** Every valid key signs: a receiver that does not know the new one yet accepts the old one. */
  readonly keys: readonly Uint8Array[];
  readonly at: Date;
};

export type PostOptions = {
  /** Never connect to these addresses, whatever name resolves to them. */
  readonly forbids: BlockList | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Posts JSON, signed as in Standard Webhooks 1.0. Never throws for what a receiver does: every fault is a result. A redirect
 * is a fault and is not followed. Reads no more of the response than it keeps.
 */
export async function postSigned(post: SignedPost, options: PostOptions): Promise<PostResult> {
  const began = stopwatch();
  const result = (outcome: Omit<PostResult, 'durationMs'>): PostResult => ({
    ...outcome,
    durationMs: Math.round(stopwatch() - began),
  });
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  try {
    const { response, answer } = await exchange(post, options.forbids, signal);
    const status = response.statusCode ?? 0;
    return result({
      status,
      fault: statusFault(status),
      answer,
      retryAfterMs: retryAfter(response.headers['retry-after'], post.at),
    });
  } catch (error) {
    const fault = timeout.aborted ? 'timeout' : faultOf(error);
    return result({ status: null, fault, answer: '', retryAfterMs: null });
  }
}

/** The headers of a post; the signature covers its timestamp. */
function signedHeaders({ name, body, keys, at }: SignedPost): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = keys.map((key) => {
    const hmac = createHmac('sha256', key).update(`${name}.${timestamp}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'content-type': 'application/json',
    'user-agent': 'Mailroom',
    'webhook-id': name,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function exchange(
  post: SignedPost,
  forbids: BlockList | undefined,
  signal: AbortSignal,
): Promise<{ readonly response: IncomingMessage; readonly answer: string }> {
  const start = post.url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = { ...signedHeaders(post), 'content-length': String(Buffer.byteLength(post.body)) };
  return new Promise((resolve, reject) => {
    const call = start(post.url, {
      method: 'POST',
      headers,
      signal,
      agent: false,
      ...(forbids === undefined ? {} : guard(forbids)),
    });
    call.once('error', reject);
    call.once('response', (response) => {
      beginningOf(response).then((answer) => {
        resolve({ response, answer });
        call.destroy();
      }, reject);
    });
    call.end(post.body);
  });
}

// The status is known: a receiver that breaks off within its response body has still accepted the post.
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ANSWER_BYTES) break;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ABORT_ERR') throw error;
  }
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').slice(0, ANSWER_LENGTH).toWellFormed();
}

function statusFault(status: number): PostFault | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}

function retryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

type SystemError = Error & { readonly code?: string; readonly errors?: readonly SystemError[] };

const FAULTS: Readonly<Record<string, PostFault>> = {
  ERR_IP_BLOCKED: 'internal_address',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
};

function faultOf(error: unknown): PostFault {
  const all = (error as SystemError).errors ?? [error as SystemError];
  const codes = all.map(({ code }) => code ?? '');
  const known = codes.map((code) => FAULTS[code]).find((fault) => fault !== undefined);
  if (known !== undefined) return known;
  return codes.some(
    (code) => /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code) || code === 'EPROTO',
  )
    ? 'tls'
    : 'other';
}
