import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { Clock } from '../../platform/clock.ts';
import { domainOf } from '../../mail/headers/address-parts.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { cleanLine } from '../../mail/text.ts';
import { Problem } from '../../platform/problems.ts';
import { type Role, ROLES } from '../access/actor.ts';
import { standInAddress } from '../requesters/page-only.ts';

export type IdentityProviderSettings = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** The claim that names the role; null: the role is the one the desk knows. */
  readonly roleClaim: string | null;
  /** The domains of addresses that are let in; null: every domain. */
  readonly allowedDomains?: readonly string[] | null;
  /** The claim that lists somebody's groups, and the role that each gives. Who is in none of them is not let in. */
  readonly groups?: { readonly claim: string; readonly roles: ReadonlyMap<string, Role> } | null;
};

export type Identity = {
  /** Null when the provider vouches for none. */
  readonly email: string | null;
  /** What stands for them at the desk: their email address, else one that no email reaches. */
  readonly address: string;
  /** As it knows them; empty when it does not say. */
  readonly name: string;
  readonly role: Role | 'requester' | null;
};

/** What an ID token of a sign-in has to be for, instead of the interface: a token for one is not valid for the other. */
export type IssuedFor = { readonly audience: string; readonly nonce: string };

/** An outside service that says who somebody is, by tokens that it signs. */
export type IdentityProvider = {
  /** Whom a token is about; null when it does not hold, names nobody, or none of our roles. */
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

/** Reads JWTs of an OpenID Connect provider, whose keys are fetched when they are first needed and when they change. */
export function identityProvider(clock: Clock, settings: IdentityProviderSettings): IdentityProvider {
  // It is found by its address with a slash at the end or without: one that spells itself otherwise would sign nobody in.
  const bare = settings.issuer.replace(/\/$/, '');
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), { timeoutDuration: 5000 });
  return {
    async identify(token, issued) {
      let claims: Readonly<Record<string, unknown>>;
      try {
        const verified = await jwtVerify(token, keys, {
          issuer: [bare, `${bare}/`],
          audience: issued?.audience ?? settings.audience,
          algorithms: ALGORITHMS,
          requiredClaims: ['exp'],
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
      const email = verifiedEmail(claims);
      const { allowedDomains, roleClaim, groups = null } = settings;
      // An address that is not verified proves no domain.
      if (allowedDomains && (email === null || !allowedDomains.includes(domainOf(email).toLowerCase())))
        return null;
      const { sub, name } = claims;
      const address = email ?? (typeof sub === 'string' ? standInAddress(settings.issuer, sub) : null);
      if (address === null) return null;
      const identity = { email, address, name: typeof name === 'string' ? cleanLine(name) : '' };
      if (roleClaim === null && groups === null) return { ...identity, role: null };
      const role =
        groups === null
          ? roleIn(claims[roleClaim ?? ''])
          : roleIn(namesIn(claims[groups.claim]).map((group) => groups.roles.get(group)));
      return role === null ? null : { ...identity, role };
    },
  };
}

function namesIn(claim: unknown): readonly string[] {
  return [claim].flat().filter((name) => typeof name === 'string');
}

function verifiedEmail(claims: Readonly<Record<string, unknown>>): string | null {
  const { email, email_verified: verified } = claims;
  return typeof email === 'string' && verified === true ? asciiAddress(email) : null;
}

/** The highest of our roles in a claim, which is one or a list of many. */
function roleIn(claim: unknown): Role | 'requester' | null {
  const named = Array.isArray(claim) ? claim : [claim];
  const roles = ['requester', ...ROLES] as const;
  return roles.findLast((role) => named.includes(role)) ?? null;
}
