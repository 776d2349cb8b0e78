import { lockContactByEmail } from '../../people/locks.ts';
import { blockContact } from '../../people/contacts/change-settings.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { findIntake } from './find-intake.ts';
import type { IntakeView } from './intake.ts';
import { claimQuarantined } from './decision-queries.ts';
import { notQuarantined } from './release-intake.ts';

/**
 * Discards a quarantined message for good; its original is kept. `blockSender` also sends every later message of the
 * sender to this mailbox into quarantine, in the same transaction.
 */
export async function discardIntake(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly intakeId: number; readonly blockSender?: boolean },
): Promise<IntakeView> {
  requirePermission(actor, 'intake.decide');
  if (input.blockSender === true) requirePermission(actor, 'contacts.block');
  const intake = await findIntake(deps, actor, input.intakeId);
  if (input.blockSender === true && intake.fromAddress === null) {
    throw new Problem('invalid_input', 'This message names no sender to block.', {
      errors: [{ pointer: '/blockSender', detail: 'cannot be true: the email names no sender' }],
    });
  }
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const blocks = input.blockSender === true && intake.fromAddress !== null;
    const contactId = blocks
      ? await lockContactByEmail(tx, { email: intake.fromAddress, name: intake.fromName ?? '' }, at)
      : null;
    if (!(await claimQuarantined(tx, intake.id, { by: actor.operatorId, at, outcome: 'discarded' }))) {
      throw notQuarantined(intake);
    }
    if (contactId !== null) {
      const { id: intakeId, mailboxId } = intake;
      await blockContact(tx, actor, { contactId, mailboxId, intakeId, at });
    }
    await recordEvent(tx, {
      type: 'intake.discarded',
      actor,
      at,
      mailboxId: intake.mailboxId,
      intakeId: intake.id,
      ...(contactId === null ? {} : { contactId }),
      old: { outcome: 'quarantined', reason: intake.reason },
      new: { outcome: 'discarded', blockSender: blocks },
    });
  });
  return findIntake(deps, actor, intake.id);
}
