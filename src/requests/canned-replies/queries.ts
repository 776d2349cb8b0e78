import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { SearchTerm } from '../../platform/lists/search-terms.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { CannedReply } from './canned-reply.ts';
import { CANNED_REPLY_SORTS, type CannedReplySort } from './canned-reply-sorts.ts';

const cannedColumns = (db: Queryable) => db`
  k.id, case when k.operator_id is not null then 'own' when k.mailbox_id is not null then 'mailbox' else 'desk' end as scope,
  k.mailbox_id, m.address as mailbox_address, k.name, k.text, k.status, k.category, k.tags, k.created_at, k.updated_at`;

const cannedTables = (db: Queryable) => db`canned_replies k left join mailboxes m on m.id = k.mailbox_id`;

function isVisible(db: Queryable, { operatorId, mailboxIds }: Viewer): Fragment {
  const served = mailboxIds === null ? db`true` : db`k.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
  return db`(k.operator_id = ${operatorId} or (k.operator_id is null and (k.mailbox_id is null or ${served})))`;
}

export type CannedFilters = {
  readonly q?: readonly SearchTerm[] | undefined;
  /** Those that may be used in it. */
  readonly mailboxId?: number | undefined;
};

function conditions(db: Queryable, viewer: Viewer, filters: CannedFilters): Fragment {
  const found = [isVisible(db, viewer)];
  if (filters.mailboxId !== undefined) {
    found.push(db`(k.mailbox_id is null or k.mailbox_id = ${filters.mailboxId})`);
  }
  for (const term of filters.q ?? []) {
    const words = term.kind === 'request' ? String(term.id) : term.text;
    const prefix = term.kind !== 'request' && term.prefix;
    found.push(db`search_words(k.name || ' ' || k.text) @@ search_query(${words}, '', ${prefix})`);
  }
  return found.reduce((all, condition) => db`${all} and ${condition}`);
}

/** Canned replies that an operator sees, in the order asked for, from after a position on. */
export async function listCannedRows(
  db: Queryable,
  viewer: Viewer,
  filters: CannedFilters,
  page: PageRange<CannedReplySort>,
): Promise<(CannedReply & { readonly sortValue: string | null })[]> {
  const { sort } = page;
  const after = page.after === null ? db`` : db`and ${CANNED_REPLY_SORTS.isAfter(db, sort, page.after)}`;
  return db<(CannedReply & { readonly sortValue: string | null })[]>`
    select ${cannedColumns(db)}, ${CANNED_REPLY_SORTS.value(db, sort)} as sort_value
    from ${cannedTables(db)}
    where ${conditions(db, viewer, filters)} ${after}
    ${CANNED_REPLY_SORTS.orderBy(db, sort)}
    limit ${page.limit}`;
}

export async function countCannedRows(
  db: Queryable,
  viewer: Viewer,
  filters: CannedFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from canned_replies k where ${conditions(db, viewer, filters)}`;
  return row?.total ?? 0;
}

export async function findCannedRow(db: Queryable, viewer: Viewer, id: number): Promise<CannedReply | null> {
  const [row] = await db<CannedReply[]>`
    select ${cannedColumns(db)}
    from ${cannedTables(db)}
    where k.id = ${id} and ${isVisible(db, viewer)}`;
  return row ?? null;
}

/** Locks a canned reply that an operator sees, or returns null. */
export async function lockCanned(tx: Transaction, viewer: Viewer, id: number): Promise<CannedReply | null> {
  const [row] = await tx<CannedReply[]>`
    select ${cannedColumns(tx)}
    from ${cannedTables(tx)}
    where k.id = ${id} and ${isVisible(tx, viewer)}
    for update of k`;
  return row ?? null;
}

export async function insertCanned(
  tx: Transaction,
  canned: Omit<CannedReply, 'id' | 'scope' | 'mailboxAddress' | 'createdAt' | 'updatedAt'> & {
    readonly operatorId: number | null;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into canned_replies (operator_id, mailbox_id, name, text, status, category, tags, created_at, updated_at)
    values (${canned.operatorId}, ${canned.mailboxId}, ${canned.name}, ${canned.text}, ${canned.status}, ${canned.category},
      ${[...canned.tags]}::text[], ${canned.at}, ${canned.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a canned reply returned no row');
  return row.id;
}

export async function updateCanned(tx: Transaction, canned: CannedReply): Promise<void> {
  await tx`
    update canned_replies
    set name = ${canned.name}, text = ${canned.text}, status = ${canned.status}, category = ${canned.category},
      tags = ${[...canned.tags]}::text[], updated_at = ${canned.updatedAt}
    where id = ${canned.id}`;
}

export async function deleteCanned(tx: Transaction, id: number): Promise<void> {
  await tx`delete from canned_replies where id = ${id}`;
}
