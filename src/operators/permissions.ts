import { Problem } from '../problems.ts';
import type { Actor, OperatorActor, Role } from './actor.ts';

/** Who may do what: the one table. Which requests it covers is decided by the operator's mailboxes. */
const ROLES_ALLOWED = {
  'requests.read': ['agent', 'lead', 'admin'],
  'requests.take': ['agent', 'lead', 'admin'],
  'requests.take_over': ['lead', 'admin'],
  'requests.reply': ['agent', 'lead', 'admin'],
  'requests.close': ['agent', 'lead', 'admin'],
  'operators.read': ['agent', 'lead', 'admin'],
  'operators.add': ['admin'],
  'tokens.manage': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof ROLES_ALLOWED;

/** True when the actor's role allows the action; the server itself may do everything. */
export function may(actor: Actor, action: Action): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind !== 'operator') return false;
  const roles: readonly Role[] = ROLES_ALLOWED[action];
  return roles.includes(actor.role);
}

/** Refuses an actor whose role does not allow the action. */
export function requirePermission(actor: Actor, action: Action): void {
  if (may(actor, action)) return;
  const roles: readonly Role[] = ROLES_ALLOWED[action];
  throw new Problem('forbidden', `This takes the role ${roles.join(' or ')}.`);
}

/** True when the operator serves the mailbox. What lies in any other does not exist for them: answer 404, not 403. */
export function servesMailbox(actor: OperatorActor, mailboxId: number): boolean {
  return actor.mailboxIds === null || actor.mailboxIds.includes(mailboxId);
}
