import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { addRelaySecret } from './add-relay-secret.ts';
import { listValidSecretIds, markOlderSecretsRevoked } from './queries.ts';
import { lockMailboxByAddress } from '../locks.ts';
import { generateWebhookSecret } from '../../platform/webhook-secret.ts';

export type RotateSecretInput = {
  readonly address: string;
  /** Revoke the old secrets at once, because one leaked: the relay is refused until it has the new one. */
  readonly revokeOld?: boolean | undefined;
};

// Each valid secret is tried on a post that carries no good signature.
const MAX_VALID_SECRETS = 5;

/**
 * Adds a new relay secret to a mailbox, returned in clear this once; it is valid beside the old ones until the relay
 * first uses it. Refuses (`wrong_state`) a sixth valid secret, an unknown mailbox, and anybody but an admin or the
 * system.
 */
export async function rotateSecret(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  actor: Actor,
  input: RotateSecretInput,
): Promise<{ readonly address: string; readonly secret: string; readonly oldSecretsValid: number }> {
  requirePermission(actor, 'mailboxes.manage');
  const address = asciiAddress(input.address) ?? input.address;
  const secret = generateWebhookSecret();
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const mailbox = await lockMailboxByAddress(tx, address);
    if (mailbox === null) throw new Problem('not_found', `${address} is not a mailbox.`);
    const valid = await listValidSecretIds(tx, mailbox.id);
    if (valid.length >= MAX_VALID_SECRETS && input.revokeOld !== true) {
      throw new Problem(
        'wrong_state',
        `${address} has ${MAX_VALID_SECRETS} valid secrets: put the newest into the relay, or revoke the old ones at once.`,
      );
    }
    const secretId = await addRelaySecret(deps, tx, { mailboxId: mailbox.id, text: secret, at: now });
    if (input.revokeOld === true) await markOlderSecretsRevoked(tx, mailbox.id, secretId, now);
    await recordEvent(tx, {
      type: 'mailbox.secret_rotated',
      actor,
      at: now,
      mailboxId: mailbox.id,
      new: { secretId, oldRevoked: input.revokeOld === true },
    });
    return { address, secret, oldSecretsValid: input.revokeOld === true ? 0 : valid.length };
  });
}
