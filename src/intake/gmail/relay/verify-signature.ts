import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Problem } from '../../../platform/problems.ts';

/** Standard Webhooks: a timestamp more than five minutes off is refused, in either direction. */
const TOLERANCE_SECONDS = 300;

const SLICE_BYTES = 4_000_000;

export type SignatureHeaders = {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly Buffer[];
};

/**
 * Reads the three headers of Standard Webhooks; throws `bad_signature` (401) when one is missing or malformed, or the
 * timestamp is more than five minutes from `now`. Nothing of the body is needed, so nothing of it has been read.
 */
export function readSignatureHeaders(
  header: (name: string) => string | undefined,
  now: Date,
): SignatureHeaders {
  const id = header('webhook-id');
  if (id === undefined || !/^[\x21-\x7e]{1,255}$/.test(id)) {
    throw new Problem('bad_signature', 'webhook-id is missing or not 1 to 255 printable ASCII characters');
  }
  const timestamp = header('webhook-timestamp');
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new Problem('bad_signature', 'webhook-timestamp is missing or not a time in Unix seconds');
  }
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new Problem(
      'bad_signature',
      'webhook-timestamp is more than five minutes from the time of the server',
    );
  }
  const signatures = (header('webhook-signature') ?? '')
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'));
  if (signatures.length === 0) {
    throw new Problem('bad_signature', 'webhook-signature has no signature of version v1');
  }
  return { id, timestamp, signatures };
}

/**
 * The id of the secret whose HMAC-SHA256 over `id.timestamp.body` is among the signatures; throws `bad_signature` when
 * none is. Compared in constant time, over the bytes as they came: nothing has been parsed yet.
 */
export async function verifySignature(
  headers: SignatureHeaders,
  body: Uint8Array,
  secrets: readonly { readonly id: number; readonly key: Uint8Array }[],
): Promise<number> {
  for (const secret of secrets) {
    const hmac = createHmac('sha256', secret.key).update(`${headers.id}.${headers.timestamp}.`);
    for (let offset = 0; offset < body.byteLength; offset += SLICE_BYTES) {
      // 50 MB in one go would keep everybody else waiting for a tenth of a second.
      if (offset > 0) await nextTurn();
      hmac.update(body.subarray(offset, offset + SLICE_BYTES));
    }
    const expected = hmac.digest();
    for (const signature of headers.signatures) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) return secret.id;
    }
  }
  throw new Problem(
    'bad_signature',
    'No signature in webhook-signature matches a valid secret of this mailbox',
  );
}
