import type { BlockList } from 'node:net';
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
  /** `smtp://user:password@host:587` (STARTTLS, demanded unless the host is loopback) or `smtps://…:465`. */
  readonly url: string;
  readonly oauth?: OAuthSettings | null;
};

export type SmtpTransportOptions = SmtpSettings & {
  /** Connections kept open at most. */
  readonly maxConnections?: number;
  /** Further certificates to trust, in PEM: for a server of one's own, and for tests. */
  readonly ca?: string;
  /** Addresses that are not connected to. Defaults to none. */
  readonly forbids?: BlockList | undefined;
  /** How long connecting, the greeting and TLS may take; defaults to half a minute. */
  readonly setupTimeoutMs?: number;
};

/** What an account is called, without its password: user and host. */
export function accountName(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  return `${user === '' ? '' : `${user}@`}${url.host}`;
}

export type SmtpServer = ReturnType<typeof serverOf>;

export function serverOf({ url: smtpUrl, ca, forbids, setupTimeoutMs = 30_000 }: SmtpTransportOptions) {
  const url = new URL(smtpUrl);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'smtps:';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback(host),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: setupTimeoutMs,
    greetingTimeout: setupTimeoutMs,
    /** Until a message can be named: to connect, and as long again to introduce oneself and sign in. */
    sessionTimeout: 2 * setupTimeoutMs,
    forbids,
  };
}

export type SmtpLogin = NonNullable<ReturnType<typeof authOf>>;

export function authOf({ url: smtpUrl, oauth, forbids }: SmtpTransportOptions) {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  if (user === '') return null;
  if (oauth === undefined || oauth === null) return { user, pass: decodeURIComponent(url.password) };
  const { clientId, clientSecret, refreshToken, tokenUrl } = oauth;
  const options = { user, clientId, clientSecret, refreshToken, accessUrl: tokenUrl ?? GOOGLE_TOKENS };
  return {
    type: 'OAuth2' as const,
    ...options,
    ...(forbids === undefined ? {} : { provisionCallback: guardedTokens(options, forbids) }),
  };
}

const GOOGLE_TOKENS = 'https://oauth2.googleapis.com/token';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
