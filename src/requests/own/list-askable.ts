import type { Requester } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { Deps } from '../../platform/deps.ts';
import type { AskableMailbox } from './own-request.ts';
import { listAskableRows } from './own-queries.ts';

/** The mailboxes that a requester is offered: those with a form, and those that they have written to. */
export async function listAskableMailboxes(
  deps: Pick<Deps, 'db'>,
  requester: Requester,
): Promise<readonly AskableMailbox[]> {
  requirePermission(requester, 'own_requests.open');
  return listAskableRows(deps.db, requester.email);
}
