import type { OperatorActor } from '../../people/access/actor.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import { findIntake } from './find-intake.ts';
import type { IntakeView } from './intake.ts';
import { readStoredMail, type StoredMailDeps } from './stored-mail.ts';

/**
 * What a message held back says, so that somebody can decide on it without opening a file of a stranger's. `mail` is null when
 * it cannot be read as an email; of one too large to relay there are the headers alone. `not_found` as for `findIntake`.
 */
export async function readQuarantined(
  deps: StoredMailDeps,
  actor: OperatorActor,
  intakeId: number,
): Promise<{ readonly intake: IntakeView; readonly mail: ParsedMail | null }> {
  const intake = await findIntake(deps, actor, intakeId);
  if (intake.outcome === 'erased') return { intake, mail: null };
  const { reading } = (await readStoredMail(deps, intakeId)).mail;
  return { intake, mail: reading.ok ? reading.mail : null };
}
