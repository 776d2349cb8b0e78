import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { Problem } from '../../platform/problems.ts';
import { type ReceiveDeps, receiveBatch } from '../filing/receive-batch.ts';

const WITHIN_MS = 15_000;

/**
 * Files what was written on a page as any email is filed, once for each id however often it comes. Returns the request that
 * it is in; null when the mailbox keeps it in quarantine, where a person looks at it.
 */
export async function fileWritten(
  deps: ReceiveDeps,
  mailbox: IntakeMailbox,
  { raw, id, labels }: { readonly raw: Buffer; readonly id: string; readonly labels: readonly string[] },
): Promise<number | null> {
  const handedOver = {
    source: 'form',
    sourceId: id,
    sourceThreadId: id,
    arrivedAt: deps.clock.now(),
    labels: ['INBOX', ...labels],
    sizeEstimate: raw.length,
    raw,
    headers: null,
  } as const;
  const [received] = await receiveBatch(deps, mailbox, [handedOver], AbortSignal.timeout(WITHIN_MS));
  if (received === undefined || received.status === 'retry')
    throw new Problem('busy', 'It could not be filed just now; nothing was stored.', {
      retryAfterSeconds: 10,
    });
  return received.requestId;
}
