import type { OperatorActor } from '../../people/access/actor.ts';
import type { EventView } from '../../people/history/event-view.ts';
import type { PresentSomewhere } from '../../requests/presence/presence.ts';

/** A place in the feed: events are ordered by the transaction that wrote them, then by id. */
export type FeedPosition = { readonly xact: string; readonly id: number };

export type FeedFilters = {
  readonly type?: readonly string[] | undefined;
  readonly requestId?: readonly number[] | undefined;
  /** Only those that the operator who asks is told of. */
  readonly told?: 'me' | undefined;
};

/**
 * Which events somebody gets: of these mailboxes (null: of every one), and those of no mailbox when `deskWide` or when they tell
 * the operator.
 */
export type FeedView = Omit<FeedFilters, 'told'> & {
  readonly operatorId?: number;
  readonly onlyTold?: boolean;
  readonly mailboxIds: readonly number[] | null;
  readonly deskWide: boolean;
};

export type FeedRow = {
  readonly event: EventView;
  readonly mailboxId: number | null;
  readonly position: FeedPosition;
};

export const FEED_START: FeedPosition = { xact: '0', id: 0 };

/** Everything. */
export const WHOLE_FEED: FeedView = { mailboxIds: null, deskWide: true };

/**
 * The events an operator gets: those of their mailboxes. Events of the desk itself (operators, tokens, contacts' names)
 * are for admins of every mailbox, and for the operator whom they tell.
 */
export function feedViewOf(actor: OperatorActor, { told, ...filters }: FeedFilters): FeedView {
  return {
    ...filters,
    operatorId: actor.operatorId,
    onlyTold: told === 'me',
    mailboxIds: actor.mailboxIds,
    deskWide: actor.role === 'admin' && actor.mailboxIds === null,
  };
}

/** The place before everything that a horizon leaves for later. */
export function justBefore(horizon: string): FeedPosition {
  return { xact: String(BigInt(horizon) - 1n), id: Number.MAX_SAFE_INTEGER };
}

/** Where a reader is who has read to a horizon: not before where they were, since a horizon found later may lie lower. */
export function passed(after: FeedPosition, horizon: string): FeedPosition {
  const end = justBefore(horizon);
  return BigInt(after.xact) > BigInt(end.xact) ? after : end;
}

/** True when the row comes after the place. */
export function isBeyond(row: FeedRow, position: FeedPosition): boolean {
  const difference = BigInt(row.position.xact) - BigInt(position.xact);
  return difference > 0n || (difference === 0n && row.position.id > position.id);
}

/** True when the row tells that an operator serves other mailboxes, is another role's or nobody's, or lost a token. */
export function changesAccess(operatorId: number, { event }: FeedRow): boolean {
  const isOfAccess = event.type === 'operator.edited' || event.type === 'token.revoked';
  return isOfAccess && (event.old?.['operatorId'] === operatorId || event.new?.['operatorId'] === operatorId);
}

/** True when the view shows the row: the same rule as the query's, for rows that were read once for everybody. */
export function shows(view: FeedView, { event, mailboxId }: FeedRow): boolean {
  const isTold = view.operatorId !== undefined && event.told.includes(view.operatorId);
  const visible =
    mailboxId === null
      ? view.deskWide || isTold
      : view.mailboxIds === null || view.mailboxIds.includes(mailboxId);
  return (
    visible &&
    (view.onlyTold !== true || isTold) &&
    (view.type === undefined || view.type.includes(event.type)) &&
    (view.requestId === undefined || (event.requestId !== null && view.requestId.includes(event.requestId)))
  );
}

/** True when the view includes presence: the operator serves the mailbox and did not ask for single types of events. */
export function showsPresence(view: FeedView, { mailboxId, requestId }: PresentSomewhere): boolean {
  return (
    view.type === undefined &&
    view.onlyTold !== true &&
    (view.mailboxIds === null || view.mailboxIds.includes(mailboxId)) &&
    (view.requestId === undefined || view.requestId.includes(requestId))
  );
}
