import type { Transaction } from '../../platform/db/connect.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { type Actor, actingOperatorId } from '../../people/access/actor.ts';
import { findMentioned } from '../../people/mentions/find-mentioned.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { insertNote, insertNoteFiles } from './note-queries.ts';

/**
 * Adds an internal note to a request that the caller has locked: a message that is never sent. Whom it names after an `@`
 * is notified by an event. Returns its id.
 */
export async function writeNote(
  tx: Transaction,
  actor: Actor,
  request: { readonly id: number; readonly mailboxId: number },
  {
    text,
    files = [],
    at,
  }: { readonly text: string; readonly files?: readonly PostedFile[]; readonly at: Date },
): Promise<number> {
  const messageId = await insertNote(tx, {
    requestId: request.id,
    mailboxId: request.mailboxId,
    operatorId: actingOperatorId(actor),
    text,
    at,
  });
  await insertNoteFiles(tx, messageId, files, at);
  const about = { actor, at, mailboxId: request.mailboxId, requestId: request.id, messageId };
  await recordEvent(tx, { type: 'message.noted', ...about });
  for (const { id, name } of await findMentioned(tx, { text, mailboxId: request.mailboxId })) {
    if (id === actingOperatorId(actor)) continue;
    await recordEvent(tx, { type: 'operator.mentioned', ...about, new: { operatorId: id, name } });
  }
  return messageId;
}
