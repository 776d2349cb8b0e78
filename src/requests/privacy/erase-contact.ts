import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk } from '../../people/access/permissions.ts';
import { notFound, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockContact } from '../../people/locks.ts';
import { lockRequests } from '../locks.ts';
import { beingSent } from './being-sent.ts';
import { eraseMessages } from './erase-message.ts';
import { eraseRequests } from './erase-request.ts';
import { listMessagesBy, listRequestsAbout } from './contact-queries.ts';
import { blankContactEvents, deleteContact, eraseIntake, lockDeliveriesTo, scrubAddress } from './queries.ts';

/**
 * Erases a contact: their requests, what they wrote in requests of others, their messages in quarantine, and their
 * address wherever it stands in a header or a list of recipients. What others wrote about them stays. None of their
 * messages is filed again; a new message makes a new contact. Refused while a message to them is being sent. A contact
 * belongs to the whole desk, so this takes an admin of every mailbox.
 */
export async function eraseContact(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: { readonly contactId: number },
): Promise<{ readonly requests: number }> {
  requirePermission(actor, 'erase');
  requireWholeDesk(actor);
  const { contactId } = input;
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const contact = await lockContact(tx, contactId);
    if (contact === null) throw notFound('contact', contactId);
    const about = { id: contactId, ...contact };
    const requests = await listRequestsAbout(tx, about);
    const ids = requests.map((request) => request.id);
    await lockRequests(tx, ids);
    // A merge may have taken what they wrote to another request while this one was waited for.
    if ((await listRequestsAbout(tx, about)).map(({ id }) => id).join() !== ids.join())
      throw new Problem('busy', 'Somebody else is merging these requests.', { retryAfterSeconds: 1 });
    if (await lockDeliveriesTo(tx, contact.email)) throw beingSent();
    const own = requests.filter((request) => request.own).map((request) => request.id);
    const others = requests.filter((request) => !request.own).map((request) => request.id);
    await blankContactEvents(tx, contactId);
    await eraseRequests(tx, own, at);
    for (const requestId of others) {
      await eraseMessages(tx, requestId, await listMessagesBy(tx, about, requestId), at);
    }
    await eraseIntake(tx, { fromAddress: contact.email }, at);
    await scrubAddress(tx, contact.email, others, at);
    await deleteContact(tx, about);
    await recordEvent(tx, {
      type: 'contact.erased',
      actor,
      at,
      new: { erasedContactId: contactId, requests: own.length },
    });
    return { requests: own.length };
  });
}
