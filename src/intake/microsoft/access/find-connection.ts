import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../../people/access/permissions.ts';
import type { Deps } from '../../../platform/deps.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { type AccessRow, findAccess, listAccess } from './access-queries.ts';

/** How a mailbox's connection to Microsoft 365 stands, without its credentials. */
export type MicrosoftConnection = Omit<AccessRow, 'sealed'>;

/** The connection of a mailbox; null when it has none. */
export async function findMicrosoft(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<MicrosoftConnection | null> {
  requirePermission(actor, 'mailboxes.manage');
  await findMailbox(deps, actor, { mailboxId });
  const access = await findAccess(deps.db, mailboxId);
  return access === null || access.sealed === null ? null : withoutSecret(access);
}

/** The connections of the mailboxes that an operator serves. */
export async function listMicrosoft(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
): Promise<readonly MicrosoftConnection[]> {
  requirePermission(actor, 'requests.read');
  const rows = await listAccess(deps.db);
  return rows
    .filter(({ mailboxId }) => actor.kind !== 'operator' || servesMailbox(actor, mailboxId))
    .map(withoutSecret);
}

function withoutSecret({ sealed: _sealed, ...shown }: AccessRow): MicrosoftConnection {
  return shown;
}
