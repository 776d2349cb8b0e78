import { createHash, randomBytes } from 'node:crypto';

/** What only whoever begins a sign-in elsewhere knows (RFC 7636). */
export function newVerifier(): string {
  return randomBytes(48).toString('base64url');
}

/** What the beginning says of it, so that a code is worth nothing to whoever else sees it. */
export function challengeOf(verifier: string) {
  return {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  } as const;
}
