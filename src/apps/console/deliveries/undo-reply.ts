import { cancelDelivery } from '../../../outbox/deliveries/cancel-delivery.ts';
import { findDelivery } from '../../../outbox/deliveries/find-delivery.ts';
import { listDeliveries } from '../../../outbox/deliveries/list-deliveries.ts';
import { WAITING_STATES } from '../../../outbox/delivery.ts';
import { addDraftFile } from '../../../requests/drafts/draft-files.ts';
import { findDraft } from '../../../requests/drafts/find-draft.ts';
import { saveDraft } from '../../../requests/drafts/save-draft.ts';
import { reopenRequest } from '../../../requests/life/closing.ts';
import { findAttachment } from '../../../requests/messages/find-attachment.ts';
import { findMessage } from '../../../requests/messages/find-message.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import { done } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';

/**
 * Takes a reply back that is still held: it is not sent, its text and files are a draft again, and a request that was
 * closed or resolved with it is open again, its notice not sent either.
 */
export async function undoReply(visit: Visit, deliveryId: number): Promise<Response> {
  const { deps, actor } = visit;
  const delivery = await findDelivery(deps, actor, { deliveryId });
  const { requestId } = delivery;
  await cancelDelivery(deps, actor, { deliveryId });
  const later = await listDeliveries(deps, actor, {
    filters: { requestId: [requestId], state: WAITING_STATES },
    sort: { field: 'id', descending: false },
    limit: 200,
    total: false,
  });
  const notices = later.items.filter((each) => each.kind === 'notice' && each.id > deliveryId);
  for (const notice of notices) await cancelDelivery(deps, actor, { deliveryId: notice.id });
  const { status } = await findRequest(deps, actor, requestId);
  if (status === 'closed' || status === 'resolved') await reopenRequest(deps, actor, { requestId });
  await draftAgain(visit, requestId, delivery.messageId);
  return done(visit, `/requests/${requestId}`, { did: 'cancelled', id: requestId });
}

// What was begun since stays below it.
async function draftAgain({ deps, actor }: Visit, requestId: number, messageId: number): Promise<void> {
  const which = { requestId, kind: 'reply' } as const;
  const [message, begun] = await Promise.all([
    findMessage(deps, actor, messageId),
    findDraft(deps, actor, which),
  ]);
  const texts = [message.text, begun?.text ?? ''].filter((text) => text.trim() !== '');
  await saveDraft(deps, actor, {
    ...which,
    version: begun?.version ?? 0,
    text: texts.join('\n\n'),
    cc: null,
  });
  for (const { id, name, contentType, size } of message.attachments) {
    const file = await findAttachment(deps, actor, id);
    await addDraftFile(deps, actor, {
      ...which,
      file: { name, contentType, content: await file.read(0, size) },
    });
  }
}
