import type { Transaction } from '../../platform/db/connect.ts';
import { errorText, isTransient } from '../../platform/db/errors.ts';
import type { Deps } from '../../platform/deps.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { Claimed, ReadMail } from './read-mail.ts';
import { completeOversize } from './complete-oversize.ts';
import { type Decision, decideIntake } from './decide-intake.ts';
import { fileAutomatic } from './file-automatic.ts';
import { fileBounce } from './file-bounce.ts';
import { letterOf } from './letter.ts';
import { fileIntoRequest } from './file-into-request.ts';
import type { Filed, Outcome } from './incoming-mail.ts';
import { claimMail, findKnownIntake, type IntakeFacts, settleIntake } from './queries.ts';

export type FilingResult = Filed & { readonly status: 'accepted' | 'duplicate' };

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
  const sender = decision.kind === 'request' ? mail.sender : null;
  const contact = sender === null ? null : { email: sender.address.address, name: sender.address.name };

  const filing = deps.db.begin(async (tx): Promise<FilingResult> => {
    const claim = await claimMail(tx, intake, contact);
    if (claim.intakeId === null) return duplicate(tx, mailbox, mail, intake);
    if (decision.kind === 'quarantine') {
      return { status: 'accepted', ...quarantined(decision.reason) };
    }
    const claimed = { intakeId: claim.intakeId, contactId: claim.contactId, at };
    return { status: 'accepted', ...(await fileBehindSavepoint(deps, tx, mailbox, mail, decision, claimed)) };
  });
  return filing.catch((error: unknown) => {
    if (isTransient(error)) throw error;
    return keepUnclaimable(deps, mailbox, mail, intake, error);
  });
}

/**
 * Stores a mail whose claim itself failed, by nothing but its id and original: without this it would come again for ever,
 * and fail each time.
 */
async function keepUnclaimable(
  deps: FilingDeps,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  intake: IntakeFacts,
  error: unknown,
): Promise<FilingResult> {
  deps.log.error(
    { error, sourceId: mail.handedOver.sourceId },
    'a mail could not be claimed; its original is in quarantine',
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
      ? duplicate(tx, mailbox, mail, bare)
      : { status: 'accepted' as const, ...quarantined('processing_error') };
  });
}

async function fileBehindSavepoint(
  deps: FilingDeps,
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  decision: Exclude<Decision, { kind: 'quarantine' }>,
  claimed: Claimed,
): Promise<Filed> {
  try {
    return await tx.savepoint('filing', (inner) => file(inner, mailbox, mail, decision, claimed));
  } catch (error) {
    if (isTransient(error)) throw error;
    deps.log.error({ error, intakeId: claimed.intakeId }, 'a mail could not be filed; it is in quarantine');
    await settleIntake(tx, claimed.intakeId, {
      outcome: 'quarantined',
      reason: 'processing_error',
      error: errorText(error),
      requestId: null,
    });
    return quarantined('processing_error');
  }
}

/** Files a claimed mail by its decision, inside the caller's transaction. */
export function file(
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  decision: Exclude<Decision, { kind: 'quarantine' }>,
  claimed: Claimed,
): Promise<Filed> {
  if (decision.kind === 'request') {
    const { contactId } = claimed;
    if (contactId === null || mail.sender === null)
      throw new Error('a mail without a sender was to join requests');
    return fileIntoRequest(tx, mailbox, letterOf(mailbox, mail, mail.sender), decision, {
      ...claimed,
      contactId,
    });
  }
  if (decision.kind === 'bounce') return fileBounce(tx, mailbox, mail, claimed);
  return fileAutomatic(tx, mailbox, mail, decision, claimed);
}

function quarantined(reason: string): Filed {
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}

async function duplicate(
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  intake: IntakeFacts,
): Promise<FilingResult> {
  const known = await findKnownIntake(tx, {
    mailboxId: mailbox.id,
    sourceId: mail.handedOver.sourceId,
    internetMessageId: intake.internetMessageId,
    contentHash: intake.contentHash,
  });
  if (known === null) throw new Error('a claimed mail is gone: the same mail has to be handed over again');
  if (known.sameMail && known.oversize && mail.handedOver.raw !== null) {
    const read = mail.reading.ok ? mail.reading.mail : null;
    await completeOversize(tx, known, mail.handedOver.raw, read, intake.at);
  }
  return {
    status: 'duplicate',
    outcome: wireOutcome(known.outcome),
    requestId: known.requestId,
    reason: known.sameMail ? null : 'same_message',
    matchedBy: null,
    queuedDelivery: false,
  };
}

// A discarded or erased mail stays handed over: the relay has nothing more to do with it.
function wireOutcome(outcome: Outcome | 'discarded' | 'erased'): Outcome {
  return outcome === 'discarded' || outcome === 'erased' ? 'quarantined' : outcome;
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
