import type { Queryable } from '../../platform/db/connect.ts';
import { findDeliveryTo, type RecentDelivery } from './queries.ts';

/** A bounce that cites nothing is believed to be about mail of the last seven days: retries end long before. */
const BOUNCES_COME_WITHIN_MS = 7 * 86_400_000;

/** The latest delivery of a mailbox to any of these addresses within seven days, of one request when it is known. */
export async function findRecentDelivery(
  tx: Queryable,
  wanted: {
    readonly mailboxId: number;
    readonly requestId: number | null;
    readonly addresses: readonly string[];
    /** Who reports it. */
    readonly sender: string;
    readonly at: Date;
  },
): Promise<RecentDelivery | null> {
  if (wanted.addresses.length === 0) return null;
  return findDeliveryTo(tx, { ...wanted, since: new Date(wanted.at.getTime() - BOUNCES_COME_WITHIN_MS) });
}
