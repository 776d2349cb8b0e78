import type { Transaction } from '../../platform/db/connect.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import { insertAttachments } from './filing-queries.ts';
import { type KnownIntake, markIntakeComplete, markMessageComplete } from './queries.ts';

/**
 * Gives a mail that was handed over as headers alone its original, and its message the text and attachments, when the
 * original arrives later (by reconcile, or from a relay that could send it after all). Status and notices stay. An original
 * that cannot be read (`mail` null) is kept all the same; its message stays incomplete.
 */
export async function completeOversize(
  tx: Transaction,
  known: KnownIntake,
  raw: Uint8Array,
  mail: ParsedMail | null,
  at: Date,
): Promise<void> {
  const first = await markIntakeComplete(tx, known.id, raw);
  if (!first || known.messageId === null || mail === null) return;
  await markMessageComplete(tx, known.messageId, mail, at);
  await insertAttachments(tx, known.messageId, mail.attachments, at);
}
