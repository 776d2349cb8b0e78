import { json, type Fragment, type Queryable, type Transaction } from '../../platform/db/connect.ts';
import type { Field } from './field.ts';

type ValuePlace = Pick<Field, 'mailboxId' | 'key'>;

function hasValue(db: Queryable, { mailboxId, key }: ValuePlace): Fragment {
  // The first half is what the index is limited to.
  return db`requests.fields <> '{}' and requests.fields ? ${key}
    and ${mailboxId === null ? db`true` : db`requests.mailbox_id = ${mailboxId}`}`;
}

/** Locks the requests that have a value of a field. Before the field: whoever sets a value locks the request first. */
export async function lockRequestsWith(tx: Transaction, field: ValuePlace): Promise<void> {
  await tx`select id from requests where ${hasValue(tx, field)} order by id for update`;
}

export async function countRequestsWith(tx: Transaction, field: ValuePlace): Promise<number> {
  const [row] = await tx<{ total: number }[]>`
    select count(*) as total from requests where ${hasValue(tx, field)}`;
  return row?.total ?? 0;
}

/** How many requests have each of a choice's options, most first. */
export async function countOptionUses(
  tx: Transaction,
  field: ValuePlace,
): Promise<readonly { readonly option: string; readonly requests: number }[]> {
  return tx<{ option: string; requests: number }[]>`
    select value #>> '{}' as option, count(*) as requests
    from requests
    cross join lateral jsonb_path_query(requests.fields -> ${field.key}::text, 'lax $[*]') as value
    where ${hasValue(tx, field)}
    group by value
    order by requests desc, option`;
}

/** Takes every value of a field away; returns how many requests had one. */
export async function dropValues(tx: Transaction, field: ValuePlace, at: Date): Promise<number> {
  const rows = await tx`
    update requests
    set fields = fields - ${field.key}::text, updated_at = ${at}
    where ${hasValue(tx, field)}`;
  return rows.count;
}

/** Puts other options (null: none) in the place of some, in the order that the options have; returns in how many requests. */
export async function replaceOptions(
  tx: Transaction,
  field: Pick<Field, 'mailboxId' | 'key' | 'kind' | 'options'>,
  replace: Readonly<Record<string, string | null>>,
  at: Date,
): Promise<number> {
  const { key, options } = field;
  const replaced = tx`
    (select array_agg(distinct option)
    from (
      select case when ${json(tx, replace)}::jsonb ? given then ${json(tx, replace)}::jsonb ->> given else given end as option
      from (select value #>> '{}' as given from jsonb_path_query(fields -> ${key}::text, 'lax $[*]') as value) as old) as new
    where option is not null)`;
  const value =
    field.kind === 'one_of'
      ? tx`to_jsonb(after.chosen[1])`
      : tx`(select jsonb_agg(option order by array_position(${[...options]}::text[], option)) from unnest(after.chosen) as option)`;
  const rows = await tx`
    update requests
    set fields = case when after.chosen is null then requests.fields - ${key}::text
      else jsonb_set(requests.fields, array[${key}::text], ${value}) end, updated_at = ${at}
    from (select id, ${replaced} as chosen from requests where ${hasValue(tx, field)}) as after
    where after.id = requests.id
      and jsonb_path_query_array(requests.fields -> ${key}::text, 'lax $[*]') ?| ${Object.keys(replace)}::text[]`;
  return rows.count;
}
