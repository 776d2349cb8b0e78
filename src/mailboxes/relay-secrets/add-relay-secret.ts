import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { insertRelaySecret } from './queries.ts';

/** Gives a mailbox one more secret that its relay may sign with, sealed; returns its id. */
export function addRelaySecret(
  deps: Pick<Deps, 'keyring'>,
  tx: Transaction,
  secret: { readonly mailboxId: number; readonly text: string; readonly at: Date },
): Promise<number> {
  return insertRelaySecret(tx, secret.mailboxId, deps.keyring.seal(secret.text), secret.at);
}
