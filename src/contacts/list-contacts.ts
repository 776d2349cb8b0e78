import { readPlannedFresh } from '../db/read-planned-fresh.ts';
import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { type Page, pageOf } from '../http/lists/page.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import type { ContactSort } from './contact-sorts.ts';
import type { Contact } from './contact.ts';
import { type ContactFilters, countContactRows, listContactRows } from './queries.ts';

/** A page of the contacts that are known in the operator's mailboxes: by a request, or by a setting. */
export async function listContacts(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: {
    readonly filters: ContactFilters;
    readonly sort: ContactSort;
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly total: boolean;
  },
): Promise<Page<Contact> & { readonly total?: number }> {
  requirePermission(actor, 'contacts.read');
  const { filters, sort, limit, cursor } = input;
  const scope = JSON.stringify(['contacts', sort, filters]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  return readPlannedFresh(deps.db, async (tx) => {
    const [rows, total] = await Promise.all([
      listContactRows(tx, actor.mailboxIds, filters, { sort, after, limit: limit + 1 }),
      input.total ? countContactRows(tx, actor.mailboxIds, filters) : null,
    ]);
    const page = pageOf(rows, limit, scope, (row) => ({ value: row.sortValue, id: row.id }));
    return total === null ? page : { ...page, total };
  });
}
