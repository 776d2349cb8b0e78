import type { EventType } from '../../people/history/event-types.ts';

/** A URL of another program that receives events as signed posts (Standard Webhooks). */
export type Webhook = {
  readonly id: number;
  readonly url: string;
  readonly name: string;
  /** Null: every type. */
  readonly types: readonly EventType[] | null;
  /** Null: every mailbox, and events that belong to none. */
  readonly mailboxIds: readonly number[] | null;
  readonly enabled: boolean;
  /** Why the desk itself switched it off; null when an operator did. */
  readonly disabledReason: 'failing' | 'gone' | null;
  /** The first failure since the last 2xx answer. */
  readonly failingSince: Date | null;
  /** Nothing is posted before this time. */
  readonly restsUntil: Date | null;
  readonly waitingCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** Why a post failed; `status`: an answer other than 2xx or 3xx. */
export type PostFault =
  'dns' | 'internal_address' | 'refused' | 'reset' | 'timeout' | 'tls' | 'redirect' | 'status' | 'other';

export const POST_FAULTS = [
  'dns',
  'internal_address',
  'refused',
  'reset',
  'timeout',
  'tls',
  'redirect',
  'status',
  'other',
] as const satisfies readonly PostFault[];

/** The result of one post. */
export type PostResult = {
  readonly status: number | null;
  readonly fault: PostFault | null;
  /** The beginning of the response body. */
  readonly answer: string;
  readonly durationMs: number;
  /** How long the receiver asks us to wait (Retry-After). */
  readonly retryAfterMs: number | null;
};

export type WebhookSettings = {
  readonly url: string;
  readonly name: string;
  /** Null: every type. */
  readonly types: readonly EventType[] | null;
  /** Null: every mailbox; only an operator who serves all of them may set it. */
  readonly mailboxIds: readonly number[] | null;
  readonly enabled: boolean;
};
