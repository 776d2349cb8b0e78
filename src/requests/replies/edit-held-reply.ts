import { aboutDelivery } from '../../outbox/delivery.ts';
import { lockHeldReply } from '../../outbox/deliveries/lock-held-reply.ts';
import type { Deps } from '../../platform/deps.ts';
import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requireOwnWords } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { findHeldWords, markReworded } from './held-queries.ts';
import { shownIds } from '../../outbox/writing/outgoing-files.ts';

export type EditHeldReply = {
  readonly messageId: number;
  readonly text: string;
  /** Sanitised by the caller; made from the text when absent. */
  readonly html?: string;
};

/**
 * Changes the text of a reply while it is held, by its author or a lead. The history has both texts. Afterwards it is
 * 409: what a contact may have read is not changed behind their back.
 */
export async function editHeldReply(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: EditHeldReply,
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const delivery = await lockHeldReply(tx, actor, input.messageId);
    requireOwnWords(actor, delivery);
    const old = await findHeldWords(tx, input.messageId);
    const { text, html = htmlOfText(text) } = input;
    const missing = shownIds(html).find((id) => !old.contentIds.includes(id));
    if (missing !== undefined)
      throw invalidField('/html', `shows cid:${missing}, which this reply has no image for`);
    await markReworded(tx, input.messageId, { text, html });
    await recordEvent(tx, {
      type: 'message.edited',
      actor,
      at,
      ...aboutDelivery(delivery),
      old: { text: old.text, html: old.html },
      new: { text, html },
    });
  });
}
