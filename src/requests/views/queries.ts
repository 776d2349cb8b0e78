import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { violates } from '../../platform/db/errors.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { Problem } from '../../platform/problems.ts';
import { excludedFrom, type RequestFilters, requestConditions } from '../lists/filter-queries.ts';
import type { View } from './view.ts';
import { VIEW_SORTS, type ViewSort } from './view-sorts.ts';

const viewColumns = (db: Queryable) => db`
  v.id, v.name, v.query, v.shared, v.operator_id as owner_id, o.name as owner_name, v.created_at, v.updated_at`;

const viewTables = (db: Queryable) => db`views v join operators o on o.id = v.operator_id`;

const isVisible = (db: Queryable, operatorId: number) => db`(v.operator_id = ${operatorId} or v.shared)`;

/** An operator's own views and the shared ones, in the order asked for, from after a position on. */
export async function listViewRows(
  db: Queryable,
  operatorId: number,
  page: PageRange<ViewSort>,
): Promise<(View & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${VIEW_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(View & { readonly sortValue: string | null })[]>`
    select ${viewColumns(db)}, ${VIEW_SORTS.value(db, page.sort)} as sort_value
    from ${viewTables(db)}
    where ${isVisible(db, operatorId)} ${after}
    ${VIEW_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countViewRows(db: Queryable, operatorId: number): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from views v where ${isVisible(db, operatorId)}`;
  return row?.total ?? 0;
}

/** Those of the views that an operator sees. */
export async function listViewsById(
  db: Queryable,
  operatorId: number,
  ids: readonly number[],
): Promise<View[]> {
  return db<View[]>`
    select ${viewColumns(db)}
    from ${viewTables(db)}
    where v.id = any(${[...ids]}::bigint[]) and ${isVisible(db, operatorId)}
    order by v.id`;
}

/** Locks a view that an operator sees, or returns null. */
export async function lockView(tx: Transaction, operatorId: number, id: number): Promise<View | null> {
  const [row] = await tx<View[]>`
    select ${viewColumns(tx)}
    from ${viewTables(tx)}
    where v.id = ${id} and ${isVisible(tx, operatorId)}
    for update of v`;
  return row ?? null;
}

export async function insertView(
  tx: Transaction,
  view: Pick<View, 'name' | 'query' | 'shared' | 'ownerId'> & { readonly at: Date },
): Promise<number> {
  try {
    const [row] = await tx<{ id: number }[]>`
      insert into views (operator_id, name, query, shared, created_at, updated_at)
      values (${view.ownerId}, ${view.name}, ${view.query}, ${view.shared}, ${view.at}, ${view.at})
      returning id`;
    if (row === undefined) throw new Error('inserting a view returned no row');
    return row.id;
  } catch (error) {
    throw renamed(error, view.name);
  }
}

export async function updateView(tx: Transaction, view: View, at: Date): Promise<void> {
  try {
    await tx`
      update views
      set name = ${view.name}, query = ${view.query}, shared = ${view.shared}, updated_at = ${at}
      where id = ${view.id}`;
  } catch (error) {
    throw renamed(error, view.name);
  }
}

export async function deleteView(tx: Transaction, id: number): Promise<void> {
  await tx`delete from views where id = ${id}`;
}

function renamed(error: unknown, name: string): unknown {
  if (!violates(error, 'views_name_key')) return error;
  return new Problem('already_exists', `There is a view called ${name} already.`, {
    errors: [{ pointer: '/name', detail: 'is the name of another view of the same operator' }],
  });
}

/** So many requests are asked for words that they must not have, each of which takes some four microseconds. */
const MOST_ASKED = 10_000;

/**
 * How many requests in the viewer's mailboxes pass the filters, counting no further than to a number, nor among more than are asked
 * for words that they must not have; `capped`: there are more, or may be.
 */
export async function countRequestRowsUpTo(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  most: number,
): Promise<{ readonly count: number; readonly capped: boolean }> {
  const split = excludedFrom(filters);
  const each = db`select r.id from requests r where ${requestConditions(db, viewer, split?.others ?? filters)}`;
  const fitting =
    split === null
      ? each
      : db`
        select
        from (${each} limit ${MOST_ASKED}) r
        where ${requestConditions(db, { ...viewer, mailboxIds: null }, split.excluded)}`;
  const isCut = split === null ? db`false` : db`exists (${each} offset ${MOST_ASKED})`;
  const [row] = await db<{ total: number; isCut: boolean }[]>`
    select (select count(*) from (${fitting} limit ${most + 1}) counted) as total, ${isCut} as is_cut`;
  const { total, isCut: isCapped } = row ?? { total: 0, isCut: false };
  return { count: Math.min(total, most), capped: isCapped || total > most };
}
