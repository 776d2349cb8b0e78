import type { Queryable } from '../../platform/db/connect.ts';
import { cleanText } from '../../mail/text.ts';
import type { RelayState } from '../mailbox.ts';
import { markRelayHeard } from './queries.ts';

const INTEGER_MAX = 2_147_483_647;

/**
 * Stores what a mailbox's relay said about itself with its latest post; an earlier post that ends later changes
 * nothing.
 */
export async function recordHeartbeat(
  db: Queryable,
  mailboxId: number,
  relay: RelayState,
  at: Date,
): Promise<void> {
  await markRelayHeard(db, mailboxId, storable(relay), at);
}

// A signed post may still contain any text and number: one that the row cannot store must not cost the messages that
// came with it.
function storable(relay: RelayState): RelayState {
  return {
    version: cleanText(relay.version),
    account: cleanText(relay.account),
    pending: count(relay.pending),
    failed: count(relay.failed),
    runtimeTodaySeconds: count(relay.runtimeTodaySeconds),
  };
}

function count(value: number): number {
  return Math.min(Math.round(value), INTEGER_MAX);
}
