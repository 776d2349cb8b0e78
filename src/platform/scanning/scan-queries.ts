import { KEPT_TABLES, type KeptFile } from '../bucket/kept-tables.ts';
import { originalSize } from '../bucket/original-size.ts';
import type { Fragment, Queryable } from '../db/connect.ts';

/** Files that come from outside; drafts are the operators' own. */
export type ScannedKind = Exclude<KeptFile['what'], 'draftFile'>;

export async function markScanned(
  db: Queryable,
  { what, id }: KeptFile,
  { scan, reason, at }: { readonly scan: string; readonly reason: string | null; readonly at: Date },
): Promise<void> {
  await db`
    update ${db(KEPT_TABLES[what].table)}
    set scan = ${scan}, scan_reason = ${reason}, scanned_at = ${at}
    where id = ${id}`;
}

/** Up to which id the files of a kind have been looked at; what was there before there was a scanner counts as looked at. */
export async function findScannedTo(db: Queryable, what: ScannedKind): Promise<number> {
  const [mark] = await db<{ scannedTo: number }[]>`select scanned_to from scan_marks where what = ${what}`;
  if (mark !== undefined) return mark.scannedTo;
  await db`
    insert into scan_marks (what, scanned_to)
    select ${what}, coalesce(max(id), 0) from ${db(KEPT_TABLES[what].table)}
    on conflict (what) do nothing`;
  return findScannedTo(db, what);
}

export async function moveScannedTo(db: Queryable, what: ScannedKind, before: Date): Promise<void> {
  const { table } = KEPT_TABLES[what];
  const time = what === 'original' ? db`received_at` : db`created_at`;
  // A row that commits late has a smaller id than those after it; its transaction is long over by then. An idle desk writes nothing.
  await db`
    update scan_marks
    set scanned_to = settled.id
    from (
      select max(id) as id
      from ${db(table)}
      where id > (select scanned_to from scan_marks where what = ${what}) and ${time} < ${before}) as settled
    where what = ${what} and scanned_to < settled.id`;
}

export type FileToScan = { readonly id: number; readonly size: number };

/** Files that wait, in the order they came: those that came since the last look, and those marked so. */
export async function listFilesToScan(
  db: Queryable,
  what: ScannedKind,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly FileToScan[]> {
  return db<FileToScan[]>`
    select id, size
    from (${waiting(db, what, { after: db`${after}::bigint`, limit })}) as files
    order by id
    limit ${limit}`;
}

// Two lists, each by its own index: as one condition it has the whole table read, every few seconds.
function waiting(
  db: Queryable,
  what: ScannedKind,
  { after, limit }: { readonly after: Fragment; readonly limit: number },
): Fragment {
  const files =
    what === 'original'
      ? db`select id, ${originalSize(db)} as size from intake i where (raw is not null or file_hash is not null)`
      : db`select id, size from attachments where exists (
            select from messages m where m.id = attachments.message_id and m.direction <> 'out')`;
  return db`
    (${files} and scan = 'waiting' order by id limit ${limit})
    union all
    (${files} and scan is null and id > ${after} order by id limit ${limit})`;
}

/** Has files scanned again: those of a state, or every one. Returns how many. */
export async function markToScan(db: Queryable, which: 'held' | 'all'): Promise<number> {
  const these = which === 'held' ? db`scan = 'held'` : db`true`;
  const originals = await db`
    update intake set scan = 'waiting' where ${these} and (raw is not null or file_hash is not null)`;
  const attachments = await db`
    update attachments set scan = 'waiting'
    from messages
    where ${these} and messages.id = message_id and messages.direction <> 'out'`;
  return originals.count + attachments.count;
}

/** How many files wait, up to some thousands. */
export async function countWaiting(db: Queryable): Promise<number> {
  const of = (what: ScannedKind) => {
    const after = db`(select scanned_to from scan_marks where what = ${what})`;
    return db`(select count(*) from (${waiting(db, what, { after, limit: 1000 })}) as files)`;
  };
  const [row] = await db<{ count: number }[]>`select ${of('original')} + ${of('attachment')} as count`;
  return row?.count ?? 0;
}
