import { Problem } from '../../platform/problems.ts';
import { OPEN_STATUSES, type RequestRow, type RequestStatus } from '../request.ts';

const ACTIVE = ['new', 'in_progress', 'pending'] as const satisfies readonly RequestStatus[];

/** `standing` is `in_progress` for a request with an assignee and `new` for one without. */
type Transition = {
  readonly from: readonly RequestStatus[];
  readonly to: RequestStatus | 'standing' | 'same';
};

/**
 * A request's whole life: where each verb is allowed and what it leads to. A merged request is closed for every verb
 * until it is unmerged.
 */
export const TRANSITIONS = {
  take: { from: ACTIVE, to: 'in_progress' },
  assign: { from: ACTIVE, to: 'in_progress' },
  /** To a team alone. */
  assign_team: { from: ACTIVE, to: 'same' },
  unassign: { from: ACTIVE, to: 'new' },
  escalate: { from: ACTIVE, to: 'same' },
  'de-escalate': { from: ACTIVE, to: 'same' },
  /** Its operator was deactivated or no longer serves the mailbox. From any other status only the assignee goes. */
  release: { from: ['in_progress', 'pending'], to: 'new' },
  reply: { from: OPEN_STATUSES, to: 'in_progress' },
  pend: { from: ['in_progress'], to: 'pending' },
  resolve: { from: ACTIVE, to: 'resolved' },
  /** Its contact or a participant wrote. From closed only within the mailbox's reopen window. */
  wake: { from: ['pending', 'resolved', 'closed'], to: 'standing' },
  /** A reply failed or came back. The outbox writes it (outbox/request-row.ts), because it lies below this room. */
  return: { from: OPEN_STATUSES, to: 'standing' },
  close: { from: OPEN_STATUSES, to: 'closed' },
  reopen: { from: ['resolved', 'closed'], to: 'standing' },
  /** A reply is taken back together with the status that it brought. */
  take_back: { from: ['pending', 'resolved', 'closed'], to: 'standing' },
  merge: { from: OPEN_STATUSES, to: 'closed' },
  edit: { from: OPEN_STATUSES, to: 'same' },
  note: { from: [...OPEN_STATUSES, 'closed'], to: 'same' },
} as const satisfies Record<string, Transition>;

export type Verb = keyof typeof TRANSITIONS;

/** Refuses a verb (`wrong_state`) that the table does not allow in the request's status, and names the allowed ones. */
export function ensureAllowed(request: RequestRow, verb: Verb): void {
  const { from }: Transition = TRANSITIONS[verb];
  if (from.includes(request.status) && request.mergedInto === null) return;
  const is = request.mergedInto === null ? request.status : `merged into ${request.mergedInto}`;
  throw new Problem('wrong_state', `Request ${request.id} is ${is}; ${verb} works on ${from.join(', ')}.`, {
    // Not `status`: that member is the HTTP status of every problem document.
    members: { requestStatus: request.status, mergedInto: request.mergedInto },
  });
}

/** The status after a verb; a status that the verb does not start from stays. */
export function statusAfter(
  verb: Verb,
  request: { readonly status: RequestStatus; readonly assigneeId: number | null },
): RequestStatus {
  const { from, to }: Transition = TRANSITIONS[verb];
  if (to === 'same' || !from.includes(request.status)) return request.status;
  if (to !== 'standing') return to;
  return request.assigneeId === null ? 'new' : 'in_progress';
}
