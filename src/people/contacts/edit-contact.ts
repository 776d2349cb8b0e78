import type { Deps } from '../../platform/deps.ts';
import { liftSuppression } from '../suppressions/lift-suppression.ts';
import { cleanLine, isLonger } from '../../mail/text.ts';
import type { OperatorActor } from '../access/actor.ts';
import { requirePermission, servesMailbox } from '../access/permissions.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { lockContact } from '../locks.ts';
import { changeSettings } from './change-settings.ts';
import type { ContactSettings } from './contact.ts';
import { listKnownMailboxIds } from '../operators/queries.ts';
import { findContactRow, markRenamed } from './queries.ts';

export type ContactChanges = {
  readonly name?: string | undefined;
  /** False lifts the suppression that a bounce caused: messages are sent to them again. */
  readonly suppressed?: false | undefined;
  readonly mailboxes?:
    | readonly ({ readonly mailboxId: number } & {
        readonly [Field in keyof ContactSettings]?: ContactSettings[Field] | undefined;
      })[]
    | undefined;
};

const NAME_LENGTH = 200;

/**
 * Renames a contact, and blocks, trusts or sets the language of one in mailboxes that the operator serves; fields left
 * out stay. A blocked contact's messages go to quarantine from the next one on.
 */
export async function editContact(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly contactId: number; readonly changes: ContactChanges },
): Promise<void> {
  requirePermission(actor, 'contacts.edit');
  const { contactId, changes } = input;
  const name = changes.name === undefined ? undefined : cleanLine(changes.name);
  if (name !== undefined && isLonger(name, NAME_LENGTH))
    throw invalidField('/name', `must have at most ${NAME_LENGTH} characters`);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const before = await lockContact(tx, contactId);
    if (before === null || (await findContactRow(tx, actor.mailboxIds, contactId)) === null) {
      throw notFound('contact', contactId);
    }
    await ensureServed(
      tx,
      actor,
      (changes.mailboxes ?? []).map((each) => each.mailboxId),
    );
    if (name !== undefined && name !== before.name) {
      await markRenamed(tx, contactId, name);
      await recordEvent(tx, {
        type: 'contact.renamed',
        actor,
        at,
        contactId,
        old: { name: before.name },
        new: { name },
      });
    }
    if (changes.suppressed === false && (await liftSuppression(tx, actor, before.email, at))) {
      await recordEvent(tx, {
        type: 'contact.unsuppressed',
        actor,
        at,
        contactId,
        old: { suppressed: true },
        new: { suppressed: false },
      });
    }
    for (const { mailboxId, ...wanted } of changes.mailboxes ?? []) {
      await changeSettings(tx, actor, { contactId, mailboxId, at }, wanted);
    }
  });
}

async function ensureServed(
  tx: Transaction,
  actor: OperatorActor,
  mailboxIds: readonly number[],
): Promise<void> {
  const known = new Set(await listKnownMailboxIds(tx, mailboxIds));
  const unknown = mailboxIds.findIndex((id) => !known.has(id) || !servesMailbox(actor, id));
  if (unknown >= 0) throw invalidField(`/mailboxes/${unknown}/mailboxId`, 'is not a mailbox that you serve');
}
