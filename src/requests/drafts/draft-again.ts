import type { Transaction } from '../../platform/db/connect.ts';
import { copyFilesToDraft, type DraftKey, ensureDraft, lockDraft, updateDraft } from './queries.ts';

/** Makes a reply that was taken back a draft again; what its operator has begun since stands below it. */
export async function draftAgain(
  tx: Transaction,
  whose: Omit<DraftKey, 'kind'>,
  reply: {
    readonly messageId: number;
    readonly text: string;
    readonly cc: readonly string[];
    readonly at: Date;
  },
): Promise<void> {
  const key = { ...whose, kind: 'reply' } as const;
  await ensureDraft(tx, key, reply.at);
  const draft = await lockDraft(tx, key);
  if (draft === null) throw new Error('a draft that was made is gone');
  const text = [reply.text, draft.text].filter((each) => each.trim() !== '').join('\n\n');
  await updateDraft(tx, draft.id, { text, cc: reply.cc, at: reply.at });
  await copyFilesToDraft(tx, reply.messageId, draft.id, reply.at);
}
