import type { Deps } from '../../platform/deps.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markOlderSecretsRevoked, markSecretFirstUsed } from './queries.ts';

/**
 * Records the first post that a relay signed with a secret, and revokes the older secrets of its mailbox: the script
 * has the new one now, so a post signed with an old one is not from it. Later calls do nothing.
 */
export async function recordSecretUse(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { readonly mailboxId: number; readonly secretId: number },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    if (!(await markSecretFirstUsed(tx, input.secretId, at))) return;
    const revoked = await markOlderSecretsRevoked(tx, input.mailboxId, input.secretId, at);
    if (revoked === 0) return;
    await recordEvent(tx, {
      type: 'mailbox.secret_replaced',
      actor: { kind: 'relay' },
      at,
      mailboxId: input.mailboxId,
      new: { secretId: input.secretId, revoked },
    });
  });
}
