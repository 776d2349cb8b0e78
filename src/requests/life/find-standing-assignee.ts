import type { Transaction } from '../../platform/db/connect.ts';
import type { RequestRow } from '../request/request.ts';
import { findAssignable } from './assignment-queries.ts';

/** Whose a request becomes when it comes back: its assignee's if they are active and serve its mailbox, else nobody's. */
export async function findStandingAssignee(tx: Transaction, request: RequestRow): Promise<number | null> {
  if (request.assigneeId === null) return null;
  const operator = await findAssignable(tx, request.assigneeId);
  const serves = operator?.mailboxIds?.includes(request.mailboxId) ?? true;
  return operator !== null && operator.active && serves ? operator.id : null;
}
