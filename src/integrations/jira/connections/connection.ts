import type { Deployment } from '../client/dialect.ts';

export type GrantKind = 'api_token' | 'access_token' | 'oauth';
export type GrantState = 'pending' | 'active' | 'reconnect_needed' | 'disconnected';

/** A connection with the standing of its credential, never the credential itself. */
export type ConnectionView = {
  readonly id: number;
  readonly name: string;
  readonly grantId: number;
  readonly kind: GrantKind;
  readonly state: GrantState;
  readonly reason: string | null;
  readonly operatorId: number | null;
  readonly deployment: Deployment;
  readonly siteUrl: string;
  readonly base: 'site' | 'gateway' | null;
  readonly accountName: string | null;
  readonly accountId: string | null;
  readonly tokenEndsAt: Date | null;
  readonly accessExpiresAt: Date | null;
  readonly refreshExpiresAt: Date | null;
  readonly refreshBeganAt: Date | null;
  readonly refreshedAt: Date | null;
  readonly nextRefreshAt: Date | null;
  readonly refreshesSucceeded: number;
  readonly refreshesFailed: number;
  readonly pausedUntil: Date | null;
  readonly pauseReason: string | null;
  readonly sweptAt: Date | null;
  readonly webhooksUntil: Date | null;
  readonly createdAt: Date;
};

/** A connection as its calls need it. */
export type ConnectionRow = ConnectionView & {
  readonly sealed: string | null;
  readonly cloudId: string | null;
  readonly instance: string;
  readonly webhookSecret: string;
  readonly webhookIds: readonly number[];
  readonly webhookProjects: readonly string[];
  readonly webhooksSeenAt: Date | null;
};

/** The address of a site without a slash at the end; null for what is none, or would show a credential on its way. */
export function siteUrlOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) return null;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  return url.href.replace(/\/+$/, '');
}
