import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import type { Actor, OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { blockContact } from '../../people/contacts/change-settings.ts';
import { sendNotice } from '../../outbox/notices/send-notice.ts';
import type { FieldChanges } from '../fields/field.ts';
import { lockContactsOf, lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';
import { editLocked } from '../request/edit-request.ts';
import { findStandingAssignee } from './assigning.ts';
import { moveRequest } from './move-request.ts';
import { ensureAllowed } from './transitions.ts';

/**
 * Closes an open request and, unless `notify` is false, notifies its contact. The contact is locked first: a message
 * that is being filed either joins before the closing or opens the next request after it. `block` also sends all later
 * messages of the contact to this mailbox into quarantine; a blocked contact gets no notice.
 */
export async function closeRequest(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: OnRequest & {
    readonly notify: boolean;
    readonly reason?: string;
    readonly block?: boolean;
    /** Values that it is given before. */
    readonly fields?: FieldChanges | undefined;
  },
): Promise<void> {
  requirePermission(actor, 'requests.close');
  const block = input.block ?? false;
  if (block) requirePermission(actor, 'contacts.block');
  const { fields } = input;
  if (fields !== undefined) requirePermission(actor, 'requests.edit');
  const at = deps.clock.now();
  const queued = await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [input.requestId]);
    const request = await lockVisibleRequest(tx, actor, input);
    ensureAllowed(request, 'close');
    const { contactId, mailboxId } = request;
    if (block) await blockContact(tx, actor, { contactId, mailboxId, requestId: request.id, at });
    if (fields !== undefined) await editLocked(tx, actor, request, { changes: { fields }, at });
    const notify = input.notify && !block;
    return closeLocked(tx, actor, request, { notify, reason: input.reason ?? null, at });
  });
  if (queued) deps.wakeDeliveries();
}

/**
 * Reopens a resolved or closed request: in progress with its assignee, or new if it had none or the assignee no longer
 * answers there. A merged request is refused: undo the merge instead.
 */
export async function reopenRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.reopen');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [input.requestId]);
    const request = await lockVisibleRequest(tx, actor, input);
    const assigneeId = await findStandingAssignee(tx, request);
    await moveRequest(tx, actor, request, { verb: 'reopen', type: 'request.reopened', assigneeId, at });
  });
}

/**
 * Closes an open request whose contact and row the caller has locked, with its event and, unless `notify` is false, the
 * closed notice. Returns whether a message was queued.
 */
export async function closeLocked(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  closing: {
    readonly notify: boolean;
    readonly reason: string | null;
    readonly at: Date;
    /** The reply that it is closed with. */
    readonly messageId?: number;
    readonly under?: string;
  },
): Promise<boolean> {
  const { at, notify, reason, messageId, under } = closing;
  const facts = { reason, notify };
  await moveRequest(tx, actor, request, {
    verb: 'close',
    type: 'request.closed',
    settles: true,
    facts,
    at,
    ...(messageId === undefined ? {} : { messageId }),
    ...(under === undefined ? {} : { under }),
  });
  return notify && sendNotice(tx, actor, request.id, 'closed', at);
}
