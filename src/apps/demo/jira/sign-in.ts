import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { onlyBody, onlyQuery, RefusedCall } from './strict.ts';
import { type Account, CLOUD_ID, type World } from './world.ts';
import { DAY } from '../../../platform/time.ts';

export const SIMULATED_APP = { id: 'simulated-client', secret: 'simulated-secret' };

const ACCESS_SECONDS = 3600;
const REUSE_MS = 10 * 60_000;
const UNUSED_MS = 90 * DAY;
const REFUSED = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

type Refresh = {
  readonly account: Account;
  readonly scopes: readonly string[];
  usedAt: number | null;
  readonly madeAt: number;
  readonly generation: number;
};

/** Atlassian's own hosts: consent, tokens that rotate with ten minutes' leeway, and which sites a token opens. */
export function createSignIn(world: World, siteUrl: () => string) {
  const codes = new Map<string, { account: Account; scopes: readonly string[]; redirectUri: string }>();
  const refreshTokens = new Map<string, Refresh>();
  const accessTokens = new Map<string, { account: Account; scopes: readonly string[]; until: number }>();
  const now = () => world.clock.now().getTime();
  const state = { refreshes: 0, consentAs: null as Account | null };

  const issueTokens = (account: Account, scopes: readonly string[], generation: number) => {
    const [access, refresh] = [token('access'), token('refresh')];
    accessTokens.set(access, { account, scopes, until: now() + ACCESS_SECONDS * 1000 });
    refreshTokens.set(refresh, { account, scopes, usedAt: null, madeAt: now(), generation });
    return {
      access_token: access,
      refresh_token: refresh,
      expires_in: ACCESS_SECONDS,
      token_type: 'Bearer',
      scope: scopes.join(' '),
    };
  };

  const app = new Hono();
  app.get('/authorize', (c) => {
    const query = onlyQuery(c, [
      'audience', 'client_id', 'scope', 'redirect_uri', 'state', 'response_type', 'prompt', 'decide',
    ]); // prettier-ignore
    const to = new URL(query.get('redirect_uri') ?? '');
    const decide = query.get('decide');
    if (decide === null) {
      const allow = new URL(c.req.url);
      allow.searchParams.set('decide', 'allow');
      const deny = new URL(c.req.url);
      deny.searchParams.set('decide', 'deny');
      return c.html(
        html`<!doctype html>
          <html lang="en">
            <title>Simulated Atlassian</title>
            <h1>Mailroom asks for access to your Jira</h1>
            <p><a href="${allow.href}">Accept</a> <a href="${deny.href}">Cancel</a></p>
          </html>`,
      );
    }
    to.searchParams.set('state', query.get('state') ?? '');
    const account = state.consentAs ?? world.accounts[0];
    if (decide === 'deny' || account === undefined) to.searchParams.set('error', 'access_denied');
    else {
      const code = token('code');
      const scopes = (query.get('scope') ?? '').split(' ');
      codes.set(code, { account, scopes, redirectUri: query.get('redirect_uri') ?? '' });
      to.searchParams.set('code', code);
    }
    return c.redirect(to.href, 302);
  });
  app.post('/oauth/token', async (c) => {
    const body = await onlyBody(c, [
      'grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri', 'refresh_token',
    ]); // prettier-ignore
    if (body['client_id'] !== SIMULATED_APP.id || body['client_secret'] !== SIMULATED_APP.secret)
      throw new RefusedCall(401, { error: 'access_denied', error_description: 'Unauthorized' });
    if (body['grant_type'] === 'authorization_code') {
      const code = codes.get(String(body['code']));
      codes.delete(String(body['code']));
      if (code === undefined || code.redirectUri !== body['redirect_uri'])
        throw new RefusedCall(403, {
          error: 'invalid_grant',
          error_description: 'Invalid authorization code',
        });
      // One grant an app and account: a second consent ends the first.
      for (const [key, each] of refreshTokens) if (each.account === code.account) refreshTokens.delete(key);
      return c.json(issueTokens(code.account, code.scopes, 0));
    }
    const refresh = refreshTokens.get(String(body['refresh_token']));
    if (refresh === undefined || now() - refresh.madeAt > UNUSED_MS) throw new RefusedCall(403, REFUSED);
    if (refresh.usedAt !== null && now() - refresh.usedAt > REUSE_MS) throw new RefusedCall(403, REFUSED);
    // Two generations back is no leeway but a stolen token.
    const newest = Math.max(
      ...[...refreshTokens.values()]
        .filter((each) => each.account === refresh.account)
        .map(({ generation }) => generation),
    );
    if (newest - refresh.generation > 1) throw new RefusedCall(403, REFUSED);
    refresh.usedAt ??= now();
    state.refreshes += 1;
    return c.json(issueTokens(refresh.account, refresh.scopes, refresh.generation + 1));
  });
  app.get('/oauth/token/accessible-resources', (c) => {
    const bearer = accessTokens.get((c.req.header('authorization') ?? '').replace(/^Bearer /, ''));
    if (bearer === undefined || bearer.until < now())
      throw new RefusedCall(401, { code: 401, message: 'Unauthorized' });
    return c.json([
      {
        id: CLOUD_ID,
        name: 'example',
        url: siteUrl(),
        scopes: bearer.scopes,
        avatarUrl: `${siteUrl()}/a.png`,
      },
    ]);
  });
  return {
    app,
    state,
    bearer: (given: string) => {
      const found = accessTokens.get(given);
      return found === undefined || found.until < now() ? null : found;
    },
    /** The person takes the permission back. */
    revoke: () => {
      refreshTokens.clear();
      accessTokens.clear();
    },
    expireAccess: () => accessTokens.clear(),
  };
}

function token(kind: string): string {
  return `${kind}-${randomBytes(16).toString('hex')}`;
}
