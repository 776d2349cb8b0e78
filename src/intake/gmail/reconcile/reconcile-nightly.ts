import type { Deps } from '../../../platform/deps.ts';
import type { GoogleEndpoints } from '../google/endpoints.ts';
import { isRefusedGrant } from '../google/google-fault.ts';
import { listMailboxesWithAccess, noteReconciled, noteRefusedAccess } from '../google/nightly-access.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { reconcileMailbox } from './reconcile-mailbox.ts';

/** A week: what a relay that stood still over a long weekend left behind is found. */
const DAYS = 7;

/**
 * Files what is missing of the last week, in every mailbox whose Google credentials are stored. One that fails does not
 * stop the others; when Google refuses the credentials the admins are alerted once.
 */
export async function reconcileNightly(
  deps: ReconcileDeps & Pick<Deps, 'keyring'>,
  input: { readonly endpoints: GoogleEndpoints; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (const mailbox of await listMailboxesWithAccess(deps)) {
    input.signal?.throwIfAborted();
    try {
      const report = await reconcileMailbox(deps, {
        ...input,
        address: mailbox.address,
        days: DAYS,
        apply: true,
      });
      await noteReconciled(deps, mailbox);
      const { listed, mails, spam, trash } = report;
      const counts = { listed, missing: mails.length, spam: spam.length, trash: trash.length };
      deps.log.info({ mailboxId: mailbox.id, ...counts }, 'reconciled with Gmail');
    } catch (error) {
      input.signal?.throwIfAborted();
      deps.log.error({ error, mailboxId: mailbox.id }, 'could not reconcile with Gmail');
      if (isRefusedGrant(error)) await noteRefusedAccess(deps, mailbox);
    }
  }
}
