import type { Deps } from '../../../platform/deps.ts';

/** What a grant keeps sealed. */
export type Credentials =
  | { readonly kind: 'api_token'; readonly email: string; readonly token: string }
  /** A personal access token of Data Center. */
  | { readonly kind: 'access_token'; readonly token: string }
  | {
      readonly kind: 'oauth';
      readonly clientId: string;
      readonly clientSecret: string;
      /** Null until somebody consents. */
      readonly tokens: { readonly access: string; readonly refresh: string } | null;
    };

export function sealCredentials(deps: Pick<Deps, 'keyring'>, credentials: Credentials): string {
  return deps.keyring.seal(JSON.stringify(credentials));
}

export function openCredentials(deps: Pick<Deps, 'keyring'>, sealed: string): Credentials {
  return JSON.parse(deps.keyring.open(sealed)) as Credentials;
}

/** The header that shows them; null for an OAuth app that nobody has let in yet. */
export function authorizationOf(credentials: Credentials): string | null {
  if (credentials.kind === 'api_token')
    return `Basic ${Buffer.from(`${credentials.email}:${credentials.token}`).toString('base64')}`;
  if (credentials.kind === 'access_token') return `Bearer ${credentials.token}`;
  return credentials.tokens === null ? null : `Bearer ${credentials.tokens.access}`;
}
