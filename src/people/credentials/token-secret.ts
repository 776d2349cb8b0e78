import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^mr_[A-Za-z0-9_-]{43}$/;

/** A new token: 256 random bits behind a prefix that secret scanners can recognise. */
export function generateToken(): string {
  return `mr_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a token, or null for text that cannot be one. Random as it is, a token needs no salt or stretching. */
export function tokenHash(token: string): Buffer | null {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest() : null;
}
