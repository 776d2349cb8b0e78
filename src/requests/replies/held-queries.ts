import type { Queryable } from '../../platform/db/connect.ts';

export type HeldWords = {
  readonly text: string;
  readonly html: string | null;
  /** Of the files that it shows inside. */
  readonly contentIds: readonly string[];
};

/** What a reply says and which images it has. */
export async function findHeldWords(tx: Queryable, messageId: number): Promise<HeldWords> {
  const [row] = await tx<HeldWords[]>`
    select text, html,
      array(select content_id from attachments where message_id = messages.id and content_id is not null) as content_ids
    from messages
    where id = ${messageId}`;
  if (row === undefined) throw new Error(`message ${messageId} is gone`);
  return row;
}

export async function markReworded(
  tx: Queryable,
  messageId: number,
  words: { readonly text: string; readonly html: string },
): Promise<void> {
  await tx`
    update messages
    set text = ${words.text}, visible_text = ${words.text}, html = ${words.html}
    where id = ${messageId}`;
}
