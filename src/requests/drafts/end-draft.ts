import type { Bucket } from '../../platform/bucket/bucket.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { type Draft, type NamedDraft, newerVersion } from './draft.ts';
import { copyFilesToMessage, deleteDraft, type DraftKey, lockDraft, readDraftFile } from './queries.ts';

/** The files of the draft that a reply is made of, which is ended with it. None for a reply without a draft. */
export async function endReplyDraft(
  inside: { readonly db: Transaction; readonly bucket: Bucket | undefined },
  key: Omit<DraftKey, 'kind'>,
  named: NamedDraft | undefined,
): Promise<readonly PostedFile[]> {
  if (named === undefined) return [];
  const { db: tx } = inside;
  const draft = await lockNamed(tx, { ...key, kind: 'reply' }, named);
  const files: PostedFile[] = [];
  for (const file of draft.files) {
    files.push({
      name: file.name,
      contentType: file.contentType,
      content: await readDraftFile(inside, file),
    });
  }
  await deleteDraft(tx, draft.id);
  return files;
}

/** Ends the draft that a note was made of, and gives the note its files. */
export async function endNoteDraft(
  tx: Transaction,
  key: Omit<DraftKey, 'kind'>,
  named: NamedDraft | undefined,
  note: { readonly messageId: number; readonly at: Date },
): Promise<void> {
  if (named === undefined) return;
  const draft = await lockNamed(tx, { ...key, kind: 'note' }, named);
  await copyFilesToMessage(tx, draft.id, note.messageId, note.at);
  await deleteDraft(tx, draft.id);
}

// Another tab may have gone on writing: its text would be thrown away unseen.
async function lockNamed(tx: Transaction, key: DraftKey, named: NamedDraft): Promise<Draft> {
  const draft = await lockDraft(tx, key);
  if (draft === null || draft.id !== named.id || draft.version !== named.version) throw newerVersion(draft);
  return draft;
}
