import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js';
import type { script_v1 } from 'googleapis/build/src/apis/script/v1.js';
import type { GoogleClient, GoogleEndpoints } from './endpoints.ts';

export type GoogleCredentials = { readonly client: GoogleClient; readonly refreshToken: string };

export type GoogleApis = {
  readonly gmail: gmail_v1.Gmail;
  readonly script: script_v1.Script;
  /** Gives the permission back to Google. */
  readonly revoke: () => Promise<void>;
};

const ANSWER_WITHIN_MS = 60_000;

/**
 * The two APIs, on behalf of the account that granted the refresh token. Loaded only here: the library takes 30 MB, the whole of
 * googleapis ten times that, and a desk without stored credentials never needs it.
 */
export async function openGoogle(
  credentials: GoogleCredentials,
  endpoints: GoogleEndpoints,
): Promise<GoogleApis> {
  const auth = await oauthClient(credentials.client, endpoints);
  auth.setCredentials({ refresh_token: credentials.refreshToken });
  const [{ gmail }, { script }] = await Promise.all([
    import('googleapis/build/src/apis/gmail/index.js'),
    import('googleapis/build/src/apis/script/index.js'),
  ]);
  const options = { version: 'v1', auth, timeout: ANSWER_WITHIN_MS } as const;
  return {
    gmail: gmail({ ...options, rootUrl: endpoints.gmailRoot }),
    script: script({ ...options, rootUrl: endpoints.scriptRoot }),
    async revoke() {
      await auth.revokeToken(credentials.refreshToken);
    },
  };
}

/** An OAuth client of the library, at these endpoints. */
export async function oauthClient(client: GoogleClient, endpoints: GoogleEndpoints, redirectUri?: string) {
  const { auth } = await import('googleapis/build/src/apis/gmail/index.js');
  return new auth.OAuth2({
    clientId: client.id,
    clientSecret: client.secret,
    ...(redirectUri === undefined ? {} : { redirectUri }),
    endpoints: {
      oauth2AuthBaseUrl: endpoints.authUrl,
      oauth2TokenUrl: endpoints.tokenUrl,
      oauth2RevokeUrl: endpoints.revokeUrl,
    },
  });
}
