import type { Deps } from '../../platform/deps.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { OperatorActor } from '../access/actor.ts';
import { findSignature } from './find-signature.ts';
import { may } from '../access/permissions.ts';
import { markSignature } from './signature-queries.ts';

/** Sets what stands below an operator's answers from now on; one's own, or for an admin anybody's. */
export async function setSignature(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly operatorId: number; readonly signature: string },
): Promise<void> {
  const { operatorId } = input;
  if (operatorId !== actor.operatorId && !may(actor, 'operators.edit')) {
    throw new Problem('forbidden', "Only an admin may change another operator's signature.");
  }
  const signature = input.signature.replace(/\r\n?/g, '\n').trim();
  await deps.db.begin(async (tx) => {
    const old = await findSignature(tx, operatorId);
    await markSignature(tx, operatorId, signature);
    await recordEvent(tx, {
      type: 'operator.signature_set',
      actor,
      at: deps.clock.now(),
      mailboxId: null,
      requestId: null,
      old: { operatorId, signature: old },
      new: { operatorId, signature },
    });
  });
}
