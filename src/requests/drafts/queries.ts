import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { type ReadingDeps, readingOf } from '../../platform/bucket/read-stored.ts';
import type { StoredBytes } from '../../platform/db/stored-bytes.ts';
import type { Draft, DraftFile, DraftKind } from './draft.ts';

/** Whose draft, on which request, of what kind. */
export type DraftKey = {
  readonly requestId: number;
  readonly operatorId: number;
  readonly kind: DraftKind;
};

const draftColumns = (db: Queryable) => db`
  d.id, d.request_id, d.kind, d.version, d.text, d.cc, d.updated_at,
  coalesce((
    select json_agg(json_build_object('id', f.id, 'name', f.name, 'contentType', f.content_type, 'size', f.size)
      order by f.id)
    from draft_files f
    where f.draft_id = d.id), '[]') as files`;

const isKept = (db: Queryable, { requestId, operatorId, kind }: DraftKey) =>
  db`d.request_id = ${requestId} and d.operator_id = ${operatorId} and d.kind = ${kind}`;

export async function findDraftRow(db: Queryable, key: DraftKey): Promise<Draft | null> {
  const [row] = await db<Draft[]>`select ${draftColumns(db)} from drafts d where ${isKept(db, key)}`;
  return row ?? null;
}

/** Locks a draft for the rest of the transaction, or returns null. Its files are read after the lock. */
export async function lockDraft(tx: Transaction, key: DraftKey): Promise<Draft | null> {
  await tx`select id from drafts d where ${isKept(tx, key)} for update`;
  return findDraftRow(tx, key);
}

/** A draft with no words yet, unless there is one. */
export async function ensureDraft(tx: Transaction, key: DraftKey, at: Date): Promise<void> {
  await tx`
    insert into drafts (request_id, operator_id, kind, version, text, updated_at)
    values (${key.requestId}, ${key.operatorId}, ${key.kind}, 0, '', ${at})
    on conflict on constraint drafts_one_each do nothing`;
}

export async function updateDraft(
  tx: Transaction,
  draftId: number,
  words: { readonly text: string; readonly cc: readonly string[] | null; readonly at: Date },
): Promise<void> {
  await tx`
    update drafts
    set version = version + 1, text = ${words.text}, cc = ${words.cc === null ? null : [...words.cc]}::text[],
      updated_at = ${words.at}
    where id = ${draftId}`;
}

export async function deleteDraft(tx: Transaction, draftId: number): Promise<void> {
  await tx`delete from drafts where id = ${draftId}`;
}

export async function insertDraftFile(
  tx: Transaction,
  draftId: number,
  file: Omit<DraftFile, 'id'> & { readonly bytes: StoredBytes; readonly at: Date },
): Promise<void> {
  await tx`
    insert into draft_files (draft_id, name, content_type, size, content, created_at)
    values (${draftId}, ${file.name}, ${file.contentType}, ${file.size}, ${file.bytes.expression}, ${file.at})`;
}

export async function deleteDraftFile(tx: Transaction, fileId: number): Promise<void> {
  await tx`delete from draft_files where id = ${fileId}`;
}

const SLICE_BYTES = 2_000_000;

/** The whole of a draft's file. */
export async function readDraftFile(deps: ReadingDeps, { id, size }: DraftFile): Promise<Uint8Array> {
  const content = new Uint8Array(size);
  const read = readingOf(deps, { what: 'draftFile', id, size });
  for (let offset = 0; offset < size; offset += SLICE_BYTES) {
    content.set(await read(offset, SLICE_BYTES), offset);
  }
  return content;
}

/** Hands the files of a draft to the message made from it. */
export async function copyFilesToMessage(
  tx: Transaction,
  draftId: number,
  messageId: number,
  at: Date,
): Promise<void> {
  await tx`
    insert into attachments (message_id, name, content_type, size, content, file_hash, created_at)
    select ${messageId}::bigint, name, content_type, size, content, file_hash, ${at}
    from draft_files
    where draft_id = ${draftId}
    order by id`;
}

/** Gives the files of a message back to a draft. */
export async function copyFilesToDraft(
  tx: Transaction,
  messageId: number,
  draftId: number,
  at: Date,
): Promise<void> {
  await tx`
    insert into draft_files (draft_id, name, content_type, size, content, file_hash, created_at)
    select ${draftId}::bigint, name, content_type, size, content, file_hash, ${at}
    from attachments
    where message_id = ${messageId}
    order by id`;
}

/**
 * Moves the drafts of one request to another. An operator with a draft on both keeps both texts, one below the other,
 * and the files of both.
 */
export async function moveDraftRows(tx: Transaction, fromId: number, toId: number, at: Date): Promise<void> {
  await tx`
    with pairs as (
      select theirs.id as from_id, theirs.text, kept.id as to_id
      from drafts theirs
      join drafts kept on kept.request_id = ${toId} and kept.operator_id = theirs.operator_id and kept.kind = theirs.kind
      where theirs.request_id = ${fromId}
    ), files as (
      update draft_files
      set draft_id = pairs.to_id
      from pairs
      where draft_files.draft_id = pairs.from_id
    )
    update drafts
    set text = concat_ws(E'\n\n', nullif(drafts.text, ''), nullif(pairs.text, '')), version = version + 1,
      updated_at = ${at}
    from pairs
    where drafts.id = pairs.to_id`;
  await tx`
    delete from drafts theirs
    using drafts kept
    where theirs.request_id = ${fromId} and kept.request_id = ${toId}
      and kept.operator_id = theirs.operator_id and kept.kind = theirs.kind`;
  await tx`update drafts set request_id = ${toId} where request_id = ${fromId}`;
}
