import { z } from 'zod';
import { clientAssertion, type MicrosoftCredentials } from './credentials.ts';
import { faultOf, graphError } from './graph-fault.ts';

const SCOPE = 'https://graph.microsoft.com/.default';
const TIMEOUT_MS = 30_000;

export type App = { readonly loginUrl: string; readonly tenantId: string; readonly clientId: string };

export type AccessToken = { readonly accessToken: string; readonly expiresInSeconds: number };

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/** Signs an app in with its own credentials. What Microsoft refuses is thrown as a fault with its own code. */
export async function fetchToken(
  app: App,
  credentials: MicrosoftCredentials,
  at: Date,
): Promise<AccessToken> {
  const tokenUrl = `${app.loginUrl}/${encodeURIComponent(app.tenantId)}/oauth2/v2.0/token`;
  const form = {
    grant_type: 'client_credentials',
    client_id: app.clientId,
    scope: SCOPE,
    ...proofOf(app, credentials, { tokenUrl, at }),
  };
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw graphError({ status: null, code: '', message: String(error), retryAfterMs: null }, error);
  });
  if (!response.ok) throw graphError(await faultOf(response));
  const answer = tokenAnswer.parse(await response.json());
  return { accessToken: answer.access_token, expiresInSeconds: answer.expires_in };
}

function proofOf(
  { clientId }: App,
  credentials: MicrosoftCredentials,
  about: { readonly tokenUrl: string; readonly at: Date },
): Readonly<Record<string, string>> {
  if (credentials.kind === 'secret') return { client_secret: credentials.secret };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion(credentials, { clientId, ...about }),
  };
}
