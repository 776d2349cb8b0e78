import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
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
};

const discovered = z.object({ authorization_endpoint: z.url(), token_endpoint: z.url() });
const answered = z.object({ id_token: z.string() });

/** The provider's addresses are read from it when they are first needed. */
export function codeSignIn(settings: CodeSignInSettings, provider: IdentityProvider): CodeSignIn {
  const { clientId, clientSecret, redirectUrl } = settings;
  const issuer = settings.issuer.replace(/\/$/, '');
  let found: Promise<z.infer<typeof discovered>> | null = null;
  const endpoints = () => {
    found ??= readJson(`${issuer}/.well-known/openid-configuration`, discovered).catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
  return {
    host: new URL(issuer).host,
    async begin() {
      const errand = { state: secret(), nonce: secret(), verifier: secret() };
      const url = new URL((await endpoints()).authorization_endpoint);
      const challenge = createHash('sha256').update(errand.verifier).digest('base64url');
      const query = {
        response_type: 'code',
        scope: 'openid email profile',
        client_id: clientId,
        redirect_uri: redirectUrl,
        state: errand.state,
        nonce: errand.nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
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
  throw new Problem('busy', 'The identity provider does not answer as one.', { retryAfterSeconds: 10 });
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}
