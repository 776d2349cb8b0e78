import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { challengeOf, newVerifier } from '../../platform/pkce.ts';
import { Problem } from '../../platform/problems.ts';
import type { Identity, IdentityProvider } from './identity-provider.ts';

const TIMEOUT_MS = 5000;

export type CodeSignInSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: the provider knows the desk as a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string | null;
  readonly redirectUrl: string;
};

/** What a browser keeps between leaving for the provider and coming back. */
export type Errand = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Signing in at the provider's own page, by the authorization code flow of OpenID Connect with PKCE. */
export type CodeSignIn = {
  /** The provider's, as people know it. */
  readonly host: string;
  /** Where to send a browser, and what it has to bring back. */
  readonly begin: () => Promise<{ readonly url: string; readonly errand: Errand }>;
  /** Who came back with a code; null when the provider does not vouch for it. */
  readonly finish: (code: string, errand: Errand) => Promise<Identity | null>;
  /** False for an answer that says it comes from another provider (RFC 9207); one that says nothing is believed. */
  readonly isFrom: (issuer: string | undefined) => boolean;
};

const discovered = z.object({ issuer: z.string(), authorization_endpoint: z.url(), token_endpoint: z.url() });
const answered = z.object({ id_token: z.string() });

/** The provider's addresses are read from it when they are first needed. */
export function codeSignIn(settings: CodeSignInSettings, provider: IdentityProvider): CodeSignIn {
  const { clientId, clientSecret, redirectUrl } = settings;
  const issuer = settings.issuer.replace(/\/$/, '');
  const isIssuer = (named: string) => named.replace(/\/$/, '') === issuer;
  let found: Promise<z.infer<typeof discovered>> | null = null;
  const discover = async () => {
    const read = await readJson(`${issuer}/.well-known/openid-configuration`, discovered);
    // One that calls itself otherwise would have its tokens judged as another's.
    if (!isIssuer(read.issuer)) throw noProvider();
    return read;
  };
  const endpoints = () => {
    found ??= discover().catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
  return {
    host: new URL(issuer).host,
    isFrom: (named) => named === undefined || isIssuer(named),
    async begin() {
      const errand = { state: secret(), nonce: secret(), verifier: newVerifier() };
      const url = new URL((await endpoints()).authorization_endpoint);
      const query = {
        response_type: 'code',
        scope: 'openid email profile',
        client_id: clientId,
        redirect_uri: redirectUrl,
        state: errand.state,
        nonce: errand.nonce,
        ...challengeOf(errand.verifier),
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return { url: url.toString(), errand };
    },
    async finish(code, errand) {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: clientId,
        redirect_uri: redirectUrl,
        code_verifier: errand.verifier,
        ...(clientSecret === null ? {} : { client_secret: clientSecret }),
      });
      const { token_endpoint: url } = await endpoints();
      const answer = await readJson(url, answered, body);
      return provider.identify(answer.id_token, { audience: clientId, nonce: errand.nonce });
    },
  };
}

async function readJson<Shape extends z.ZodType>(
  url: string,
  shape: Shape,
  body?: URLSearchParams,
): Promise<z.infer<Shape>> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const response = await fetch(url, {
    ...init,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  }).catch(() => null);
  const read = shape.safeParse(response?.ok === true ? await response.json().catch(() => null) : null);
  if (read.success) return read.data;
  throw noProvider();
}

function noProvider(): Problem {
  return new Problem('busy', 'The identity provider does not answer as one.', { retryAfterSeconds: 10 });
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}
