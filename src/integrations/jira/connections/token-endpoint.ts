import { z } from 'zod';
import { ATLASSIAN, type JiraDeps } from '../jira-deps.ts';

export type Tokens = {
  readonly access: string;
  readonly refresh: string;
  readonly expiresInSeconds: number;
};

/** `refused`: the grant is over; `failed`: nobody knows, and the same may be asked again. */
export type TokenAnswer =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

// Shorter than the wait for a lock: who waits for a refresh under way must not give up on it.
const ANSWER_WITHIN_MS = 10_000;

const tokensShape = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
});
const refusalShape = z.object({ error: z.string(), error_description: z.string().catch('') });

export type TokenQuestion = { readonly client_id: string; readonly client_secret: string } & (
  | { readonly grant_type: 'authorization_code'; readonly code: string; readonly redirect_uri: string }
  | { readonly grant_type: 'refresh_token'; readonly refresh_token: string }
);

/** Asks Atlassian for tokens. */
export async function askForTokens(
  deps: Pick<JiraDeps, 'atlassian'>,
  question: TokenQuestion,
): Promise<TokenAnswer> {
  const { authUrl } = deps.atlassian ?? ATLASSIAN;
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(`${authUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    status = response.status;
    body = await response.json();
  } catch {
    // No answer, or none that is JSON: what became of it is not known, and Atlassian takes the same token once more.
    return { kind: 'failed', reason: 'Atlassian did not answer' };
  }
  const tokens = tokensShape.safeParse(body);
  if (status === 200 && tokens.success) {
    const { access_token: access, refresh_token: refresh, expires_in: expiresInSeconds } = tokens.data;
    return { kind: 'tokens', tokens: { access, refresh, expiresInSeconds } };
  }
  const refusal = refusalShape.safeParse(body);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429 && refusal.success)
    return { kind: 'refused', reason: `${refusal.data.error}: ${refusal.data.error_description}` };
  if (status === 200)
    return { kind: 'refused', reason: 'no refresh token came: the app lacks the scope offline_access' };
  return { kind: 'failed', reason: `Atlassian answered ${status}` };
}
