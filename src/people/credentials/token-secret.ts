import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^mr_[A-Za-z0-9_-]{43}$/;

/**
 * A new secret of a token, a session or a link, of which only the hash is stored: 256 random bits behind a prefix that secret
 * scanners can recognise.
 */
export function drawSecret(): { readonly secret: string; readonly hash: Buffer } {
  const secret = `mr_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashOf(secret) };
}

/** The stored hash of a token, or null for text that cannot be one. Tokens are random, so the hash needs no salt or stretching. */
export function tokenHash(token: string): Buffer | null {
  return TOKEN.test(token) ? hashOf(token) : null;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
