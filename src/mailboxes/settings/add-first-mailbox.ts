import type { Deps } from '../../platform/deps.ts';
import { Problem } from '../../platform/problems.ts';
import { addMailbox } from './add-mailbox.ts';
import { findRelayMailbox } from '../relay-secrets/find-relay-mailbox.ts';
import { decodeWebhookSecret } from '../../platform/webhook-secret.ts';

export type FirstMailbox = { readonly address: string; readonly name: string; readonly secret: string };

/**
 * Adds the mailbox that the environment names, unless it is there; one that is there is never changed, because an
 * operator may have renamed it or rotated its secret since. Any number of processes may call it at once.
 */
export async function addFirstMailbox(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring' | 'log'>,
  first: FirstMailbox,
): Promise<void> {
  const existing = await findRelayMailbox(deps, first.address);
  if (existing === null) {
    await addMailbox(deps, { kind: 'system' }, first).catch((error: unknown) => {
      // Another process that started at the same moment was quicker.
      if (!(error instanceof Problem && error.code === 'already_exists')) throw error;
    });
    return;
  }
  const given = decodeWebhookSecret(first.secret);
  if (given === null || existing.secrets.some((secret) => Buffer.from(secret.key).equals(given))) return;
  deps.log.warn(
    { mailbox: first.address },
    'RELAY_SECRET is not a valid secret of this mailbox and was ignored: it only counts when the mailbox is created. ' +
      'Rotate with: npx mailroom mailbox rotate-secret',
  );
}
