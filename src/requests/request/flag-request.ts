import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { markNeedsAttention } from './queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';

/** Sets `needsAttention` on a request, whose status stays, and records why. Does nothing if it is set already. */
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
