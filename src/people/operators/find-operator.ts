import type { Queryable } from '../../platform/db/connect.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { notFound, Problem } from '../../platform/problems.ts';
import type { Actor, OperatorActor } from '../access/actor.ts';
import { asActor, type Operator } from './operator.ts';
import { requirePermission, servesMailbox } from '../access/permissions.ts';
import { findOperatorByEmail, findOperatorById } from './queries.ts';

/** The operator with an id or an address, active or not; throws `not_found`. */
export async function findOperator(
  deps: { readonly db: Queryable },
  actor: Actor,
  which: { readonly id: number } | { readonly email: string },
): Promise<Operator> {
  requirePermission(actor, 'operators.read');
  const operator =
    'id' in which
      ? await findOperatorById(deps.db, which.id)
      : await findOperatorByEmail(deps.db, asciiAddress(which.email.trim()) ?? '');
  if (operator === null) {
    if ('id' in which) throw notFound('operator', which.id);
    throw new Problem(
      'not_found',
      `${which.email} is not an operator: operator list shows who is, operator add adds them.`,
    );
  }
  return operator;
}

/** The active operator with an address who serves a mailbox, or null. */
export async function findServingOperator(
  db: Queryable,
  { email, mailboxId }: { readonly email: string; readonly mailboxId: number },
): Promise<OperatorActor | null> {
  const operator = await findOperatorByEmail(db, email);
  return operator !== null && operator.active && servesMailbox(operator, mailboxId)
    ? asActor(operator)
    : null;
}
