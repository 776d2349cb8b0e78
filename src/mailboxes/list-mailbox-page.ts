import type { Deps } from '../deps.ts';
import type { Page } from '../http/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../http/lists/read-page.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
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
