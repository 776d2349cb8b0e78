import { countNotices } from '../../../outbox/notices/count-notices.ts';
import { queueAnswer } from '../../../outbox/notices/queue-answer.ts';
import { findOutgoingContext } from '../../../outbox/writing/find-outgoing-context.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { fillForRule } from '../../../requests/canned-replies/fill-for-rule.ts';
import type { Ruled } from './ruled.ts';
import { hasAnswered } from '../rule-queries.ts';
import type { DeskRule } from '../rule.ts';

/**
 * Queues a canned reply's text as an automatic answer to a request's contact, under the guards of every notice, and once for a
 * rule and a request: two programs that hide what they are would otherwise answer each other for ever. Returns false
 * where something holds it back.
 */
export async function answerByRule(
  tx: Transaction,
  rule: DeskRule,
  cannedReplyId: number,
  { requestId, mailboxId, counts, byTime, at }: Ruled,
): Promise<boolean> {
  // A reminder comes once in each wait, and a wait ends with what a person writes.
  if (!byTime && (await hasAnswered(tx, requestId, rule.id))) return false;
  const context = await findOutgoingContext(tx, requestId);
  const text = await fillForRule(tx, cannedReplyId, context);
  const measured =
    counts ??
    (await countNotices(tx, {
      requestId,
      contactEmail: context.contact.email,
      mailboxId,
      answersMail: !byTime,
      at,
    }));
  const of = { ruleId: rule.id, rule: rule.name };
  return queueAnswer(tx, { kind: 'system' }, context, { text, of, counts: measured, at });
}
