import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { AskedField } from './field.ts';

const askedColumns = (db: Queryable) => db`
  key, name, kind, options, help, needed_to_resolve, shown_to_contacts`;

const isSeen = (db: Queryable, { mailboxIds }: Pick<Viewer, 'mailboxIds'>): Fragment =>
  mailboxIds === null ? db`true` : db`(mailbox_id is null or mailbox_id = any(${[...mailboxIds]}::bigint[]))`;

/** What the requests of a mailbox are asked: the desk's fields, then its own. */
export async function listFieldsAsked(db: Queryable, mailboxId: number): Promise<readonly AskedField[]> {
  return db<AskedField[]>`
    select ${askedColumns(db)}
    from fields
    where mailbox_id is null or mailbox_id = ${mailboxId}
    order by mailbox_id nulls first, position, id`;
}

/** The same, which nobody changes until the transaction ends. */
export async function holdFieldsAsked(tx: Transaction, mailboxId: number): Promise<readonly AskedField[]> {
  return tx<AskedField[]>`
    select ${askedColumns(tx)}
    from fields
    where mailbox_id is null or mailbox_id = ${mailboxId}
    order by mailbox_id nulls first, position, id
    for share`;
}

/** The fields that a viewer can find requests by, one of each key. */
export async function listFieldsSeen(
  db: Queryable,
  viewer: Pick<Viewer, 'mailboxIds'>,
): Promise<readonly AskedField[]> {
  return db<AskedField[]>`
    select ${askedColumns(db)}
    from (
      select distinct on (key) *
      from fields
      where ${isSeen(db, viewer)}
      order by key, mailbox_id nulls first) as each_once
    order by mailbox_id nulls first, position, id`;
}

/** What fields with these keys a viewer can find requests by may have, also several of one key. */
export async function listFieldsNamed(
  db: Queryable,
  viewer: Pick<Viewer, 'mailboxIds'>,
  keys: readonly string[],
): Promise<readonly Pick<AskedField, 'key' | 'kind' | 'options'>[]> {
  return db<AskedField[]>`
    select key, kind, options
    from fields
    where key = any(${[...keys]}::text[]) and ${isSeen(db, viewer)}
    order by mailbox_id nulls first`;
}

/** The fields that a request needs to be resolved and has no value of. */
export async function listFieldsMissing(
  db: Queryable,
  requestId: number,
): Promise<readonly { readonly key: string; readonly name: string }[]> {
  return db<{ key: string; name: string }[]>`
    select fields.key, fields.name
    from requests
    join fields on fields.mailbox_id is null or fields.mailbox_id = requests.mailbox_id
    where requests.id = ${requestId} and fields.needed_to_resolve and not requests.fields ? fields.key
    order by fields.mailbox_id nulls first, fields.position, fields.id`;
}
