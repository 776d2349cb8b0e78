import { z } from 'zod';
import { delegatedScope, type MicrosoftEndpoints } from './endpoints.ts';
import { clientAssertion, type MicrosoftCredentials } from './credentials.ts';
import { faultOf, graphError } from './graph-fault.ts';

// Shorter than the wait for a lock: who waits for a refresh under way must not give up on it.
const TIMEOUT_MS = 10_000;

export type App = Pick<MicrosoftEndpoints, 'loginUrl' | 'graphUrl'> & {
  readonly tenantId: string;
  readonly clientId: string;
};

export type AccessToken = { readonly accessToken: string; readonly expiresInSeconds: number };

/** What a person's sign-in gives; without a refresh token the one before goes on. */
export type PersonsTokens = AccessToken & { readonly refreshToken: string | null };

export type DeviceCode = {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
};

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  refresh_token: z.string().min(1).optional(),
});

const deviceAnswer = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1).max(100),
  verification_uri: z.url({ protocol: /^https?$/ }),
  expires_in: z.coerce.number().positive(),
  interval: z.coerce.number().positive().catch(5),
});

/** Signs an app in with its own credentials. What Microsoft refuses is thrown as a fault with its own code. */
export async function fetchToken(
  app: App,
  credentials: MicrosoftCredentials,
  { scope, at }: { readonly scope: string; readonly at: Date },
): Promise<AccessToken> {
  const form = { grant_type: 'client_credentials', scope };
  return askForTokens(app, { ...form, ...proofOf(app, credentials, at) });
}

export type PersonsQuestion =
  | {
      readonly grant_type: 'authorization_code';
      readonly code: string;
      readonly redirect_uri: string;
      readonly code_verifier: string;
    }
  | { readonly grant_type: 'refresh_token'; readonly refresh_token: string }
  | { readonly grant_type: 'urn:ietf:params:oauth:grant-type:device_code'; readonly device_code: string };

/** Asks for the tokens of a person who signs in, or signed in once; an app that cannot keep a secret has none. */
export async function fetchPersonsTokens(
  app: App,
  secret: string | null,
  question: PersonsQuestion,
): Promise<PersonsTokens> {
  const scope = question.grant_type === 'refresh_token' ? { scope: delegatedScope(app) } : {};
  return askForTokens(app, {
    ...question,
    ...scope,
    ...(secret === null ? {} : { client_secret: secret }),
  });
}

/** Asks for a code that a person enters at Microsoft, on any device, to let the app in. */
export async function fetchDeviceCode(app: App): Promise<DeviceCode> {
  const found = deviceAnswer.parse(await post(app, 'devicecode', { scope: delegatedScope(app) }));
  return {
    deviceCode: found.device_code,
    userCode: found.user_code,
    verificationUrl: found.verification_uri,
    expiresInSeconds: found.expires_in,
    intervalSeconds: Math.ceil(found.interval),
  };
}

async function askForTokens(app: App, form: Readonly<Record<string, string>>): Promise<PersonsTokens> {
  const answer = tokenAnswer.parse(await post(app, 'token', form));
  const { access_token: accessToken, expires_in: expiresInSeconds, refresh_token: refreshToken } = answer;
  return { accessToken, expiresInSeconds, refreshToken: refreshToken ?? null };
}

async function post(
  app: App,
  what: 'token' | 'devicecode',
  form: Readonly<Record<string, string>>,
): Promise<unknown> {
  const response = await fetch(endpointOf(app, what), {
    method: 'POST',
    body: new URLSearchParams({ client_id: app.clientId, ...form }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw graphError({ status: null, code: '', message: String(error), retryAfterMs: null }, error);
  });
  if (!response.ok) throw graphError(await faultOf(response));
  return response.json();
}

/** One of the endpoints of a tenant, or of all of them (`common`). */
export function endpointOf(
  { loginUrl, tenantId }: Pick<App, 'loginUrl' | 'tenantId'>,
  what: 'token' | 'devicecode' | 'authorize',
): string {
  return `${loginUrl}/${encodeURIComponent(tenantId)}/oauth2/v2.0/${what}`;
}

function proofOf(app: App, credentials: MicrosoftCredentials, at: Date): Readonly<Record<string, string>> {
  if (credentials.kind === 'secret') return { client_secret: credentials.secret };
  const about = { clientId: app.clientId, tokenUrl: endpointOf(app, 'token'), at };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion(credentials, about),
  };
}
