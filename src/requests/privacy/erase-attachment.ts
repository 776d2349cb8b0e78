import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { nameAs, notFound } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockContactsOf } from '../locks.ts';
import { cancelMessage } from '../../outbox/deliveries/cancel-delivery.ts';
import { beingSent } from './being-sent.ts';
import { lockPlace } from './erase-request.ts';
import { findAttachmentPlace } from '../messages/queries.ts';
import { deleteAttachment, eraseIntake, lockDeliveries } from './queries.ts';

/**
 * Erases an attachment, and with it the original message that contains it; the message's text stays. A message that was
 * still to be sent with it is cancelled; refused while one is being sent. For admins.
 */
export async function eraseAttachment(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: { readonly attachmentId: number },
): Promise<void> {
  requirePermission(actor, 'erase');
  const { attachmentId } = input;
  const at = deps.clock.now();
  const absent = notFound('attachment', attachmentId);
  await deps.db.begin(async (tx) => {
    const found = await findAttachmentPlace(tx, attachmentId);
    if (found === null) throw absent;
    await lockContactsOf(tx, [found.requestId]);
    const mailboxId = await lockPlace(tx, actor, found).catch(nameAs(absent));
    const place = await findAttachmentPlace(tx, attachmentId);
    if (place?.requestId !== found.requestId) throw absent;
    if (await lockDeliveries(tx, { messageIds: [place.messageId] })) throw beingSent();
    await eraseIntake(tx, { originalsOf: [place.messageId] }, at);
    await cancelMessage(tx, actor, place.messageId, at);
    await deleteAttachment(tx, { ...place, attachmentId }, at);
    await recordEvent(tx, {
      type: 'attachment.erased',
      actor,
      at,
      mailboxId,
      requestId: place.requestId,
      messageId: place.messageId,
      new: { erasedAttachmentId: attachmentId },
    });
  });
}
