import type { Deps } from '../../../platform/deps.ts';
import { isSilent } from './relay-silence.ts';
import { findRelaySilence } from './watch-queries.ts';

/** Whether a mailbox's relay was never heard, or not for as long as it may be silent. */
export async function isRelaySilent(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  mailboxId: number,
): Promise<boolean> {
  const relay = await findRelaySilence(db, mailboxId);
  return relay === null || isSilent(relay, clock.now());
}
