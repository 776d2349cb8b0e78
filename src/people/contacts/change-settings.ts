import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import { changedFields } from '../history/changed-fields.ts';
import { recordEvent } from '../history/record-event.ts';
import type { ContactSettings } from './contact.ts';
import { findSettings, upsertSettings } from './queries.ts';

/** A contact as a mailbox sees one, and what caused the change, for the event. */
export type ContactAtMailbox = {
  readonly contactId: number;
  readonly mailboxId: number;
  readonly requestId?: number;
  readonly intakeId?: number;
  readonly at: Date;
};

/**
 * Sends all further messages of a contact to a mailbox into quarantine. This is the one way to block: closing with
 * `block`, discarding with `blockSender` and editing the contact all record `contact.blocked`. The caller has locked
 * the contact.
 */
export async function blockContact(tx: Transaction, actor: Actor, place: ContactAtMailbox): Promise<void> {
  await changeSettings(tx, actor, place, { blocked: true });
}

/** Changes what a contact is to a mailbox; what is absent stays, and what was so already leaves no event. */
export async function changeSettings(
  tx: Transaction,
  actor: Actor,
  place: ContactAtMailbox,
  wanted: { readonly [Field in keyof ContactSettings]?: ContactSettings[Field] | undefined },
): Promise<void> {
  const { contactId, mailboxId } = place;
  const before = await findSettings(tx, contactId, mailboxId);
  const after: ContactSettings = {
    blocked: wanted.blocked ?? before.blocked,
    trusted: wanted.trusted ?? before.trusted,
    language: wanted.language === undefined ? before.language : wanted.language,
  };
  const changed = changedFields(before, after);
  if (changed === null) return;
  if (before.blocked !== after.blocked) requirePermission(actor, 'contacts.block');
  await upsertSettings(tx, contactId, mailboxId, after);
  if (before.blocked !== after.blocked) {
    const type = after.blocked ? 'contact.blocked' : 'contact.unblocked';
    const old = { blocked: before.blocked };
    await recordEvent(tx, { ...place, type, actor, old, new: { blocked: after.blocked } });
  }
  const { blocked: _, ...others } = after;
  const edited = changedFields(before, others);
  if (edited !== null) await recordEvent(tx, { ...place, ...edited, type: 'contact.edited', actor });
}
