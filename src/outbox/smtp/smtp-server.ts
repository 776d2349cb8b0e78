import type { BlockList } from 'node:net';
import { callbackify } from 'node:util';
import type { XOAuth2ProvisionCallback } from 'nodemailer/lib/xoauth2';
import { guardedTokens } from './guarded-tokens.ts';

/** Signing in without a password (XOAUTH2), as Google allows it; the user name is in the URL. */
export type OAuthSettings = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** Where access tokens are fetched. Defaults to Google's endpoint. */
  readonly tokenUrl?: string;
};

export type SmtpSettings = {
  /**
   * `smtp://user:password@host:587` (STARTTLS, demanded unless the host is loopback) or `smtps://…:465`; without a user also
   * `smtp://host:1025?tls=never`, for a mail catcher.
   */
  readonly url: string;
  readonly oauth?: OAuthSettings | null;
};

export type SmtpTransportOptions = SmtpSettings & {
  /** Signs in with a token of this (XOAUTH2), asked for at each sign-in. */
  readonly accessToken?: () => Promise<string>;
  /** Connections kept open at most. */
  readonly maxConnections?: number;
  /** Further certificates to trust, in PEM: for a server of one's own, and for tests. */
  readonly ca?: string;
  /** Addresses that are not connected to. Defaults to none. */
  readonly forbids?: BlockList | undefined;
  /** By its host the desk introduces itself. Defaults to what this machine is called. */
  readonly publicUrl?: string | null | undefined;
  /** How long connecting, the greeting and TLS may take; defaults to half a minute. */
  readonly setupTimeoutMs?: number;
};

export type SmtpServer = ReturnType<typeof serverOf>;

export function serverOf(options: SmtpTransportOptions) {
  const { url: smtpUrl, ca, forbids, publicUrl, setupTimeoutMs = 30_000 } = options;
  const url = new URL(smtpUrl);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'smtps:';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback(host) && !isPlain(url),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...introducedAs(publicUrl),
    connectionTimeout: setupTimeoutMs,
    greetingTimeout: setupTimeoutMs,
    /** Until a message can be named: to connect, and as long again to introduce oneself and sign in. */
    sessionTimeout: 2 * setupTimeoutMs,
    forbids,
  };
}

// A machine whose name has no domain, as a container's, would be called [127.0.0.1], and Google's relay hangs up on that (421).
function introducedAs(publicUrl: string | null | undefined): { readonly name?: string } {
  const name = publicUrl ? new URL(publicUrl).hostname : '';
  return /\.[a-z][^.]*$/.test(name) ? { name } : {};
}

// Where somebody asked for it, and there is no password that others on the way could read.
function isPlain(url: URL): boolean {
  return url.searchParams.get('tls') === 'never' && url.username === '';
}

export type SmtpLogin = NonNullable<ReturnType<typeof authOf>>;

export function authOf({ url: smtpUrl, oauth, accessToken, forbids }: SmtpTransportOptions) {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  if (user === '') return null;
  if (accessToken !== undefined)
    return { type: 'OAuth2' as const, user, provisionCallback: provision(accessToken) };
  if (oauth === undefined || oauth === null) return { user, pass: decodeURIComponent(url.password) };
  const { clientId, clientSecret, refreshToken, tokenUrl } = oauth;
  const options = { user, clientId, clientSecret, refreshToken, accessUrl: tokenUrl ?? GOOGLE_TOKENS };
  return {
    type: 'OAuth2' as const,
    ...options,
    ...(forbids === undefined ? {} : { provisionCallback: guardedTokens(options, forbids) }),
  };
}

function provision(accessToken: () => Promise<string>): XOAuth2ProvisionCallback {
  const ask = callbackify(accessToken);
  return (_user, _renew, callback) =>
    ask((error, token) => {
      // The library's own code for a token that nobody gives: the account rests, and says why.
      if (error) callback(Object.assign(new Error(String(error)), { code: 'EOAUTH2' }));
      // Over at once: a token without an end the library would use for as long as the process lives.
      else callback(null, token, 1);
    });
}

const GOOGLE_TOKENS = 'https://oauth2.googleapis.com/token';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
