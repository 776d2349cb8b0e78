import { createHash, randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';

export const TENANT = 'contoso.example';
export const CLIENT_ID = '6731de76-14a6-49ae-97bc-6eba6914391e';
export const CLIENT_SECRET = 'a-client-secret';

const GRAPH = 'https://graph.microsoft.com';
const SMTP = 'https://outlook.office365.com';
const DELEGATED = `offline_access ${GRAPH}/Mail.ReadWrite ${GRAPH}/Mail.Send`;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Whom an access token stands for: the app by its own rights, or a person who let it in. */
export type Bearer = { readonly audience: string; readonly person: string | null };

type Pending = {
  readonly userCode: string;
  /** Who has entered the code; null: nobody yet. */
  person: string | null;
  declined: boolean;
};

type Consent = { readonly challenge: string; readonly redirectUri: string; readonly person: string };

/** A tenant's sign-in: tokens of an app, and of people who let it in by a code or in a browser. */
export function createIdentity(origin: () => string, address: string) {
  const bearers = new Map<string, Bearer>();
  const refreshTokens = new Map<string, string>();
  const devices = new Map<string, Pending>();
  const codes = new Map<string, Consent>();
  const state = {
    secret: CLIENT_SECRET,
    /** Whoever signs in at the browser. */
    person: address,
    /** What Microsoft says of every refresh token; null: they hold. */
    refreshFault: null as string | null,
    refreshes: 0,
    /** How many of the next calls for a token meet trouble of Microsoft's own. */
    outages: 0,
  };

  const give = (audience: string, person: string | null, refresh: boolean): Answer => {
    const token = randomUUID();
    bearers.set(token, { audience, person });
    const answer = { token_type: 'Bearer', expires_in: 3599, access_token: token };
    if (!refresh || person === null) return [200, answer];
    const next = randomUUID();
    refreshTokens.set(next, person);
    return [200, { ...answer, refresh_token: next }];
  };

  const byDevice = (form: URLSearchParams): Answer => {
    const pending = devices.get(form.get('device_code') ?? '');
    if (pending === undefined) return refused('bad_verification_code', 'AADSTS70000');
    if (pending.declined) return refused('authorization_declined', 'AADSTS70019: The person said no.');
    if (pending.person === null) return refused('authorization_pending', 'AADSTS70016');
    devices.delete(form.get('device_code') ?? '');
    return give(GRAPH, pending.person, true);
  };

  const byCode = (form: URLSearchParams): Answer => {
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked === undefined || asked.challenge !== proof || asked.redirectUri !== form.get('redirect_uri'))
      return refused('invalid_grant', 'AADSTS70000: The code is not valid.');
    return give(GRAPH, asked.person, true);
  };

  const byRefresh = (form: URLSearchParams): Answer => {
    const person = refreshTokens.get(form.get('refresh_token') ?? '');
    if (state.refreshFault !== null) return refused('invalid_grant', state.refreshFault);
    if (person === undefined || form.get('scope') !== DELEGATED)
      return refused('invalid_grant', 'AADSTS9002313');
    state.refreshes += 1;
    return give(GRAPH, person, true);
  };

  function token(form: URLSearchParams): Answer {
    if (state.outages > 0) {
      state.outages -= 1;
      return [502, 'Bad Gateway'];
    }
    if (form.get('client_id') !== CLIENT_ID) return refused('unauthorized_client', 'AADSTS700016');
    const secret = form.get('client_secret');
    const isApp = form.get('grant_type') === 'client_credentials';
    if (secret !== state.secret && (isApp || secret !== null)) {
      const said = 'AADSTS7000215: Invalid client secret provided.';
      return [401, { error: 'invalid_client', error_description: said }];
    }
    switch (form.get('grant_type')) {
      case 'client_credentials': {
        const audience = [GRAPH, SMTP].find((each) => form.get('scope') === `${each}/.default`);
        return audience === undefined ? refused('invalid_scope', 'AADSTS70011') : give(audience, null, false);
      }
      case DEVICE_GRANT:
        return byDevice(form);
      case 'authorization_code':
        return byCode(form);
      case 'refresh_token':
        return byRefresh(form);
      default:
        return refused('unsupported_grant_type', 'AADSTS70003');
    }
  }

  function deviceCode(form: URLSearchParams): Answer {
    if (form.get('client_id') !== CLIENT_ID || form.get('scope') !== DELEGATED)
      return refused('invalid_request', 'AADSTS70011');
    const code = randomUUID();
    const userCode = code.slice(0, 8).toUpperCase();
    devices.set(code, { userCode, person: null, declined: false });
    const verification = { user_code: userCode, verification_uri: `${origin()}/device` };
    return [200, { device_code: code, ...verification, expires_in: 900, interval: 5, message: userCode }];
  }

  /** The page on which a person lets the app in: it does at once, and sends the browser back. */
  function authorize(query: URLSearchParams): Answer {
    const redirectUri = query.get('redirect_uri') ?? '';
    const isRight =
      query.get('client_id') === CLIENT_ID &&
      query.get('response_type') === 'code' &&
      query.get('scope') === DELEGATED &&
      query.get('code_challenge_method') === 'S256';
    if (!isRight || !URL.canParse(redirectUri)) return refused('invalid_request', 'AADSTS90014');
    const code = randomUUID();
    codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri, person: state.person });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    return [302, '', { location: back.href }];
  }

  const enter = (userCode: string): Pending | undefined =>
    [...devices.values()].find((each) => each.userCode === userCode);

  return {
    state,
    /** Null: no call to the sign-in. */
    serve(
      path: string,
      method: string,
      { query, body }: { query: URLSearchParams; body: string },
    ): Answer | null {
      const [, tenant, what] = /^\/([\w.-]+)\/oauth2\/v2\.0\/(token|devicecode|authorize)$/.exec(path) ?? [];
      if (what === undefined) return null;
      if (tenant !== TENANT && tenant !== 'common') return refused('invalid_request', 'AADSTS90002');
      if (what === 'authorize') return method === 'GET' ? authorize(query) : [405, ''];
      const form = new URLSearchParams(body);
      return what === 'token' ? token(form) : deviceCode(form);
    },
    /** A token that holds, for this service. */
    isFor: (token: string, audience: string): boolean => bearers.get(token)?.audience === audience,
    bearer: (token: string): Bearer | undefined => bearers.get(token),
    /** A person enters a code that Mailroom shows. */
    enterCode(userCode: string, person: string = address): void {
      const pending = enter(userCode);
      if (pending !== undefined) pending.person = person;
    },
    declineCode(userCode: string): void {
      const pending = enter(userCode);
      if (pending !== undefined) pending.declined = true;
    },
    endTokens: () => bearers.clear(),
  };
}

function refused(error: string, description: string): Answer {
  return [400, { error, error_description: description }];
}
