import type { Transaction } from '../../platform/db/connect.ts';
import { type Ending, ended, pipelined } from '../../platform/db/pipelined.ts';
import { errorText, isTransient, violates } from '../../platform/db/errors.ts';
import type { Deps } from '../../platform/deps.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { type Decision, decideIntake, type Filing } from './decide-intake.ts';
import { fileAutomatic } from './file-automatic.ts';
import { fileBounce } from './file-bounce.ts';
import { answerDuplicate } from './file-duplicate.ts';
import { askAbout, fileIntoRequest } from './file-into-request.ts';
import type { Filed, FilingResult } from './incoming-mail.ts';
import type { Person } from './person.ts';
import { claimMail, identityOf, type IntakeFacts, lockSender, originalOf } from './queries.ts';
import { readThread } from './thread-queries.ts';
import type { ReadMail } from './read-mail.ts';
import { NO_RULES, type RulesOnMail, withRules } from '../rules/matching/rules-on-mail.ts';
import { noteTrace, traced } from '../../platform/tracing/tracing.ts';
import { fileSent } from '../sent/file-sent.ts';

export type FilingDeps = Pick<Deps, 'db' | 'clock' | 'log'>;

/**
 * Files one message in one transaction, exactly once however often and however concurrently it is handed over. When it
 * resolves, the original is committed; what could not be filed is in quarantine with the error. Transient errors (a
 * lost connection, a full disk, a deadlock) roll everything back and are thrown, so that the message comes again.
 */
export async function fileMail(
  deps: FilingDeps,
  mailbox: IntakeMailbox,
  mail: ReadMail,
): Promise<FilingResult> {
  return traced(
    { name: 'file mail', kind: 'internal', attributes: { 'mailroom.mailbox.id': mailbox.id } },
    async () => {
      const filed = await fileOne(deps, mailbox, mail);
      noteTrace({ 'mailroom.status': filed.status });
      return filed;
    },
  );
}

async function fileOne(deps: FilingDeps, mailbox: IntakeMailbox, mail: ReadMail): Promise<FilingResult> {
  const at = deps.clock.now();
  const decision = decideIntake(mailbox, mail, at);
  const intake = intakeFacts(mailbox, mail, decision, at);
  const { person } = mail;
  try {
    const file = (rules: RulesOnMail) =>
      pipelined(deps.db, async (tx): Promise<Ending<FilingResult>> => {
        // Only a sender who may open a request becomes a contact: a forger or a robot leaves no row behind.
        if (decision.kind === 'request' && person !== null)
          return await filePersons(tx, { mailbox, mail, decision, rules }, person, intake);
        const intakeId = await claimMail(tx, intake, await originalOf(tx, mail.handedOver));
        if (intakeId === null) return ended(await answerDuplicate(tx, mail, intake));
        if (decision.kind === 'quarantine')
          return ended({ status: 'accepted', ...quarantineResult(decision.reason) });
        const claimed = { intakeId, contactId: null, at };
        return accepted(await fileClaimed(tx, { mailbox, mail, decision, claimed, rules }));
      });
    return await (decision.kind === 'quarantine' ? file(NO_RULES) : withRules(deps, mailbox, mail, file));
  } catch (error) {
    if (isTransient(error)) throw error;
    return keepUnfiled(deps, mail, intake, error);
  }
}

/** Files a person's message: the contact's lock stands in for the claim, and the intake row is written with its outcome. */
async function filePersons(
  tx: Transaction,
  filing: Omit<Filing<'request'>, 'claimed'>,
  person: Person,
  facts: IntakeFacts,
): Promise<Ending<FilingResult>> {
  const { at } = facts;
  const asked = askAbout(filing, person, at);
  const original = await originalOf(tx, filing.mail.handedOver);
  const contact = { email: person.address.address, name: person.address.name };
  // In one flight, and yet a statement of its own: it sees what was committed before the contact's lock was given.
  const [{ intakeId, contactId, contactName }, thread] = await Promise.all([
    lockSender(tx, facts, contact),
    readThread(tx, asked.question, identityOf(facts)),
  ]);
  if (thread.isKnown) return ended(await answerDuplicate(tx, filing.mail, facts));
  const stored = { email: contact.email, name: contactName ?? '' };
  const claimed = { intakeId, contactId, contact: stored, at, unwritten: { facts, original } };
  return accepted(await fileIntoRequest(tx, { ...filing, claimed }, asked, thread));
}

function accepted({ ending }: Ending<Filed>): Ending<FilingResult> {
  return { ending: ending.then((filed) => ({ status: 'accepted', ...filed })) };
}

/**
 * Stores a message whose claim failed with nothing but its id and original. Otherwise it would come again for ever and
 * fail each time.
 */
async function keepUnfiled(
  deps: FilingDeps,
  mail: ReadMail,
  intake: IntakeFacts,
  error: unknown,
): Promise<FilingResult> {
  // Handed over twice at once, as two people's: no contact's lock was between them.
  const isStored = violates(error, 'intake_source_id_key') || violates(error, 'intake_same_message_key');
  if (!isStored)
    deps.log.error(
      { error, sourceId: mail.handedOver.sourceId },
      'a message could not be filed; its original is in quarantine',
    );
  const failed = {
    ...intake,
    outcome: 'quarantined',
    reason: 'processing_error',
    error: errorText(error),
  } as const;
  const blank = {
    internetMessageId: null,
    contentHash: null,
    fromAddress: null,
    fromName: null,
    subject: null,
  };
  const keep = (facts: IntakeFacts): Promise<FilingResult> =>
    pipelined(deps.db, async (tx) => {
      const intakeId = await claimMail(tx, facts, await originalOf(tx, mail.handedOver));
      return ended(
        intakeId === null
          ? await answerDuplicate(tx, mail, facts)
          : { status: 'accepted', ...quarantineResult('processing_error') },
      );
    });
  try {
    return await keep(failed);
  } catch (again) {
    if (isTransient(again)) throw again;
    return keep({ ...failed, ...blank });
  }
}

/** Files a claimed message by its decision, inside the caller's transaction. */
export async function fileClaimed(tx: Transaction, filing: Filing): Promise<Ending<Filed>> {
  const { decision, mail, ...rest } = filing;
  if (decision.kind === 'request') {
    if (mail.person === null) throw new Error('cannot file a message without a sender into a request');
    const ofRequest = { ...rest, mail, decision };
    return fileIntoRequest(tx, ofRequest, askAbout(ofRequest, mail.person, rest.claimed.at));
  }
  if (decision.kind === 'sent') return ended(await fileSent(tx, { ...rest, mail, decision }));
  if (decision.kind === 'bounce') return ended(await fileBounce(tx, { ...rest, mail, decision }));
  return ended(await fileAutomatic(tx, { ...rest, mail, decision }));
}

function quarantineResult(reason: string): Filed {
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}

function intakeFacts(mailbox: IntakeMailbox, mail: ReadMail, decision: Decision, at: Date): IntakeFacts {
  const { reading, handedOver, judged } = mail;
  const from = reading.ok ? reading.mail.from : reading.from;
  return {
    mailboxId: mailbox.id,
    handedOver,
    internetMessageId: reading.ok ? reading.mail.internetMessageId : reading.internetMessageId,
    // Without its body a message cannot be distinguished from another with the same headers.
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
