import { changeSettings } from '../../people/contacts/change-settings.ts';
import { lockContactByEmail } from '../../people/locks.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { IntakeDeps } from '../deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { noticesFor } from '../filing/decide-intake.ts';
import type { Person } from '../filing/person.ts';
import type { ReadMail } from '../filing/read-mail.ts';
import { askAbout, fileIntoRequest } from '../filing/file-into-request.ts';
import { findIntake } from './find-intake.ts';
import type { IntakeView } from './intake.ts';
import { claimQuarantined } from './decision-queries.ts';
import { type RulesOnMail, withRules } from '../rules/matching/rules-on-mail.ts';
import { readStoredMail } from './stored-mail.ts';

/** A message without a sender is filed under this address, which by RFC 6761 nobody can have. */
const NOBODY = 'unknown-sender@nobody.invalid';

/**
 * Files a quarantined message into the request it belongs to, from threading on: no check and no cap holds it again,
 * and no notice is sent. Of two operators at once one wins; the other gets `wrong_state`. `trust` makes later messages
 * of the sender count as verified in this mailbox.
 */
export async function releaseIntake(
  deps: Pick<IntakeDeps, 'db' | 'bucket' | 'clock' | 'keyring' | 'log' | 'parsePool'>,
  actor: OperatorActor,
  input: { readonly intakeId: number; readonly trust?: boolean },
): Promise<IntakeView> {
  requirePermission(actor, 'intake.decide');
  const intake = await findIntake(deps, actor, input.intakeId);
  if (intake.outcome !== 'quarantined') throw notQuarantined(intake);
  const { mailbox, mail } = await readStoredMail(deps, intake.id);
  const person = personOf(mail);
  const at = deps.clock.now();
  const file = (rules: RulesOnMail) =>
    deps.db.begin(async (tx) => {
      const { address } = person;
      const contactId = await lockContactByEmail(tx, { email: address.address, name: address.name }, at);
      await claimOrRefuse(tx, intake, actor, at);
      const place = { contactId, mailboxId: mailbox.id, intakeId: intake.id, at };
      if (input.trust === true) await changeSettings(tx, actor, place, { trusted: true });
      const decision = {
        kind: 'request',
        believed: mail.judged.believed && person.namedBy === 'sender',
        notices: noticesFor(mail, at) === 'never' ? 'never' : 'later',
        heldByCaps: false,
      } as const;
      const claimed = { intakeId: intake.id, contactId, at };
      const asked = askAbout({ mailbox, mail, decision }, person, at);
      const { ending } = await fileIntoRequest(tx, { mailbox, mail, decision, claimed, rules }, asked);
      const filed = await ending;
      await recordEvent(tx, {
        type: 'intake.released',
        actor,
        at,
        mailboxId: mailbox.id,
        requestId: filed.requestId,
        intakeId: intake.id,
        contactId,
        old: { outcome: 'quarantined', reason: intake.reason },
        new: { outcome: filed.outcome, trust: input.trust ?? false },
      });
    });
  await withRules(deps, mailbox, mail, file);
  return findIntake(deps, actor, intake.id);
}

async function claimOrRefuse(
  tx: Transaction,
  intake: IntakeView,
  actor: OperatorActor,
  at: Date,
): Promise<void> {
  const claimed = await claimQuarantined(tx, intake.id, { by: actor.operatorId, at, outcome: 'recorded' });
  if (!claimed) throw notQuarantined(intake);
}

/** The 409 for a message that somebody else has decided about. */
export function notQuarantined(intake: Pick<IntakeView, 'id' | 'outcome'>): Problem {
  const outcome = intake.outcome === 'quarantined' ? 'decided by somebody else' : intake.outcome;
  return new Problem('wrong_state', `Intake ${intake.id} is not in quarantine: it is ${outcome}.`, {
    members: { outcome: intake.outcome },
  });
}

function personOf(mail: ReadMail): Person {
  if (mail.person !== null) return mail.person;
  const from = mail.reading.ok ? mail.reading.mail.from : mail.reading.from;
  return { address: from ?? { name: '', address: NOBODY }, forwardedBy: null, namedBy: 'sender' };
}
