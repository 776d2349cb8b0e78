import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import type { EventView } from './event-view.ts';
import { listEventRowsOfContact } from './history-queries.ts';

/** What was done to a contact beside any request, in the operator's mailboxes or on the whole desk, oldest first. */
export async function listContactEvents(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  contactId: number,
): Promise<readonly EventView[]> {
  requirePermission(actor, 'contacts.read');
  return listEventRowsOfContact(deps.db, actor.mailboxIds, contactId);
}
