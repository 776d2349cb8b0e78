import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { noticeRequest } from '../../outbox/notices/notice-request.ts';
import { markClosed } from './status-queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { RequestRow } from '../request/request.ts';

/**
 * Closes an open request whose contact and row the caller has locked, with its event and, unless `notify` is false, the
 * closed notice. Returns whether a mail was queued.
 */
export async function closeLocked(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  closing: { readonly notify: boolean; readonly reason: string | null; readonly at: Date },
): Promise<boolean> {
  const { at, notify, reason } = closing;
  await markClosed(tx, request.id, at);
  await recordEvent(tx, {
    type: 'request.closed',
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    old: { status: request.status },
    new: { status: 'closed', reason, notify },
  });
  if (!notify) return false;
  return noticeRequest(tx, actor, request.id, 'closed', at);
}
