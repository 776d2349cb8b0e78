import type { EventType } from './event-types.ts';

/** One entry of a request's history. */
export type EventView = {
  readonly id: number;
  readonly type: EventType;
  readonly requestId: number | null;
  readonly messageId: number | null;
  readonly deliveryId: number | null;
  readonly contactId: number | null;
  readonly actorKind: 'operator' | 'relay' | 'contact' | 'system';
  readonly actorOperatorId: number | null;
  readonly actorName: string | null;
  readonly old: Readonly<Record<string, unknown>> | null;
  readonly new: Readonly<Record<string, unknown>> | null;
  readonly at: Date;
  /** The operators whom it concerns and who want to hear of it. */
  readonly told: readonly number[];
};
