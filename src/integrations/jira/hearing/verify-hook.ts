import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';

const LEEWAY_SECONDS = 60;

/**
 * True for a call that only somebody with the secret can have sent: an admin webhook's signature over the raw body, or an
 * app's token (HS256 by its client secret). A token does not cover the body, which is why a call is only a hint.
 */
export async function isGenuineHook(
  call: {
    readonly signature: string | undefined;
    readonly authorization: string | undefined;
    readonly body: Uint8Array;
  },
  secrets: { readonly webhook: string; readonly app: string | null },
  clock: Clock,
): Promise<boolean> {
  if (call.signature !== undefined) return isSigned(call.body, call.signature, secrets.webhook);
  const token = /^(?:Bearer|JWT) (\S+)$/i.exec(call.authorization ?? '')?.[1];
  if (token === undefined || secrets.app === null) return false;
  const { jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secrets.app), {
      algorithms: ['HS256'],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: clock.now(),
    });
    // Without an expiry, a leaked one would be valid for ever.
    return payload.exp !== undefined;
  } catch {
    // Forged, over, or no token at all: the caller learns no more than that.
    return false;
  }
}

function isSigned(body: Uint8Array, signature: string, secret: string): boolean {
  const given = Buffer.from(/^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1] ?? '', 'hex');
  const expected = createHmac('sha256', secret).update(body).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}
