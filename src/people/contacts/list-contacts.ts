import { readPlannedFresh } from '../../platform/db/read-planned-fresh.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import type { ContactSort } from './contact-sorts.ts';
import type { Contact } from './contact.ts';
import { type ContactFilters, countContactRows, listContactRows } from './queries.ts';

/** A page of the contacts that are known in the operator's mailboxes: by a request, or by a setting. */
export async function listContacts(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<ContactSort['field']> & { readonly filters: ContactFilters },
): Promise<Page<Contact> & Counted> {
  requirePermission(actor, 'contacts.read');
  const { filters } = input;
  return readPlannedFresh(deps.db, (tx) =>
    readPage(['contacts', filters], input, {
      rows: (range) => listContactRows(tx, actor.mailboxIds, filters, range),
      count: () => countContactRows(tx, actor.mailboxIds, filters),
    }),
  );
}
