import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { mayServe } from './lock-visible-mailbox.ts';
import { listMailboxRows, type MailboxRow } from './queries.ts';

/** A mailbox with what its relay last said; 404 for one that the operator does not serve. */
export async function findMailbox(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<MailboxRow> {
  requirePermission(actor, 'requests.read');
  const [mailbox] = mayServe(actor, mailboxId) ? await listMailboxRows(deps.db, [mailboxId]) : [];
  if (mailbox === undefined) throw new Problem('not_found', `There is no mailbox ${mailboxId}.`);
  return mailbox;
}
