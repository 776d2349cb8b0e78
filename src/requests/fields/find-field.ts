import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import { mailboxExists } from '../life/queries.ts';
import type { AskedField, Field } from './field.ts';
import type { FieldSort } from './field-sorts.ts';
import { countFieldRows, type FieldFilters, findFieldRow, listFieldRows } from './queries.ts';
import { listFieldsAsked, listFieldsSeen } from './value-queries.ts';

/** One field; `not_found` also when it is of a mailbox that is not served. */
export async function findField(
  deps: { readonly db: Queryable },
  actor: OperatorActor,
  fieldId: number,
): Promise<Field> {
  requirePermission(actor, 'fields.read');
  const field = await findFieldRow(deps.db, actor, fieldId);
  if (field === null) throw notFound('field', fieldId);
  return field;
}

/** A page of the fields of the mailboxes that the operator serves, and the desk's. */
export async function listFields(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<FieldSort> & { readonly filters: FieldFilters },
): Promise<Page<Field> & Counted> {
  requirePermission(actor, 'fields.read');
  const { filters } = input;
  return readPage(['fields', filters], input, {
    rows: (range) => listFieldRows(deps.db, actor, filters, range),
    count: () => countFieldRows(deps.db, actor, filters),
  });
}

/** What the requests of a mailbox are asked, in order: the desk's fields, then its own. */
export async function listAskedFields(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  mailboxId: number,
): Promise<readonly AskedField[]> {
  requirePermission(actor, 'fields.read');
  return servesMailbox(actor, mailboxId) ? listFieldsAsked(deps.db, mailboxId) : [];
}

/** What contacts are asked, and shown, of the requests of a mailbox. */
export async function listShownFields(
  { db }: { readonly db: Queryable },
  mailboxId: number,
): Promise<readonly AskedField[]> {
  return (await listFieldsAsked(db, mailboxId)).filter(({ shownToContacts }) => shownToContacts);
}

/** What the operator can find requests by, one of each key. */
export async function listSeenFields(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
): Promise<readonly AskedField[]> {
  requirePermission(actor, 'fields.read');
  return listFieldsSeen(deps.db, actor);
}

/** Refuses a mailbox that does not exist for the operator. */
export async function ensureMailboxThere(
  deps: { readonly db: Queryable },
  actor: OperatorActor,
  mailboxId: number,
): Promise<void> {
  if (servesMailbox(actor, mailboxId) && (await mailboxExists(deps.db, mailboxId))) return;
  throw notFound('mailbox', mailboxId);
}
