import { readWhole } from '../../platform/bucket/read-stored.ts';
import type { IntakeDeps } from '../deps.ts';
import { findIntakeMailbox } from '../../mailboxes/settings/find-intake-mailbox.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { Problem } from '../../platform/problems.ts';
import { findStoredMail } from './decision-queries.ts';
import { readHandedOver, type ReadMail } from '../filing/read-mail.ts';

export type StoredMailDeps = Pick<IntakeDeps, 'db' | 'bucket' | 'keyring' | 'log' | 'parsePool'>;

/**
 * Reads a stored message again, as if the relay had just handed it over, so that a mended parser gets a second chance.
 */
export async function readStoredMail(
  deps: StoredMailDeps,
  intakeId: number,
): Promise<{ readonly mailbox: IntakeMailbox; readonly mail: ReadMail }> {
  const stored = await findStoredMail(deps.db, intakeId);
  const mailbox = stored === null ? null : await findIntakeMailbox(deps.db, stored.mailboxAddress);
  if (stored === null || mailbox === null) throw new Problem('not_found', `There is no intake ${intakeId}.`);
  const { handedOver, sizeInBucket } = stored;
  const raw =
    sizeInBucket === null
      ? handedOver.raw
      : await readWhole(deps, { what: 'original', id: intakeId, size: sizeInBucket });
  return { mailbox, mail: await readHandedOver(deps, mailbox, { ...handedOver, raw }) };
}
