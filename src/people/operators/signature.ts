import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { notFound, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { OperatorActor } from '../access/actor.ts';
import { may, requireServingAll } from '../access/permissions.ts';
import { findOperatorById } from './queries.ts';
import { findSignatureRow, markSignature } from './signature-queries.ts';

/** Sets what stands below an operator's answers from now on; one's own, or for an admin that of who serves no other mailboxes. */
export async function setSignature(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly operatorId: number; readonly signature: string },
): Promise<void> {
  if (input.operatorId !== actor.operatorId && !may(actor, 'operators.edit')) {
    throw new Problem('forbidden', "Only an admin may change another operator's signature.");
  }
  await deps.db.begin(async (tx) => {
    if (input.operatorId !== actor.operatorId) await ensureColleague(tx, actor, input.operatorId);
    await changeSignature(tx, actor, { ...input, at: deps.clock.now() });
  });
}

async function ensureColleague(tx: Transaction, actor: OperatorActor, operatorId: number): Promise<void> {
  const operator = await findOperatorById(tx, operatorId);
  if (operator === null) throw notFound('operator', operatorId);
  requireServingAll(actor, operator.mailboxIds);
}

/** Sets a signature with its event, for a caller who may. */
export async function changeSignature(
  tx: Transaction,
  actor: OperatorActor,
  input: { readonly operatorId: number; readonly signature: string; readonly at: Date },
): Promise<void> {
  const { operatorId, at } = input;
  const signature = input.signature.replace(/\r\n?/g, '\n').trim();
  const old = await findSignature(tx, operatorId);
  if (signature === old) return;
  await markSignature(tx, operatorId, signature);
  await recordEvent(tx, {
    type: 'operator.signature_set',
    actor,
    at,
    old: { operatorId, signature: old },
    new: { operatorId, signature },
  });
}

/** What an operator puts below each answer; empty for nothing. */
export async function findSignature(db: Queryable, operatorId: number): Promise<string> {
  const signature = await findSignatureRow(db, operatorId);
  if (signature === null) throw notFound('operator', operatorId);
  return signature;
}
