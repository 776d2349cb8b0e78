import type { Deps } from '../deps.ts';
import { findMailbox } from '../mailboxes/find-mailbox.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import { findTransportRow, type TransportRow } from './queries.ts';

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
