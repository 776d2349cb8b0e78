import { lockContactByEmail } from '../../people/locks.ts';
import type { IntakeDeps } from '../deps.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { decideIntake } from '../filing/decide-intake.ts';
import { fileClaimed } from '../filing/file-mail.ts';
import { quarantine } from '../filing/queries.ts';
import type { Filed } from '../filing/incoming-mail.ts';
import { claimQuarantined, listQuarantinedIds } from './decision-queries.ts';
import { type RulesOnMail, withRules } from '../rules/matching/rules-on-mail.ts';
import { readStoredMail } from './stored-mail.ts';

export type ReplayDeps = Pick<
  IntakeDeps,
  'db' | 'bucket' | 'clock' | 'keyring' | 'log' | 'parsePool' | 'wakeDeliveries'
>;

/** The messages that a replay is for, oldest first: those quarantined for a reason, or for any reason when null. */
export async function listReplayable(
  deps: Pick<IntakeDeps, 'db'>,
  reason: string | null,
): Promise<readonly number[]> {
  return listQuarantinedIds(deps.db, reason);
}

/**
 * Processes a quarantined message as if the relay had just handed it over: after a fix, what failed is filed, and what
 * the rules still hold stays. Null if it is no longer in quarantine. An error leaves it as it was and is thrown.
 */
export async function replayIntake(deps: ReplayDeps, intakeId: number): Promise<Filed | null> {
  const { mailbox, mail } = await readStoredMail(deps, intakeId);
  const at = deps.clock.now();
  const decision = decideIntake(mailbox, mail, at);
  const person = decision.kind === 'request' ? mail.person : null;
  const file = (rules: RulesOnMail) =>
    deps.db.begin(async (tx): Promise<Filed | null> => {
      const contactId =
        person === null
          ? null
          : await lockContactByEmail(tx, { email: person.address.address, name: person.address.name }, at);
      if (!(await claimQuarantined(tx, intakeId, { by: null, at, outcome: 'recorded' }))) return null;
      if (decision.kind === 'quarantine')
        return quarantine(tx, { intakeId }, decision.reason, decision.error);
      const filing = { mailbox, mail, decision, claimed: { intakeId, contactId, at }, rules };
      const result = await (await fileClaimed(tx, filing)).ending;
      await recordEvent(tx, {
        type: 'intake.replayed',
        actor: { kind: 'system' },
        at,
        mailboxId: mailbox.id,
        requestId: result.requestId,
        intakeId,
        new: { outcome: result.outcome, reason: result.reason },
      });
      return result;
    });
  const filed = await withRules(deps, mailbox, mail, file);
  if (filed?.queuedDelivery === true) deps.wakeDeliveries();
  return filed;
}
