import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { cleanLine, isLonger } from '../../mail/text.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor, Role } from '../access/actor.ts';
import type { Operator } from './operator.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';
import { findOperatorById, insertOperator, listKnownMailboxIds } from './queries.ts';

export type AddOperatorInput = {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Which mailboxes the operator serves; every one when absent or null. */
  readonly mailboxIds?: readonly number[] | null | undefined;
  readonly idempotency?: Idempotency | null;
};

/**
 * Adds an active operator without a token. Refuses an address that is an operator's already (`already_exists`), mailboxes
 * that do not exist, and anybody but an admin or the system.
 */
export async function addOperator(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: AddOperatorInput,
): Promise<Operator> {
  requirePermission(actor, 'operators.add');
  const email = asciiAddress(input.email.trim());
  if (email === null) throw invalidField('/email', 'is not an email address');
  const name = checkedName(input.name);
  requireServingAll(actor, input.mailboxIds ?? null);
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const operatorId = await once(tx, { call: input.idempotency, now }, async () => {
      const mailboxIds = await checkedMailboxIds(tx, input.mailboxIds ?? null);
      const operator = await insertOperator(tx, {
        email,
        name,
        role: input.role,
        mailboxIds,
        createdAt: now,
      });
      if (operator === null) {
        throw new Problem('already_exists', `${email} is an operator already.`, {
          errors: [{ pointer: '/email', detail: 'is an operator already' }],
        });
      }
      await recordEvent(tx, {
        type: 'operator.added',
        actor,
        at: now,
        new: { operatorId: operator.id, email, name, role: operator.role, mailboxIds },
      });
      return operator.id;
    });
    const operator = await findOperatorById(tx, operatorId);
    if (operator === null) throw notFound('operator', operatorId);
    return operator;
  });
}

/** A name in its stored form; refuses a blank or overlong one. */
export function checkedName(text: string): string {
  const name = cleanLine(text);
  if (name === '' || isLonger(name, NAME_LENGTH))
    throw invalidField('/name', `must have 1 to ${NAME_LENGTH} characters`);
  return name;
}

const NAME_LENGTH = 100;

/** The ids in order, each once; refuses one that is not a mailbox. */
export async function checkedMailboxIds(
  tx: Transaction,
  ids: readonly number[] | null,
): Promise<readonly number[] | null> {
  if (ids === null) return null;
  const known = new Set(await listKnownMailboxIds(tx, ids));
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown >= 0) throw invalidField(`/mailboxIds/${unknown}`, 'is not a mailbox');
  return [...known].toSorted((a, b) => a - b);
}
