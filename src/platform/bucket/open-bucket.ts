import { createHash } from 'node:crypto';
import { lookedAt } from '../jobs/looked-at.ts';
import { type Bucket, BucketFault, type BucketSettings } from './bucket.ts';
import { type Patience, type S3Calls, s3Calls } from './s3-calls.ts';

/** The bucket of the settings. It connects when it is first asked for something. */
export function openBucket(settings: BucketSettings, patience: Patience = {}): Bucket {
  const calls = s3Calls(settings, patience);
  return {
    name: settings.bucket,
    minBytes: settings.minBytes,
    async put({ hash, size }, bytes) {
      const body = { sha256: hexOf(hash), size, bytes };
      await calls({ method: 'PUT', key: keyOf(hash), body }, nothing);
    },
    async read(hash, offset, length) {
      if (length === 0) return new Uint8Array();
      const range = `bytes=${offset}-${offset + length - 1}`;
      return await calls({ method: 'GET', key: keyOf(hash), headers: { range } }, (response, alive) =>
        taken(response, { offset, length, alive }),
      );
    },
    async remove(hash) {
      await calls({ method: 'DELETE', key: keyOf(hash) }, nothing).catch((error: unknown) => {
        if (!(error instanceof BucketFault && error.kind === 'missing')) throw error;
      });
    },
    trouble: lookedAt(() => troubleOf(s3Calls(settings, AT_A_LOOK))),
  };
}

// Folders of 256 each: some servers keep files in a folder of that name, and slow down with millions in one.
function keyOf(hash: Uint8Array): string {
  const hex = hexOf(hash);
  return `sha256/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}`;
}

function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

async function nothing(response: Response): Promise<void> {
  await response.arrayBuffer();
}

async function taken(
  response: Response,
  { offset, length, alive }: { readonly offset: number; readonly length: number; readonly alive: () => void },
): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  // One that does not know Range answers the whole file from its beginning.
  const skipped = response.status === 206 ? 0 : offset;
  const all = new Uint8Array(length);
  let at = -skipped;
  let came = 0;
  for await (const chunk of response.body ?? []) {
    alive();
    came += chunk.byteLength;
    const part = chunk.subarray(Math.max(0, -at), Math.max(0, length - at));
    if (part.byteLength > 0) all.set(part, Math.max(0, at));
    at += chunk.byteLength;
    if (at >= length) break;
  }
  if (at < length && came < announced) throw new Error('the answer broke off');
  return all.subarray(0, Math.max(0, Math.min(at, length)));
}

/** Somebody waits for the answer. */
const AT_A_LOOK: Patience = { stalledMs: 3000, attempts: 1 };

const CHECK_KEY = 'mailroom.txt';
const CHECK_TEXT = Buffer.from('Mailroom keeps files of its desk here, each under its SHA-256.\n');

// A caller that may not list is refused for a file that is absent, too: then it is written, which tells.
async function troubleOf(calls: S3Calls): Promise<BucketFault | null> {
  const body = {
    sha256: createHash('sha256').update(CHECK_TEXT).digest('hex'),
    size: CHECK_TEXT.byteLength,
    bytes: async function* () {
      yield CHECK_TEXT;
    },
  };
  try {
    await calls({ method: 'GET', key: CHECK_KEY }, nothing).catch(async (error: unknown) => {
      if (error instanceof BucketFault && error.kind === 'away') throw error;
      await calls({ method: 'PUT', key: CHECK_KEY, body }, nothing);
    });
    return null;
  } catch (error) {
    if (error instanceof BucketFault) return error;
    throw error;
  }
}
