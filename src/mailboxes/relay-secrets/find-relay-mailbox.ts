import type { Deps } from '../../platform/deps.ts';
import type { IntakeMailbox } from '../mailbox.ts';
import { findMailboxWithSecrets } from './queries.ts';
import { decodeWebhookSecret } from '../../platform/webhook-secret.ts';

/** One of the keys that may have signed a relay's post. */
export type RelayKey = {
  readonly id: number;
  readonly key: Uint8Array;
  /** False until the first post signed with it; then `recordSecretUse` revokes the older ones. */
  readonly used: boolean;
};

/** The mailbox that a relay posts to, and the keys that are valid, newest first. */
export type RelayMailbox = { readonly mailbox: IntakeMailbox; readonly secrets: readonly RelayKey[] };

/**
 * Finds the mailbox a relay posts to, with the keys that may have signed the post, newest first; null if the address
 * (in the form of `asciiAddress`) is not a mailbox. A secret that no APP_SECRET opens is left out and logged: the
 * others still work.
 */
export async function findRelayMailbox(
  deps: Pick<Deps, 'db' | 'keyring' | 'log'>,
  address: string,
): Promise<RelayMailbox | null> {
  const rows = await findMailboxWithSecrets(deps.db, address);
  const [first] = rows;
  if (first === undefined) return null;
  const { secretId: _, sealed: __, secretFirstUsedAt: ___, ...mailbox } = first;
  const secrets = rows.flatMap(({ secretId, sealed, secretFirstUsedAt }): RelayKey[] => {
    if (secretId === null || sealed === null) return [];
    const key = openKey(deps, secretId, sealed);
    return key === null ? [] : [{ id: secretId, key, used: secretFirstUsedAt !== null }];
  });
  return { mailbox, secrets };
}

function openKey(deps: Pick<Deps, 'keyring' | 'log'>, secretId: number, sealed: string): Uint8Array | null {
  try {
    return decodeWebhookSecret(deps.keyring.open(sealed));
  } catch (error) {
    deps.log.error(
      { secretId, error },
      'a relay secret cannot be opened; its relay is refused until APP_SECRET is right',
    );
    return null;
  }
}
