import { createHash, randomBytes } from 'node:crypto';
import type { HttpReply, HttpRequest } from './rest.ts';

export type OAuthClient = { readonly id: string; readonly secret: string };

export type SimulatedOAuth = {
  /** Answers what is addressed to Google's sign-in and token pages; undefined for anything else. */
  readonly handle: (request: HttpRequest) => HttpReply | undefined;
  /** What an access token that was given out allows. */
  readonly scopesOf: (token: string) => readonly string[] | undefined;
  /** The owner withdraws every permission, on their account's page. */
  readonly withdraw: () => void;
};

type Grant = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scopes: readonly string[];
};

/**
 * Google's sign-in with an owner who agrees at once: codes for one use, bound to client, redirect and PKCE challenge;
 * refresh tokens until they are withdrawn. `tick` tells which of the asked scopes the owner ticks, null when they refuse.
 */
export function createOAuth(options: {
  readonly client: OAuthClient;
  readonly tick?: (scopes: readonly string[]) => readonly string[] | null;
}): SimulatedOAuth {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, readonly string[]>();
  const accessTokens = new Map<string, { readonly scopes: readonly string[]; readonly from: string }>();

  function consent(query: URLSearchParams): HttpReply {
    const asked = (query.get('scope') ?? '').split(' ');
    const faults = [
      query.get('client_id') !== options.client.id && 'invalid_client',
      query.get('response_type') !== 'code' && 'unsupported_response_type',
      query.get('code_challenge_method') !== 'S256' && 'invalid_request',
      !/^http:\/\/127\.0\.0\.1:\d+\/$/.test(query.get('redirect_uri') ?? '') && 'redirect_uri_mismatch',
    ].filter((fault) => fault !== false);
    if (faults.length > 0) return { status: 400, headers: {}, body: `Error 400: ${faults.join(', ')}` };
    const scopes = options.tick === undefined ? asked : options.tick(asked);
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    if (scopes === null) back.searchParams.set('error', 'access_denied');
    else {
      const code = random('4/');
      codes.set(code, {
        clientId: options.client.id,
        redirectUri: query.get('redirect_uri') ?? '',
        challenge: query.get('code_challenge') ?? '',
        scopes,
      });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href }, body: '' };
  }

  function token(form: URLSearchParams): HttpReply {
    if (form.get('client_id') !== options.client.id || form.get('client_secret') !== options.client.secret)
      return fault(401, 'invalid_client', 'The provided client secret is invalid.');
    if (form.get('grant_type') === 'refresh_token') return refresh(form.get('refresh_token') ?? '');
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      grant === undefined ||
      grant.challenge !== challenge ||
      grant.redirectUri !== form.get('redirect_uri')
    )
      return fault(400, 'invalid_grant', 'Malformed auth code.');
    const refreshToken = random('1//');
    refreshTokens.set(refreshToken, grant.scopes);
    return granted(refreshToken, { refresh_token: refreshToken });
  }

  function refresh(refreshToken: string): HttpReply {
    if (!refreshTokens.has(refreshToken))
      return fault(400, 'invalid_grant', 'Token has been expired or revoked.');
    return granted(refreshToken, {});
  }

  function granted(from: string, more: object): HttpReply {
    const accessToken = random('ya29.');
    const scopes = refreshTokens.get(from) ?? [];
    accessTokens.set(accessToken, { scopes, from });
    return json(200, {
      access_token: accessToken,
      expires_in: 3599,
      scope: scopes.join(' '),
      token_type: 'Bearer',
      ...more,
    });
  }

  return {
    handle({ method, url, body }) {
      const { pathname, searchParams } = new URL(url);
      if (method === 'GET' && pathname === '/o/oauth2/v2/auth') return consent(searchParams);
      if (method === 'POST' && pathname === '/token') return token(new URLSearchParams(body));
      if (method !== 'POST' || pathname !== '/revoke') return undefined;
      const known = refreshTokens.delete(searchParams.get('token') ?? '');
      return known ? json(200, {}) : fault(400, 'invalid_token', 'Token expired or revoked');
    },
    scopesOf(accessToken) {
      const held = accessTokens.get(accessToken);
      return held !== undefined && refreshTokens.has(held.from) ? held.scopes : undefined;
    },
    withdraw: () => refreshTokens.clear(),
  };
}

function random(prefix: string): string {
  return prefix + randomBytes(16).toString('base64url');
}

function fault(status: number, error: string, description: string): HttpReply {
  return json(status, { error, error_description: description });
}

function json(status: number, body: object): HttpReply {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
