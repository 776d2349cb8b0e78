import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { nameAs, notFound } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockContactsOf } from '../locks.ts';
import { beingSent } from './being-sent.ts';
import { lockPlace } from './erase-request.ts';
import {
  blankMessageEvents,
  deleteMessages,
  eraseIntake,
  findMessagePlace,
  lockDeliveries,
} from './queries.ts';

/**
 * Erases a message: its text, attachments, original and delivery, and what the history says about it. It is not filed
 * again. The request stays, with its subject. Refused while it is being sent. For admins.
 */
export async function eraseMessage(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: { readonly messageId: number },
): Promise<void> {
  requirePermission(actor, 'erase');
  const { messageId } = input;
  const at = deps.clock.now();
  const absent = notFound('message', messageId);
  await deps.db.begin(async (tx) => {
    const place = await findMessagePlace(tx, messageId);
    if (place === null) throw absent;
    await lockContactsOf(tx, [place.requestId]);
    const mailboxId = await lockPlace(tx, actor, place).catch(nameAs(absent));
    // A merge may have moved it while its request was waited for; it then has to be looked for again.
    if ((await findMessagePlace(tx, messageId))?.requestId !== place.requestId) throw absent;
    await eraseMessages(tx, place.requestId, [messageId], at);
    await recordEvent(tx, {
      type: 'message.erased',
      actor,
      at,
      mailboxId,
      requestId: place.requestId,
      messageId,
    });
  });
}

/** The same for messages of a request that the caller has locked. */
export async function eraseMessages(
  tx: Transaction,
  requestId: number,
  messageIds: readonly number[],
  at: Date,
): Promise<void> {
  if (await lockDeliveries(tx, { messageIds })) throw beingSent();
  await eraseIntake(tx, { messageIds }, at);
  await blankMessageEvents(tx, requestId, messageIds);
  await deleteMessages(tx, requestId, messageIds, at);
}
