import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** A new secret in the form of Standard Webhooks: `whsec_` and 32 random bytes in base64. */
export function generateWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** The key of a secret (24 to 64 bytes, the range of Standard Webhooks), or null for any other text. */
export function decodeWebhookSecret(secret: string): Uint8Array | null {
  if (!secret.startsWith(PREFIX)) return null;
  const text = secret.slice(PREFIX.length);
  const key = Buffer.from(text, 'base64');
  // The decoder skips what it does not know; a key made of the rest would never match the script's.
  if (!BASE64.test(text) || key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, ''))
    return null;
  return key.length >= MIN_BYTES && key.length <= MAX_BYTES ? key : null;
}

/** The form that `decodeWebhookSecret` accepts, for messages. */
export const WEBHOOK_SECRET_FORM = `${PREFIX} followed by base64 of ${MIN_BYTES} to ${MAX_BYTES} random bytes`;
