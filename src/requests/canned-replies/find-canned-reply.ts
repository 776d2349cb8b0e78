import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { CannedReply } from './canned-reply.ts';
import type { CannedReplySort } from './canned-reply-sorts.ts';
import { type CannedFilters, countCannedRows, findCannedRow, listCannedRows } from './queries.ts';

/** One canned reply; `not_found` also when it is another operator's own or of a mailbox that is not served. */
export async function findCannedReply(
  deps: { readonly db: Queryable },
  actor: OperatorActor,
  cannedReplyId: number,
): Promise<CannedReply> {
  requirePermission(actor, 'requests.read');
  const canned = await findCannedRow(deps.db, actor, cannedReplyId);
  if (canned === null) throw notFound('canned reply', cannedReplyId);
  return canned;
}

/** A page of the operator's own canned replies, those of the mailboxes they serve, and the desk's. */
export async function listCannedReplies(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<CannedReplySort> & { readonly filters: CannedFilters },
): Promise<Page<CannedReply> & Counted> {
  requirePermission(actor, 'requests.read');
  const { filters } = input;
  return readPage(['canned replies', filters], input, {
    rows: (range) => listCannedRows(deps.db, actor, filters, range),
    count: () => countCannedRows(deps.db, actor, filters),
  });
}
