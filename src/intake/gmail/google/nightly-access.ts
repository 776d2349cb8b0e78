import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { Deps } from '../../../platform/deps.ts';
import { listMailboxesWithAccess as listRows, markAccessRefused, markReconciled } from './queries.ts';

type AccessibleMailbox = { readonly id: number; readonly address: string };

/** The mailboxes whose Google credentials are stored. */
export async function listMailboxesWithAccess(deps: Pick<Deps, 'db'>): Promise<readonly AccessibleMailbox[]> {
  return listRows(deps.db);
}

/** Records that a mailbox was compared with Gmail, and that the credentials work. */
export async function noteReconciled(
  deps: Pick<Deps, 'db' | 'clock'>,
  mailbox: AccessibleMailbox,
): Promise<void> {
  await markReconciled(deps.db, mailbox.id, deps.clock.now());
}

/** Records that Google refuses a mailbox's credentials, and alerts the admins the first time. */
export async function noteRefusedAccess(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  mailbox: AccessibleMailbox,
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    if (!(await markAccessRefused(tx, mailbox.id, at))) return;
    await raiseAlarm(tx, deps.log, {
      mailboxId: mailbox.id,
      kind: 'google_access_lost',
      at,
      subject: `Mailroom can no longer compare ${mailbox.address} with Gmail`,
      text: `Google refuses the permission that was stored for ${mailbox.address}. Mail still comes in through the relay; the nightly
look for mail that it missed does not happen.

The permission was withdrawn, the password changed, or your OAuth client is still in "Testing", where Google ends every
permission after seven days: publish it ("In production") in the Google Cloud console.

Then sign in again:
npx mailroom relay install --mailbox ${mailbox.address} --sign-in
`,
    });
  });
}
