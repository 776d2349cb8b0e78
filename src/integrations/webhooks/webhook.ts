import type { EventType } from '../../people/history/event-types.ts';

/** Somebody else's address that is told of events: signed posts after Standard Webhooks. */
export type Webhook = {
  readonly id: number;
  readonly url: string;
  readonly name: string;
  /** Null: every type. */
  readonly types: readonly EventType[] | null;
  /** Null: every mailbox, and what is of none. */
  readonly mailboxIds: readonly number[] | null;
  readonly enabled: boolean;
  /** Why the desk itself switched it off; null when an operator did. */
  readonly disabledReason: 'failing' | 'gone' | null;
  /** Since when nothing has been taken. */
  readonly failingSince: Date | null;
  /** Until when nothing is tried. */
  readonly restsUntil: Date | null;
  readonly waitingCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** Why a post did not come through; `status`: an answer other than 2xx. */
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

/** What came of one post. */
export type PostResult = {
  readonly status: number | null;
  readonly fault: PostFault | null;
  /** The beginning of what was answered. */
  readonly answer: string;
  readonly durationMs: number;
  /** What the receiver asks to be left alone for. */
  readonly retryAfterMs: number | null;
};

/** The id that a receiver knows an event by, in every attempt and replay the same. */
export const postName = (eventId: number): string => `evt_${eventId}`;
