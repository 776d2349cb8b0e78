import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { findMailboxWithSecrets, listAddresses } from './queries.ts';

export type RelaySetup = {
  readonly mailboxId: number;
  readonly address: string;
  readonly url: string;
  readonly secret: string;
};

/**
 * Finds what a mailbox's relay needs: where it posts and its newest valid secret, in clear. The address may be left out
 * while there is one mailbox. Refuses anybody but an admin or the system.
 */
export async function findRelaySetup(
  deps: Pick<Deps, 'db' | 'keyring' | 'publicUrl'>,
  actor: Actor,
  input: { readonly address?: string | undefined },
): Promise<RelaySetup> {
  requirePermission(actor, 'mailboxes.manage');
  const address =
    input.address === undefined ? await onlyAddress(deps) : (asciiAddress(input.address) ?? input.address);
  const [newest] = await findMailboxWithSecrets(deps.db, address);
  if (newest === undefined || (actor.kind === 'operator' && !servesMailbox(actor, newest.id)))
    throw new Problem('not_found', `${address} is not a mailbox.`);
  if (newest.sealed === null) {
    throw new Problem(
      'wrong_state',
      `${address} has no valid relay secret: make one with mailbox rotate-secret.`,
    );
  }
  return {
    mailboxId: newest.id,
    address,
    url: relayUrl(deps.publicUrl, address),
    secret: deps.keyring.open(newest.sealed),
  };
}

async function onlyAddress(deps: Pick<Deps, 'db'>): Promise<string> {
  const addresses = await listAddresses(deps.db);
  const [only] = addresses;
  if (only === undefined)
    throw new Problem('not_found', 'There is no mailbox yet: add one with mailbox add.');
  if (addresses.length === 1) return only;
  throw new Problem('invalid_input', 'Which mailbox?', {
    errors: [{ pointer: '/mailbox', detail: `is one of ${addresses.join(', ')}` }],
  });
}

function relayUrl(publicUrl: string, address: string): string {
  return `${publicUrl}/v1/relay/${encodeURIComponent(address).replaceAll('%40', '@')}`;
}
