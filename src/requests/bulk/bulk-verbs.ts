import type { OutboxDeps } from '../../outbox/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { assignRequest, type Assignment, unassignRequest } from '../life/assigning.ts';
import { deescalateRequest, escalateRequest } from '../escalation/escalate-request.ts';
import type { FieldChanges } from '../fields/field.ts';
import type { EscalationTarget } from '../escalation/escalation.ts';
import { closeRequest, reopenRequest } from '../life/closing.ts';
import { pendRequest } from '../life/pending.ts';
import { resolveRequest } from '../life/resolving.ts';
import { takeRequest } from '../life/taking.ts';
import { markRequestRead, markRequestUnread } from '../read-marks/mark-request-read.ts';
import { editRequest, type RequestChanges } from '../request/edit-request.ts';

/** A verb with all that it takes but the request. */
export type BulkVerb =
  | { readonly verb: 'take'; readonly force?: boolean | undefined }
  | ({ readonly verb: 'assign' } & Assignment)
  | ({ readonly verb: 'escalate'; readonly reason: string } & EscalationTarget)
  | { readonly verb: 'unassign' | 'deescalate' | 'pend' | 'reopen' | 'read' | 'unread' }
  | { readonly verb: 'resolve'; readonly notes: string; readonly fields?: FieldChanges | undefined }
  | {
      readonly verb: 'close';
      readonly notify?: boolean | undefined;
      readonly reason?: string | undefined;
      readonly fields?: FieldChanges | undefined;
    }
  | { readonly verb: 'edit'; readonly changes: RequestChanges };

export type BulkDeps = Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>;

/** Applies the verb to one request, by the function that does it to a single one. */
export async function applyVerb(
  deps: BulkDeps,
  actor: OperatorActor,
  input: BulkVerb,
  requestId: number,
): Promise<void> {
  switch (input.verb) {
    case 'take':
      return takeRequest(deps, actor, { requestId, force: input.force ?? false });
    case 'assign':
      return assignRequest(deps, actor, { requestId, operatorId: input.operatorId, teamId: input.teamId });
    case 'unassign':
      return unassignRequest(deps, actor, { requestId });
    case 'escalate': {
      const { teamId, operatorId, reason } = input;
      return escalateRequest(deps, actor, { requestId, teamId, operatorId, reason });
    }
    case 'deescalate':
      return deescalateRequest(deps, actor, { requestId });
    case 'pend':
      return pendRequest(deps, actor, { requestId });
    case 'resolve':
      return resolveRequest(deps, actor, { requestId, notes: input.notes, fields: input.fields });
    case 'close':
      return closeRequest(deps, actor, {
        requestId,
        notify: input.notify ?? true,
        fields: input.fields,
        ...(input.reason === undefined ? {} : { reason: input.reason }),
      });
    case 'reopen':
      return reopenRequest(deps, actor, { requestId });
    case 'edit':
      return editRequest(deps, actor, { requestId, changes: input.changes });
    case 'read':
      return markRequestRead(deps, actor, { requestId });
    case 'unread':
      return markRequestUnread(deps, actor, { requestId });
  }
}
