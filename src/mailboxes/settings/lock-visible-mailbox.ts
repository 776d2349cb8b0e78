import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { servesMailbox } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import type { Mailbox } from '../mailbox.ts';
import { lockMailboxById } from '../locks.ts';

/** Locks a mailbox's settings for an operator's change; 404 for one that the operator does not serve. */
export async function lockVisibleMailbox(tx: Transaction, actor: Actor, mailboxId: number): Promise<Mailbox> {
  const mailbox = mayServe(actor, mailboxId) ? await lockMailboxById(tx, mailboxId) : null;
  if (mailbox === null) throw new Problem('not_found', `There is no mailbox ${mailboxId}.`);
  return mailbox;
}

/** True for the server itself and for an operator who serves the mailbox. */
export function mayServe(actor: Actor, mailboxId: number): boolean {
  return actor.kind === 'system' || (actor.kind === 'operator' && servesMailbox(actor, mailboxId));
}
