import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { MailboxSort } from './mailbox-sorts.ts';
import { countMailboxes, listMailboxPageRows, type MailboxRow } from './queries.ts';

/** A page of the mailboxes that the operator serves. */
export async function listMailboxPage(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<MailboxSort>,
): Promise<Page<MailboxRow> & Counted> {
  requirePermission(actor, 'requests.read');
  return readPage(['mailboxes'], input, {
    rows: (range) => listMailboxPageRows(deps.db, actor.mailboxIds, range),
    count: () => countMailboxes(deps.db, actor.mailboxIds),
  });
}
