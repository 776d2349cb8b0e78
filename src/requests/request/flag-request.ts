import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { markNeedsAttention } from './queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';

/** Calls for somebody's attention on a request, status unchanged; says why in its history. Once flagged, stays silent. */
export async function flagRequest(
  tx: Transaction,
  actor: Actor,
  flag: {
    readonly requestId: number;
    readonly mailboxId: number;
    readonly reason: string;
    readonly at: Date;
  },
): Promise<void> {
  if (!(await markNeedsAttention(tx, flag.requestId, flag.at))) return;
  await recordEvent(tx, {
    type: 'request.flagged',
    actor,
    at: flag.at,
    mailboxId: flag.mailboxId,
    requestId: flag.requestId,
    old: { needsAttention: false },
    new: { needsAttention: true, reason: flag.reason },
  });
}
