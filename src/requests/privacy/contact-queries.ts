import type { Fragment, Queryable } from '../../platform/db/connect.ts';

export type PrivateContact = { readonly id: number; readonly email: string };

/** The messages of a contact, as `id` and `request_id`: what they wrote, and what answered by itself from their address. */
export function messagesBy(db: Queryable, contact: PrivateContact): Fragment {
  return db`
    select id, request_id from messages where author_contact_id = ${contact.id}
    union all
    select m.id, m.request_id
    from intake i
    join messages m on m.intake_id = i.id
    where i.from_address = ${contact.email} and m.author_contact_id is null`;
}

/** The requests of a contact, and of others those in which they have written or are taking part. */
export async function listRequestsAbout(
  tx: Queryable,
  contact: PrivateContact,
): Promise<{ id: number; own: boolean }[]> {
  return tx<{ id: number; own: boolean }[]>`
    select id, contact_id = ${contact.id} as own
    from requests
    where contact_id = ${contact.id}
      or id in (select request_id from (${messagesBy(tx, contact)}) as by_them)
      or id in (select request_id from participants where email = ${contact.email})
    order by id`;
}

/** Of a request that is not the contact's own, the messages that are theirs. */
export async function listMessagesBy(
  tx: Queryable,
  contact: PrivateContact,
  requestId: number,
): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    select id from (${messagesBy(tx, contact)}) as by_them where request_id = ${requestId}`;
  return rows.map((row) => row.id);
}
