import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../access/actor.ts';

/** Takes from a team, within the transaction, what it has in mailboxes that it no longer serves. */
export type OnTeamLeaving = (
  tx: Transaction,
  actor: Actor,
  left: { readonly teamId: number; readonly keptMailboxIds: readonly number[]; readonly at: Date },
) => Promise<void>;
