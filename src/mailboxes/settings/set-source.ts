import type { Transaction } from '../../platform/db/connect.ts';
import type { SourceName } from '../mailbox.ts';
import { markSource } from './settings-queries.ts';

/** Has a mailbox's mail come in another way from now on; what came before stays as it was filed. */
export async function setSource(tx: Transaction, mailboxId: number, source: SourceName): Promise<void> {
  await markSource(tx, mailboxId, source);
}
