import type { Transaction } from '../../platform/db/connect.ts';
import type { NoticeKind } from '../../mailboxes/mailbox.ts';
import type { Actor } from '../../people/access/actor.ts';
import { countNotices } from './count-notices.ts';
import { findOutgoingContext } from '../writing/find-outgoing-context.ts';
import { queueNotice } from './queue-notice.ts';

/** Queues a notice about a request that the caller has locked; false when none is to be sent. */
export async function sendNotice(
  tx: Transaction,
  actor: Actor,
  requestId: number,
  notice: NoticeKind,
  at: Date,
): Promise<boolean> {
  const context = await findOutgoingContext(tx, requestId);
  const counts = await countNotices(tx, {
    requestId,
    contactEmail: context.contact.email,
    mailboxId: context.mailbox.id,
    answersMail: false,
    at,
  });
  return queueNotice(tx, actor, context, { notice, counts, at });
}
