import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';
import type { Actor } from '../../people/access/actor.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OutgoingContext } from '../writing/outgoing-context.ts';
import type { NoticeCounts } from './count-notices.ts';
import { planAutomatic, queuePlanned } from './queue-notice.ts';

/**
 * Queues an automatic answer to a request's contact, in the transaction that caused it, under everything that holds a notice
 * back. Returns false when it is not sent.
 */
export async function queueAnswer(
  tx: Transaction,
  actor: Actor,
  context: OutgoingContext,
  answer: {
    readonly text: string;
    /** Whose answer it is, for its event. */
    readonly of: Readonly<Record<string, unknown>>;
    readonly counts: NoticeCounts;
    readonly at: Date;
  },
): Promise<boolean> {
  const { text, of, counts, at } = answer;
  const words = { text, html: htmlOfText(text), told: of };
  return queuePlanned(
    tx,
    planAutomatic(actor, context, { notice: 'answer', counts, at }, () => words),
  );
}
