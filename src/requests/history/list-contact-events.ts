import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { EventView } from '../../people/history/event-view.ts';
import { listEventRowsOfContact } from './history-queries.ts';

/**
 * What was done to a contact apart from any request, oldest first: in the operator's mailboxes, or on the whole desk
 * for an operator who serves all of it.
 */
export async function listContactEvents(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  contactId: number,
): Promise<readonly EventView[]> {
  requirePermission(actor, 'contacts.read');
  return listEventRowsOfContact(deps.db, actor.mailboxIds, contactId);
}
