import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';
import { replySubject } from '../../mail/outgoing/reply-subject.ts';
import { findOwnAddresses } from '../../mailboxes/settings/find-own-addresses.ts';
import { noteSuppressed } from '../../outbox/bounces/note-suppressed.ts';
import { queueMail } from '../../outbox/deliveries/queue-mail.ts';
import { findOutgoingContext } from '../../outbox/writing/find-outgoing-context.ts';
import {
  answerSubject,
  answerTo,
  defaultCc,
  mailAbout,
  signatureBelow,
  threadAfter,
} from '../../outbox/writing/outgoing-context.ts';
import { outgoingFiles } from '../../outbox/writing/outgoing-files.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { moveRequest } from '../life/move-request.ts';
import { ensureAllowed } from '../life/transitions.ts';
import type { RequestRow } from '../request.ts';

/**
 * Queues an answer that was written elsewhere, to the contact of an open request that the caller has locked. It has no author
 * at the desk: a request that is somebody's goes on with them, one that is nobody's stays so. Returns the message's id; call
 * `wakeDeliveries` after the commit.
 */
export async function relayAnswer(
  tx: Transaction,
  request: RequestRow,
  answer: { readonly text: string; readonly files?: readonly PostedFile[]; readonly at: Date },
): Promise<number> {
  ensureAllowed(request, 'reply');
  const { text, files = [], at } = answer;
  const actor = { kind: 'system' } as const;
  const context = await findOutgoingContext(tx, request.id);
  const isOurs = await findOwnAddresses(tx);
  const to = answerTo(context, isOurs);
  const ready = outgoingFiles(files, { text, html: null });
  const mail = mailAbout(context, {
    kind: 'reply',
    to,
    cc: defaultCc(context, to, isOurs),
    subject: replySubject(answerSubject(context)),
    text,
    html: htmlOfText(text),
    ...threadAfter(context, context.lastInbound),
    quotedMessageId: context.lastFromContact?.id ?? null,
    quoting: context.mailbox.quoting,
    signature: signatureBelow(context, ''),
    attachments: ready.attachments,
    at,
  });
  const queued = await queueMail(tx, mail);
  const { messageId, deliveryId } = queued;
  const told = { type: 'message.replied', messageId, deliveryId, at } as const;
  if (request.assigneeId === null) {
    await recordEvent(tx, { ...told, actor, mailboxId: request.mailboxId, requestId: request.id });
  } else {
    await moveRequest(tx, actor, request, { verb: 'reply', settles: true, ...told });
  }
  await noteSuppressed(tx, { requestId: request.id, mailboxId: request.mailboxId, at }, queued);
  return messageId;
}
