import { givenFields } from '../../platform/given-fields.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockVisibleMailbox } from './lock-visible-mailbox.ts';
import { type MailboxSettings, markSettings } from './settings-queries.ts';

export type MailboxChange = { readonly [Name in keyof MailboxSettings]?: MailboxSettings[Name] | undefined };

/** Changes settings of a mailbox; those left out stay. They apply to messages filed and answers written from then on. */
export async function editMailbox(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly mailboxId: number; readonly change: MailboxChange },
): Promise<void> {
  requirePermission(actor, 'mailboxes.edit');
  const { mailboxId } = input;
  await deps.db.begin(async (tx) => {
    const { id: _, address: __, source: ___, ...old } = await lockVisibleMailbox(tx, actor, mailboxId);
    const settings: MailboxSettings = { ...old, ...givenFields(input.change) };
    const changed = changedFields(old, settings);
    if (changed === null) return;
    await markSettings(tx, mailboxId, settings);
    await recordEvent(tx, { type: 'mailbox.edited', actor, at: deps.clock.now(), mailboxId, ...changed });
  });
}
