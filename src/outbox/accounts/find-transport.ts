import type { Deps } from '../../platform/deps.ts';
import { findMailbox } from '../../mailboxes/settings/find-mailbox.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { findTransportRow, type TransportRow } from './transport-queries.ts';

/** A mailbox's own SMTP account, without its credentials; null when it sends through SMTP_URL. */
export async function findTransport(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly mailboxId: number },
): Promise<Omit<TransportRow, 'sealed'> | null> {
  requirePermission(actor, 'mailboxes.manage');
  await findMailbox(deps, actor, input);
  const row = await findTransportRow(deps.db, input.mailboxId);
  if (row === null) return null;
  const { sealed: _, ...shown } = row;
  return shown;
}
