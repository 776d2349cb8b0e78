import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { Field } from './field.ts';
import { FIELD_SORTS, type FieldSort } from './field-sorts.ts';

const fieldColumns = (db: Queryable) => db`
  f.id, f.mailbox_id, m.address as mailbox_address, f.key, f.name, f.kind, f.options, f.position, f.help,
  f.needed_to_resolve, f.shown_to_contacts, f.created_at, f.updated_at`;

const fieldTables = (db: Queryable) => db`fields f left join mailboxes m on m.id = f.mailbox_id`;

type Eyes = Pick<Viewer, 'mailboxIds'>;

export type FieldFilters = {
  /** Those that its requests are asked. */
  readonly mailboxId?: number | undefined;
};

function conditions(db: Queryable, { mailboxIds }: Eyes, { mailboxId }: FieldFilters): Fragment {
  const served = mailboxIds === null ? db`true` : db`f.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
  const of = mailboxId === undefined ? db`true` : db`f.mailbox_id = ${mailboxId}`;
  return db`(f.mailbox_id is null or (${served} and ${of}))`;
}

/** Fields that an operator sees, in the order asked for, from after a position on. */
export async function listFieldRows(
  db: Queryable,
  viewer: Eyes,
  filters: FieldFilters,
  page: PageRange<FieldSort>,
): Promise<(Field & { readonly sortValue: string | null })[]> {
  const { sort } = page;
  const after = page.after === null ? db`` : db`and ${FIELD_SORTS.isAfter(db, sort, page.after)}`;
  return db<(Field & { readonly sortValue: string | null })[]>`
    select ${fieldColumns(db)}, ${FIELD_SORTS.value(db, sort)} as sort_value
    from ${fieldTables(db)}
    where ${conditions(db, viewer, filters)} ${after}
    ${FIELD_SORTS.orderBy(db, sort)}
    limit ${page.limit}`;
}

export async function countFieldRows(db: Queryable, viewer: Eyes, filters: FieldFilters): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from fields f where ${conditions(db, viewer, filters)}`;
  return row?.total ?? 0;
}

export async function findFieldRow(db: Queryable, viewer: Eyes, id: number): Promise<Field | null> {
  const [row] = await db<Field[]>`
    select ${fieldColumns(db)} from ${fieldTables(db)} where f.id = ${id} and ${conditions(db, viewer, {})}`;
  return row ?? null;
}

/** Keeps every other definition from changing, so that keys and places are compared with what stands; values may be set. */
export async function lockDefinitions(tx: Transaction): Promise<void> {
  await tx`lock table fields in share row exclusive mode`;
}

/** Keeps values of a field from being set until the transaction ends. */
export async function lockField(tx: Transaction, id: number): Promise<void> {
  await tx`select id from fields where id = ${id} for update`;
}

/** Whether a mailbox, or the desk, may not call a field so: because it, the desk or, for the desk, a mailbox has one. */
export async function isKeyTaken(tx: Transaction, mailboxId: number | null, key: string): Promise<boolean> {
  const rows = await tx`
    select from fields where key = ${key} and (mailbox_id is null or ${mailboxId}::bigint is null or mailbox_id = ${mailboxId})`;
  return rows.length > 0;
}

export async function countFieldsOf(tx: Transaction, mailboxId: number | null): Promise<number> {
  const [row] = await tx<{ total: number }[]>`
    select count(*) as total from fields where mailbox_id is not distinct from ${mailboxId}`;
  return row?.total ?? 0;
}

export async function insertField(
  tx: Transaction,
  field: Omit<Field, 'id' | 'mailboxAddress' | 'createdAt' | 'updatedAt'>,
  at: Date,
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into fields
      (mailbox_id, key, name, kind, options, position, help, needed_to_resolve, shown_to_contacts, created_at, updated_at)
    values (${field.mailboxId}, ${field.key}, ${field.name}, ${field.kind}, ${[...field.options]}::text[], ${field.position},
      ${field.help}, ${field.neededToResolve}, ${field.shownToContacts}, ${at}, ${at})
    returning id`;
  if (row === undefined) throw new Error('inserting a field returned no row');
  return row.id;
}

export async function updateField(tx: Transaction, field: Field): Promise<void> {
  await tx`
    update fields
    set name = ${field.name}, kind = ${field.kind}, options = ${[...field.options]}::text[], help = ${field.help},
      needed_to_resolve = ${field.neededToResolve}, shown_to_contacts = ${field.shownToContacts},
      updated_at = ${field.updatedAt}
    where id = ${field.id}`;
}

/** Puts a field at a place among its like, the others in their order around it. */
export async function placeField(tx: Transaction, field: Field, position: number): Promise<void> {
  await tx`
    update fields
    set position = placed.place
    from (
      select id, row_number() over (
        order by case when id = ${field.id} then ${position}::int * 2 - case when ${position}::int <= position then 1 else -1 end
          else position * 2 end, id) as place
      from fields
      where mailbox_id is not distinct from ${field.mailboxId}) as placed
    where placed.id = fields.id and fields.position <> placed.place`;
}

export async function deleteField(tx: Transaction, id: number): Promise<void> {
  await tx`delete from fields where id = ${id}`;
}
