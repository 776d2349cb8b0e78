import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { SearchTerm } from '../../platform/lists/search-terms.ts';
import { isOfMailboxes } from '../suppressions/queries.ts';
import { CONTACT_SORTS, type ContactSort } from './contact-sorts.ts';
import type { Contact, ContactSettings } from './contact.ts';

export type ContactFilters = {
  readonly q?: readonly SearchTerm[] | undefined;
  readonly mailboxId?: readonly number[] | undefined;
};

const contactColumns = (db: Queryable, mailboxIds: readonly number[] | null) => db`
  c.id, c.email, c.name, c.created_at,
  (select json_build_object('source', source, 'reason', reason, 'since', since, 'until', until)
    from suppressed_addresses
    where address = lower(c.email) and ${isOfMailboxes(db, mailboxIds)}) as suppression,
  (select coalesce(json_agg(json_build_object('mailboxId', place.mailbox_id, 'blocked', coalesce(s.blocked, false),
      'trusted', coalesce(s.trusted, false), 'language', s.language, 'requestCount', coalesce(counted.every, 0),
      'openRequestCount', coalesce(counted.open, 0)) order by place.mailbox_id), '[]')
    from (
      select mailbox_id from requests where contact_id = c.id
      union
      select mailbox_id from contact_settings where contact_id = c.id) place
    left join contact_settings s on s.contact_id = c.id and s.mailbox_id = place.mailbox_id
    left join lateral (
      select count(*) as every, count(*) filter (where status <> 'closed') as open
      from requests
      where contact_id = c.id and mailbox_id = place.mailbox_id) counted on true
    where ${mailboxIds === null ? db`true` : db`place.mailbox_id = any(${[...mailboxIds]}::bigint[])`}) as mailboxes`;

export type ListedContact = Contact & { readonly sortValue: string | null };

/** Contacts known in the mailboxes (null: on the desk) that pass the filters, in the order asked for, after a position. */
export async function listContactRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: ContactFilters,
  page: PageRange<ContactSort['field']>,
): Promise<ListedContact[]> {
  const after = page.after === null ? db`` : db`and ${CONTACT_SORTS.isAfter(db, page.sort, page.after)}`;
  const order = CONTACT_SORTS.orderBy(db, page.sort);
  return db<ListedContact[]>`
    select ${contactColumns(db, mailboxIds)}, ${CONTACT_SORTS.value(db, page.sort)} as sort_value
    from (
      select c.*
      from contacts c
      where ${conditions(db, mailboxIds, filters)} ${after}
      ${order}
      limit ${page.limit}) c
    ${order}`;
}

export async function countContactRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: ContactFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from contacts c where ${conditions(db, mailboxIds, filters)}`;
  return row?.total ?? 0;
}

/** One contact known in the mailboxes, or null. */
export async function findContactRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  contactId: number,
): Promise<Contact | null> {
  const [row] = await db<Contact[]>`
    select ${contactColumns(db, mailboxIds)}
    from contacts c
    where c.id = ${contactId} and ${conditions(db, mailboxIds, {})}`;
  return row ?? null;
}

/** The id of the contact with an address in its stored form, or null. */
export async function findContactId(db: Queryable, email: string): Promise<number | null> {
  const [row] = await db<{ id: number }[]>`select id from contacts where email = ${email}`;
  return row?.id ?? null;
}

function conditions(db: Queryable, mailboxIds: readonly number[] | null, filters: ContactFilters): Fragment {
  const found: Fragment[] = [db`true`];
  if (mailboxIds !== null) found.push(isKnownIn(db, mailboxIds));
  // Of a mailbox that one does not serve not even this may be learnt: that it knows somebody.
  const asked = filters.mailboxId?.filter((id) => mailboxIds === null || mailboxIds.includes(id));
  if (asked !== undefined) found.push(isKnownIn(db, asked));
  for (const term of filters.q ?? []) {
    if (term.kind === 'request') {
      const seen = mailboxIds === null ? db`` : db`and mailbox_id = any(${[...mailboxIds]}::bigint[])`;
      found.push(db`c.id = (select contact_id from requests where requests.id = ${term.id} ${seen})`);
    } else
      found.push(
        db`search_words(c.name || ' ' || c.email) @@ search_query(${term.text}, '', ${term.prefix})`,
      );
  }
  return found.reduce((all, condition) => db`${all} and ${condition}`);
}

function isKnownIn(db: Queryable, mailboxIds: readonly number[]): Fragment {
  const ids = [...mailboxIds];
  return db`(
    exists (select from requests where contact_id = c.id and mailbox_id = any(${ids}::bigint[]))
    or exists (select from contact_settings where contact_id = c.id and mailbox_id = any(${ids}::bigint[])))`;
}

export async function markRenamed(tx: Transaction, contactId: number, name: string): Promise<void> {
  await tx`update contacts set name = ${name} where id = ${contactId}`;
}

/** What a contact is to a mailbox; the defaults if nothing was ever set. */
export async function findSettings(
  tx: Queryable,
  contactId: number,
  mailboxId: number,
): Promise<ContactSettings> {
  const [row] = await tx<ContactSettings[]>`
    select blocked, trusted, language
    from contact_settings
    where contact_id = ${contactId} and mailbox_id = ${mailboxId}`;
  return row ?? { blocked: false, trusted: false, language: null };
}

export async function upsertSettings(
  tx: Queryable,
  contactId: number,
  mailboxId: number,
  settings: ContactSettings,
): Promise<void> {
  await tx`
    insert into contact_settings (contact_id, mailbox_id, blocked, trusted, language)
    values (${contactId}, ${mailboxId}, ${settings.blocked}, ${settings.trusted}, ${settings.language})
    on conflict (contact_id, mailbox_id) do update
    set blocked = excluded.blocked, trusted = excluded.trusted, language = excluded.language`;
}
