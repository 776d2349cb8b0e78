import type { Queryable, Transaction } from '../platform/db/connect.ts';

// requests/locks.ts has the lock order of the whole desk: a contact comes before any of their requests.

/** Locks a contact and returns their name and address; null if there is no such contact. */
export async function lockContact(
  tx: Transaction,
  contactId: number,
): Promise<{ name: string; email: string } | null> {
  const [row] = await tx<{ name: string; email: string }[]>`
    select name, email
    from contacts
    where id = ${contactId}
    for no key update`;
  return row ?? null;
}

/** Finds or makes the contact with an address and locks them; a name is filled in, never changed. */
export async function lockContactByEmail(
  tx: Queryable,
  contact: { readonly email: string; readonly name: string },
  at: Date,
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into contacts (email, name, created_at)
    values (${contact.email}, ${contact.name}, ${at})
    on conflict (email) do update
    set name = case when contacts.name = '' then excluded.name else contacts.name end
    returning id`;
  if (row === undefined) throw new Error('locking a contact returned no row');
  return row.id;
}
