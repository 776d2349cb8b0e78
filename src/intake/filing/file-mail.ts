import type { Transaction } from '../../platform/db/connect.ts';
import { errorText, isTransient } from '../../platform/db/errors.ts';
import type { Deps } from '../../platform/deps.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { type Decision, decideIntake, type Filing } from './decide-intake.ts';
import { fileAutomatic } from './file-automatic.ts';
import { fileBounce } from './file-bounce.ts';
import { answerDuplicate } from './file-duplicate.ts';
import { fileIntoRequest } from './file-into-request.ts';
import type { Filed, FilingResult } from './incoming-mail.ts';
import { claimMail, type IntakeFacts, quarantine } from './queries.ts';
import type { ReadMail } from './read-mail.ts';

export type FilingDeps = Pick<Deps, 'db' | 'clock' | 'log'>;

/**
 * Files one mail in one transaction, exactly once however often and however concurrently it is handed over. When it
 * resolves the raw original is committed; what could not be filed is in quarantine with the error. Errors that pass
 * (a lost connection, a full disk, a deadlock) roll everything back and are thrown: the mail comes again.
 */
export async function fileMail(
  deps: FilingDeps,
  mailbox: IntakeMailbox,
  mail: ReadMail,
): Promise<FilingResult> {
  const at = deps.clock.now();
  const decision = decideIntake(mailbox, mail, at);
  const intake = intakeFacts(mailbox, mail, decision, at);
  // Only who may open a request becomes a contact: a forger or a robot leaves no row behind.
  const person = decision.kind === 'request' ? mail.person : null;
  const contact = person === null ? null : { email: person.address.address, name: person.address.name };

  const filing = deps.db.begin(async (tx): Promise<FilingResult> => {
    const claim = await claimMail(tx, intake, contact);
    if (claim.intakeId === null) return answerDuplicate(tx, mail, intake);
    if (decision.kind === 'quarantine') {
      return { status: 'accepted', ...quarantined(decision.reason) };
    }
    const claimed = { intakeId: claim.intakeId, contactId: claim.contactId, at };
    const filed = await fileBehindSavepoint(deps, tx, { mailbox, mail, decision, claimed });
    return { status: 'accepted', ...filed };
  });
  return filing.catch((error: unknown) => {
    if (isTransient(error)) throw error;
    return keepUnclaimable(deps, mail, intake, error);
  });
}

/**
 * Stores a mail whose claim itself failed, by nothing but its id and original: without this it would come again for ever,
 * and fail each time.
 */
async function keepUnclaimable(
  deps: FilingDeps,
  mail: ReadMail,
  intake: IntakeFacts,
  error: unknown,
): Promise<FilingResult> {
  deps.log.error(
    { error, sourceId: mail.handedOver.sourceId },
    'a message could not be claimed; its original is in quarantine',
  );
  const bare: IntakeFacts = {
    ...intake,
    internetMessageId: null,
    contentHash: null,
    fromAddress: null,
    fromName: null,
    subject: null,
    outcome: 'quarantined',
    reason: 'processing_error',
    error: errorText(error),
  };
  return deps.db.begin(async (tx) => {
    const { intakeId } = await claimMail(tx, bare, null);
    return intakeId === null
      ? answerDuplicate(tx, mail, bare)
      : { status: 'accepted' as const, ...quarantined('processing_error') };
  });
}

async function fileBehindSavepoint(deps: FilingDeps, tx: Transaction, filing: Filing): Promise<Filed> {
  const { intakeId } = filing.claimed;
  try {
    return await tx.savepoint('filing', (inner) => file(inner, filing));
  } catch (error) {
    if (isTransient(error)) throw error;
    deps.log.error({ error, intakeId }, 'a message could not be filed; it is in quarantine');
    return quarantine(tx, intakeId, 'processing_error', errorText(error));
  }
}

/** Files a claimed mail by its decision, inside the caller's transaction. */
export function file(tx: Transaction, filing: Filing): Promise<Filed> {
  const { decision, mail, ...rest } = filing;
  if (decision.kind === 'request') {
    if (mail.person === null) throw new Error('cannot file a message without a sender into a request');
    return fileIntoRequest(tx, { ...rest, mail, decision }, mail.person);
  }
  if (decision.kind === 'bounce') return fileBounce(tx, { ...rest, mail, decision });
  return fileAutomatic(tx, { ...rest, mail, decision });
}

function quarantined(reason: string): Filed {
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}

function intakeFacts(mailbox: IntakeMailbox, mail: ReadMail, decision: Decision, at: Date): IntakeFacts {
  const { reading, handedOver, judged } = mail;
  const from = reading.ok ? reading.mail.from : reading.from;
  return {
    mailboxId: mailbox.id,
    handedOver,
    internetMessageId: reading.ok ? reading.mail.internetMessageId : reading.internetMessageId,
    // A mail without its body cannot be told from another with the same headers.
    contentHash: handedOver.raw === null ? null : reading.ok ? reading.mail.contentHash : reading.contentHash,
    fromAddress: from?.address ?? null,
    fromName: from?.name ?? null,
    subject: reading.ok ? reading.mail.subject : reading.subject,
    class: reading.ok ? judged.class : null,
    classReason: reading.ok ? judged.classReason : null,
    authenticity: reading.ok ? judged.authenticity : null,
    authenticityReason: reading.ok ? judged.authenticityReason : null,
    outcome: 'quarantined',
    reason: decision.kind === 'quarantine' ? decision.reason : 'processing_error',
    error: decision.kind === 'quarantine' ? decision.error : null,
    at,
  };
}
