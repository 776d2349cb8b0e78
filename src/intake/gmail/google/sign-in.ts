import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchConnections } from '../../../platform/net/watch-connections.ts';
import { challengeOf, newVerifier } from '../../../platform/pkce.ts';
import { type GoogleClient, type GoogleEndpoints, SCOPES } from './endpoints.ts';
import { oauthClient } from './open-google.ts';

export type SignInOptions = {
  readonly client: GoogleClient;
  readonly endpoints: GoogleEndpoints;
  /** The address to sign in as, so that the right account is offered. */
  readonly loginHint: string;
  /** The loopback port that Google sends the browser back to. Defaults to any free one. */
  readonly port?: number | undefined;
  /** Called with the page to open. */
  readonly onUrl: (url: string, port: number) => void;
  readonly signal?: AbortSignal | undefined;
};

const SIGN_IN_WITHIN_MS = 10 * 60_000;

/**
 * Has the owner sign in with a browser on this machine (RFC 8252: loopback and PKCE) and resolves with the refresh token.
 * Rejects in words when a scope is not granted, the owner says no, or ten minutes pass.
 */
export async function signIn(options: SignInOptions): Promise<{ readonly refreshToken: string }> {
  const state = randomBytes(24).toString('base64url');
  const verifier = newVerifier();
  const timeout = AbortSignal.timeout(SIGN_IN_WITHIN_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const answer = Promise.withResolvers<string>();
  // Awaited only after the page has been told; a quick refusal must not count as unhandled.
  answer.promise.catch(() => {});
  const server = createServer((request, response) => takeAnswer(request, response, state, answer));
  const connections = watchConnections(server);
  const port = await listen(server, options.port ?? 0);
  const onAbort = () =>
    answer.reject(new Error('Nobody signed in within ten minutes: run the command again.'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const redirectUri = `http://127.0.0.1:${port}/`;
    options.onUrl(consentPage(options, { redirectUri, state, verifier }), port);
    const code = await answer.promise;
    return await exchange(options, { code, verifier, redirectUri });
  } finally {
    signal.removeEventListener('abort', onAbort);
    server.close();
    connections.endIdle();
  }
}

function consentPage(
  { client, endpoints, loginHint }: SignInOptions,
  { redirectUri, state, verifier }: { redirectUri: string; state: string; verifier: string },
): string {
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPES.join(' '),
    state,
    ...challengeOf(verifier),
    access_type: 'offline',
    // Without it Google gives a refresh token only the first time.
    prompt: 'consent',
    login_hint: loginHint,
  });
  return `${endpoints.authUrl}?${query.toString()}`;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

// Any page in the browser can call this address: a call without our state is not ours.
function takeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  state: string,
  answer: PromiseWithResolvers<string>,
): void {
  const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
  if (request.method !== 'GET' || query.get('state') !== state) {
    response.writeHead(404, { connection: 'close' }).end();
    return;
  }
  const code = query.get('code');
  const refusal = query.get('error');
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  if (code === null) {
    response.end('Not signed in. You can close this page and look at the terminal.\n');
    answer.reject(new Error(`Google did not sign you in: ${refusal ?? 'no code came back'}.`));
  } else {
    response.end('Signed in. You can close this page and go back to the terminal.\n');
    answer.resolve(code);
  }
}

async function exchange(
  { client, endpoints }: SignInOptions,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): Promise<{ readonly refreshToken: string }> {
  const oauth = await oauthClient(client, endpoints, redirectUri);
  const { tokens } = await oauth.getToken({ code, codeVerifier: verifier, redirect_uri: redirectUri });
  const granted = (tokens.scope ?? '').split(' ');
  const missing = SCOPES.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw new Error(
      `Not everything was allowed (missing: ${missing.join(', ')}): run the command again and tick every box.`,
    );
  }
  if (typeof tokens.refresh_token !== 'string') throw new Error('Google gave no refresh token.');
  return { refreshToken: tokens.refresh_token };
}
