import { setTimeout as pause } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { BucketFault, type BucketSettings } from './bucket.ts';
import type { Bytes } from './bytes.ts';

export type S3Call = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Read anew for each attempt. */
  readonly body?: { readonly sha256: string; readonly size: number; readonly bytes: () => Bytes };
};

/** A call with what its answer is needed for; what `take` does counts as part of the attempt and is done again with it. */
export type S3Calls = <Result>(
  call: S3Call,
  take: (response: Response, alive: () => void) => Promise<Result>,
) => Promise<Result>;

export type Patience = { readonly stalledMs?: number; readonly attempts?: number };

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 5000;
/** Nothing moved in either direction for as long: the connection is dead, however slow it may be. */
const STALLED_MS = 20_000;

/**
 * Calls S3, each signed (Signature Version 4) with the hash of its body. A connection that is cut or stands still, a 500 and
 * `503 SlowDown` are tried again with a pause that doubles, or as long as the server asks for.
 */
export function s3Calls(
  settings: BucketSettings,
  { stalledMs = STALLED_MS, attempts = ATTEMPTS }: Patience = {},
): S3Calls {
  const { accessKeyId, secretAccessKey, region } = settings;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const base = baseUrl(settings);
  return async (call, take) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attempted(client, `${base}/${call.key}`, { call, stalledMs }, take);
      } catch (error) {
        const fault = faultOf(settings, error);
        if (fault.kind !== 'away' || attempt >= attempts) throw fault;
        await pause(
          error instanceof AskedAgain && error.afterMs !== null ? error.afterMs : pauseAfter(attempt),
        );
      }
    }
  };
}

// Amazon names the bucket in the host, which a dot in its name breaks: no certificate covers it.
function baseUrl({ bucket, region, endpoint }: BucketSettings): string {
  if (endpoint !== null) return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const host = `s3.${region}.amazonaws.com`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

/** The server asks to be called again. */
class AskedAgain extends Error {
  readonly afterMs: number | null;

  constructor(message: string, afterMs: number | null) {
    super(message);
    this.name = 'AskedAgain';
    this.afterMs = afterMs;
  }
}

async function attempted<Result>(
  client: AwsClient,
  url: string,
  { call, stalledMs }: { readonly call: S3Call; readonly stalledMs: number },
  take: (response: Response, alive: () => void) => Promise<Result>,
): Promise<Result> {
  const { method, body } = call;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error('the connection stood still')), stalledMs);
  const alive = (): void => {
    timer.refresh();
  };
  const headers = {
    ...call.headers,
    'x-amz-content-sha256': body?.sha256 ?? EMPTY_SHA256,
    // Without it the body would be sent in chunks, which S3 refuses.
    ...(body === undefined ? {} : { 'content-length': String(body.size) }),
  };
  const signed = await client.sign(url, { method, headers });
  const sent = body === undefined ? {} : { body: streamed(body.bytes(), alive), duplex: 'half' as const };
  try {
    const response = await fetch(url, { method, headers: signed.headers, signal: stalled.signal, ...sent });
    alive();
    if (!response.ok) throw await refusalOf(call, response);
    return await take(response, alive);
  } finally {
    clearTimeout(timer);
    // Lets go of what is not read: after an answer that nobody takes the connection would stay taken.
    stalled.abort();
  }
}

function streamed(bytes: Bytes, alive: () => void): ReadableStream<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        alive();
        const piece = await pieces.next();
        alive();
        if (piece.done === true) controller.close();
        else controller.enqueue(piece.value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function refusalOf({ method, key }: S3Call, response: Response): Promise<Error> {
  const { status } = response;
  const text = (await response.text()).slice(0, 2000);
  // `<Error><Code>SlowDown</Code>…`
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1];
  const said = `${method} answered ${status}${code === undefined ? '' : ` ${code}`}`;
  if (status === 404 && code !== 'NoSuchBucket')
    return new BucketFault('missing', `${key} is not in the bucket`);
  if (status >= 500 || status === 429 || code === 'RequestTimeout' || code === 'SlowDown')
    return new AskedAgain(said, retryAfter(response));
  return new BucketFault('refused', said);
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : null;
}

function pauseAfter(attempt: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

function faultOf({ bucket }: BucketSettings, error: unknown): BucketFault {
  const where = `The bucket “${bucket}”`;
  if (error instanceof BucketFault)
    return new BucketFault(error.kind, `${where} ${WHAT[error.kind]}: ${error.message}`);
  const { cause } = error as { readonly cause?: unknown };
  const said = [error, cause].filter((each) => each instanceof Error).map(({ message }) => message);
  return new BucketFault('away', `${where} ${WHAT.away}: ${said.join(': ')}`, error);
}

const WHAT = {
  away: 'does not answer',
  refused: 'refuses',
  missing: 'lacks a file',
  damaged: 'holds a damaged file',
} as const satisfies Record<BucketFault['kind'], string>;

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
