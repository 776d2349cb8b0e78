import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../../platform/problems.ts';

/** Standard Webhooks: a timestamp more than five minutes off is refused, in either direction. */
const TOLERANCE_SECONDS = 300;

export type SignatureHeaders = {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly Buffer[];
};

/**
 * Reads the three headers of Standard Webhooks; throws `bad_signature` (401) when one is missing or malformed, or the
 * timestamp is more than five minutes from `now`. The body is not needed for this and has not been read.
 */
export function readSignatureHeaders(
  header: (name: string) => string | undefined,
  now: Date,
): SignatureHeaders {
  const id = header('webhook-id');
  if (id === undefined || !/^[\x21-\x7e]{1,255}$/.test(id)) {
    throw new Problem('bad_signature', 'webhook-id is missing or not 1 to 255 printable ASCII characters.');
  }
  const timestamp = header('webhook-timestamp');
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new Problem('bad_signature', 'webhook-timestamp is missing or not a time in Unix seconds.');
  }
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new Problem(
      'bad_signature',
      'webhook-timestamp is more than five minutes from the time of the server.',
    );
  }
  const signatures = (header('webhook-signature') ?? '')
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'));
  if (signatures.length === 0) {
    throw new Problem('bad_signature', 'webhook-signature has no signature of version v1.');
  }
  return { id, timestamp, signatures };
}

export type SignatureCheck = {
  /** Takes the body piece by piece and keeps nothing of it. */
  readonly update: (chunk: Uint8Array) => void;
  /** The id of the secret that signed the whole body; throws `bad_signature` when no secret did. */
  readonly finish: () => number;
};

/** Checks the HMAC-SHA256 over `id.timestamp.body` by every secret, in constant time, over the bytes as they come. */
export function checkSignature(
  headers: SignatureHeaders,
  secrets: readonly { readonly id: number; readonly key: Uint8Array }[],
): SignatureCheck {
  const hmacs = secrets.map(({ id, key }) => ({
    id,
    hmac: createHmac('sha256', key).update(`${headers.id}.${headers.timestamp}.`),
  }));
  return {
    update: (chunk) => hmacs.forEach(({ hmac }) => hmac.update(chunk)),
    finish() {
      for (const { id, hmac } of hmacs) {
        const expected = hmac.digest();
        const isOurs = (signature: Buffer): boolean =>
          signature.length === expected.length && timingSafeEqual(signature, expected);
        if (headers.signatures.some(isOurs)) return id;
      }
      throw new Problem(
        'bad_signature',
        'No signature in webhook-signature matches a valid secret of this mailbox.',
      );
    },
  };
}
