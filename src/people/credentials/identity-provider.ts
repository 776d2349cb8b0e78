import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { Clock } from '../../platform/clock.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { Problem } from '../../platform/problems.ts';
import type { Role } from '../access/actor.ts';

export type IdentityProviderSettings = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** The claim that names the role; null: the role is the one the desk knows. */
  readonly roleClaim: string | null;
};

export type Identity = { readonly email: string; readonly role: Role | null };

/** What an ID token of a sign-in has to be for, instead of the interface: a token for one is not valid for the other. */
export type IssuedFor = { readonly audience: string; readonly nonce: string };

/** An outside service that says who somebody is, by tokens that it signs. */
export type IdentityProvider = {
  /** Whom a token is about; null when it does not hold, or names no verified address or none of our roles. */
  readonly identify: (token: string, issued?: IssuedFor) => Promise<Identity | null>;
};

// Only signatures that take a private key: with a shared secret, the public key itself would sign.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** The errors of `jose` when the keys did not arrive or were invalid; it has no class for a failed connection. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);
const CLOCK_TOLERANCE_SECONDS = 30;
const ROLES = ['admin', 'lead', 'agent'] as const satisfies readonly Role[];

/** Reads JWTs of an OpenID Connect provider, whose keys are fetched when they are first needed and when they change. */
export function identityProvider(clock: Clock, settings: IdentityProviderSettings): IdentityProvider {
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), { timeoutDuration: 5000 });
  return {
    async identify(token, issued) {
      let claims: Readonly<Record<string, unknown>>;
      try {
        const verified = await jwtVerify(token, keys, {
          issuer: settings.issuer,
          audience: issued?.audience ?? settings.audience,
          algorithms: ALGORITHMS,
          requiredClaims: ['exp', 'email'],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: clock.now(),
        });
        claims = verified.payload;
      } catch (error) {
        if (error instanceof errors.JOSEError && !UNREACHABLE.has(error.code)) return null;
        // Keys that cannot be fetched say nothing about the token.
        throw new Problem('busy', 'The identity provider does not give its keys.', { retryAfterSeconds: 10 });
      }
      if (issued !== undefined && claims['nonce'] !== issued.nonce) return null;
      const email = typeof claims['email'] === 'string' ? asciiAddress(claims['email']) : null;
      if (email === null || claims['email_verified'] !== true) return null;
      if (settings.roleClaim === null) return { email, role: null };
      const role = roleIn(claims[settings.roleClaim]);
      return role === null ? null : { email, role };
    },
  };
}

/** The highest of our roles in a claim, which is one or a list of many. */
function roleIn(claim: unknown): Role | null {
  const named = Array.isArray(claim) ? claim : [claim];
  return ROLES.find((role) => named.includes(role)) ?? null;
}
