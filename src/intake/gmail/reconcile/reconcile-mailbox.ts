import type { Deps } from '../../../platform/deps.ts';
import { findRelayBegan } from '../../../mailboxes/relay-secrets/find-relay-began.ts';
import { findIntakeMailbox } from '../../../mailboxes/settings/find-intake-mailbox.ts';
import { openAccess } from '../google/access.ts';
import type { GoogleEndpoints } from '../google/endpoints.ts';
import { listFilterSearches } from '../google/list-filter-searches.ts';
import { findLabels } from '../google/place-labels.ts';
import { createMailReader } from '../google/read-mail.ts';
import { Problem } from '../../../platform/problems.ts';
import { reconcile, type Progress, type ReconcileDeps, type ReconcileReport } from './reconcile.ts';

export type ReconcileMailboxInput = {
  readonly address: string;
  readonly days: number;
  readonly apply: boolean;
  readonly endpoints: GoogleEndpoints;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
};

/**
 * Reconciles a mailbox with its Gmail account by the credentials that `relay install` stored; refuses a mailbox without
 * any. What Google refuses is thrown as the library has it.
 */
export async function reconcileMailbox(
  deps: ReconcileDeps & Pick<Deps, 'keyring'>,
  input: ReconcileMailboxInput,
): Promise<ReconcileReport> {
  const mailbox = await findIntakeMailbox(deps.db, input.address);
  if (mailbox === null) throw new Problem('not_found', `${input.address} is not a mailbox.`);
  const google = await openAccess(deps, mailbox.id, input.endpoints);
  if (google === null) {
    throw new Problem(
      'wrong_state',
      `No Google credentials are stored for ${mailbox.address}: relay install signs in and stores them.`,
    );
  }
  const labels = await findLabels(google.gmail);
  const filterSearches = labels.queue === '' ? [] : await listFilterSearches(google.gmail, labels.queue);
  const relayBegan = await findRelayBegan(deps, mailbox.id);
  const reader = createMailReader(google.gmail, { clock: deps.clock, signal: input.signal });
  return reconcile(deps, { ...input, mailbox, labels, filterSearches, relayBegan, reader });
}
