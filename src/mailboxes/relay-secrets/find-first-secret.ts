import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { findFirstSealedSecret } from './queries.ts';

/** The secret that a mailbox was made with, in clear, valid or not; null if there is no such mailbox. */
export async function findFirstSecret(
  deps: Pick<Deps, 'keyring'>,
  db: Queryable,
  mailboxId: number,
): Promise<string | null> {
  const sealed = await findFirstSealedSecret(db, mailboxId);
  return sealed === null ? null : deps.keyring.open(sealed);
}
