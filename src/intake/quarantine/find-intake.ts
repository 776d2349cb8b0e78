import { openFile } from '../../platform/scanning/open-file.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';
import type { IntakeView } from './intake.ts';
import { findIntakeRow } from './list-queries.ts';

/** One message handed over; `not_found` in a mailbox that the operator does not serve. */
export async function findIntake(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  intakeId: number,
): Promise<IntakeView> {
  requirePermission(actor, 'intake.read');
  const intake = await findIntakeRow(deps.db, actor.mailboxIds, intakeId);
  if (intake === null) throw new Problem('not_found', `There is no intake ${intakeId}.`);
  return intake;
}

/** The original of a message handed over, read in slices; `not_found` if it was too large to relay or is erased. */
export async function findIntakeOriginal(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock' | 'scanner'>,
  actor: OperatorActor,
  intakeId: number,
): Promise<StoredFile> {
  const intake = await findIntake(deps, actor, intakeId);
  const { size } = intake;
  if (size === null) throw new Problem('not_found', `Intake ${intakeId} has no original.`);
  const name = `intake-${intakeId}.eml`;
  return openFile(deps, { ...intake, size, what: 'original', name, contentType: 'message/rfc822' });
}
