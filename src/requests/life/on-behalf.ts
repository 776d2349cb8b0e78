import { lockContactByEmail } from '../../people/locks.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { givenFields } from '../../platform/given-fields.ts';
import { noteSuppressed } from '../../outbox/bounces/note-suppressed.ts';
import { queueMail } from '../../outbox/deliveries/queue-mail.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { recipientAddress } from '../../mail/headers/recipient-address.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findSignature } from '../../people/operators/signature.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { findOutgoingContext } from '../../outbox/writing/find-outgoing-context.ts';
import { mailAbout, signatureBelow } from '../../outbox/writing/outgoing-context.ts';
import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';
import { cleanTags } from '../request/edit-request.ts';
import { findOwnAddresses } from '../../mailboxes/settings/find-own-addresses.ts';
import { insertParticipants } from '../request/queries.ts';
import { openRequest } from './opening.ts';
import { mailboxExists } from './queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { changeValues } from '../fields/change-values.ts';
import type { FieldChanges } from '../fields/field.ts';
import type { Priority } from '../request.ts';
import { writeNote } from '../messages/write-note.ts';

export type OnBehalf = {
  readonly mailboxId: number;
  readonly contact: { readonly email: string; readonly name?: string | undefined };
  readonly subject: string;
  readonly text: string;
  /** Sanitised by the caller; made from the text when absent. */
  readonly html?: string | undefined;
  readonly cc?: readonly string[] | undefined;
  /** Whether the text is sent to the contact; otherwise it is a note, of a telephone call for instance. */
  readonly send: boolean;
  readonly priority?: Priority | undefined;
  readonly category?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly fields?: FieldChanges | undefined;
  readonly idempotency?: Idempotency | null;
};

/**
 * Opens a request on behalf of a contact, in progress with the operator, and queues its first message to them or stores
 * its text as a note. The contact is locked first: a message of theirs at the same moment either joins it or came
 * before.
 */
export async function openOnBehalf(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  opening: OnBehalf,
): Promise<{ readonly requestId: number }> {
  requirePermission(actor, 'requests.open');
  const checked = { ...opening, ...checkedPeople(opening), ...checkedWords(opening) };
  const at = deps.clock.now();
  const requestId = await deps.db.begin((tx) =>
    once(tx, { call: opening.idempotency, now: at }, () => openChecked(tx, actor, checked, at)),
  );
  if (opening.send) deps.wakeDeliveries();
  return { requestId };
}

type Checked = OnBehalf & ReturnType<typeof checkedPeople> & ReturnType<typeof checkedWords>;

async function openChecked(
  tx: Transaction,
  actor: OperatorActor,
  checked: Checked,
  at: Date,
): Promise<number> {
  const { mailboxId, email, name, cc, subject } = checked;
  if (!servesMailbox(actor, mailboxId) || !(await mailboxExists(tx, mailboxId))) {
    throw invalidField('/mailboxId', 'is not a mailbox');
  }
  await ensureNotOurs(tx, email, cc);
  const contactId = await lockContactByEmail(tx, { email, name }, at);
  const assigneeId = actor.operatorId;
  const { category, tags } = checked;
  const { priority } = checked;
  const fields = await changeValues(tx, mailboxId, { before: {}, changes: checked.fields ?? {} });
  const details = { subject, priority, category, tags, fields };
  const id = await openRequest(tx, { mailboxId, contactId, assigneeId, ...details, at });
  const about = { actor, at, mailboxId, requestId: id, contactId };
  const given = givenFields({ priority, category: category ?? undefined });
  const opened = { status: 'in_progress', assigneeId, subject, ...given, onBehalf: true };
  await recordEvent(tx, { ...about, type: 'request.opened', new: opened });
  if (checked.send) {
    const sent = await queueFirstMail(tx, actor, id, { ...checked, at });
    await recordEvent(tx, { ...about, ...sent, type: 'message.sent' });
  } else {
    await writeNote(tx, actor, { id, mailboxId }, { text: checked.text, at });
  }
  return id;
}

function checkedPeople(opening: OnBehalf): { email: string; name: string; cc: string[] } {
  const email = recipientAddress(opening.contact.email.trim());
  if (email === null) throw invalidField('/contact/email', 'is not an email address');
  const copies = (opening.cc ?? []).map((value, index) => {
    const address = recipientAddress(value.trim());
    if (address === null) throw invalidField(`/cc/${index}`, 'is not an email address');
    return address;
  });
  if (copies.length > 0 && !opening.send)
    throw invalidField('/cc', 'applies to an email only; a note is sent to nobody');
  return {
    email,
    name: cleanLine(opening.contact.name ?? ''),
    cc: [...new Set(copies)].filter((address) => address !== email),
  };
}

function checkedWords(opening: OnBehalf): { subject: string; category: string | null; tags: string[] } {
  const subject = cleanLine(opening.subject);
  if (subject === '') throw invalidField('/subject', 'must not be blank');
  const given = opening.category ?? null;
  const category = given === null ? null : cleanLine(given);
  if (category === '') throw invalidField('/category', 'must not be blank');
  return { subject, category, tags: cleanTags(opening.tags ?? []) };
}

async function ensureNotOurs(tx: Transaction, email: string, cc: readonly string[]): Promise<void> {
  const isOurs = await findOwnAddresses(tx);
  if (isOurs(email)) throw invalidField('/contact/email', 'is an address of this desk');
  const own = cc.filter(isOurs);
  if (own.length > 0) throw invalidField('/cc', `${own.join(', ')}: an address of this desk; leave it out`);
}

async function queueFirstMail(
  tx: Transaction,
  actor: OperatorActor,
  requestId: number,
  mail: {
    readonly subject: string;
    readonly text: string;
    readonly html?: string | undefined;
    readonly cc: readonly string[];
    readonly at: Date;
  },
): Promise<{ messageId: number; deliveryId: number }> {
  const { at } = mail;
  const context = await findOutgoingContext(tx, requestId);
  const cc = mail.cc.map((address) => ({ name: '', address }));
  await insertParticipants(tx, requestId, cc, at);
  const first = mailAbout(context, {
    kind: 'reply',
    authorOperatorId: actor.operatorId,
    to: [{ name: context.contact.name, address: context.contact.email }],
    cc,
    subject: mail.subject,
    text: mail.text,
    html: mail.html ?? htmlOfText(mail.text),
    signature: signatureBelow(context, await findSignature(tx, actor.operatorId)),
    at,
  });
  const queued = await queueMail(tx, first);
  await noteSuppressed(tx, { requestId, mailboxId: context.mailbox.id, at }, queued);
  return { messageId: queued.messageId, deliveryId: queued.deliveryId };
}
