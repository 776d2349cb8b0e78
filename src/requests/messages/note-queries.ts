import type { Transaction } from '../../platform/db/connect.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { countMessage } from '../life/waking.ts';

/** Stores a note and counts it; the time of the request's last message stays. */
export async function insertNote(
  tx: Transaction,
  note: {
    readonly requestId: number;
    readonly mailboxId: number;
    /** Null: what the desk itself writes down. */
    readonly operatorId: number | null;
    readonly text: string;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    with note as (
      insert into messages
        (request_id, mailbox_id, kind, direction, author_kind, author_operator_id, subject, text, visible_text, created_at)
      values
        (${note.requestId}, ${note.mailboxId}, 'note', 'none', ${note.operatorId === null ? 'system' : 'operator'},
         ${note.operatorId}, '', ${note.text},
         ${note.text}, ${note.at})
      returning id
    ), counted as (
      ${countMessage(tx, note.requestId, note.at)}
    )
    select id from note`;
  if (row === undefined) throw new Error('inserting a note returned no row');
  return row.id;
}

/** Puts files beside a note, as they came. */
export async function insertNoteFiles(
  tx: Transaction,
  messageId: number,
  files: readonly PostedFile[],
  at: Date,
): Promise<void> {
  for (const { name, contentType, content } of files) {
    await tx`
      insert into attachments (message_id, name, content_type, size, content, created_at)
      values (${messageId}, ${name}, ${contentType}, ${content.length}, ${Buffer.from(content)}, ${at})`;
  }
}
