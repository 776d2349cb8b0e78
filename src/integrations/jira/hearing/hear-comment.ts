import type { Transaction } from '../../../platform/db/connect.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import type { PostedFile } from '../../../platform/files/posted-file.ts';
import { lockRequest } from '../../../requests/locks.ts';
import { writeNote } from '../../../requests/messages/write-note.ts';
import { relayAnswer } from '../../../requests/replies/relay-answer.ts';
import { isOpen, type RequestRow } from '../../../requests/request.ts';
import type { LiveLink } from '../telling/issue-queries.ts';
import type { JudgedComment } from './judge-comment.ts';
import { findHolder, type Heard, insertHeard, markBecame, markDeleted } from './queries.ts';

const SYSTEM = { kind: 'system' } as const;

export type HeardComment = {
  /** `comment:…` or `file:…`. */
  readonly what: string;
  readonly version: string;
  readonly author: string;
  readonly issueKey: string;
  readonly judged: JudgedComment;
  readonly files: readonly (PostedFile & { readonly what: string; readonly version: string })[];
  /** As it stood when the link's rows were read; undefined: it is new. */
  readonly before: Heard | undefined;
  /** A file that stays in Jira, because no email could carry it. */
  readonly tooLarge?: string | undefined;
  readonly at: Date;
};

/**
 * Has comments reach their request, each once: noted in the transaction that writes the note or queues the mail. One that is
 * edited after it was mailed becomes a note, never a second email. True if an email was queued.
 */
export async function hearComments(
  tx: Transaction,
  link: LiveLink,
  comments: readonly HeardComment[],
): Promise<boolean> {
  const holder = await findHolder(tx, link.requestId);
  let queued = false;
  for (const comment of comments) {
    // An email moves it on: the next comment finds it as it is then.
    const request = await lockRequest(tx, holder);
    if (request !== null) queued = (await hearOne(tx, link, request, comment)) || queued;
  }
  return queued;
}

async function hearOne(
  tx: Transaction,
  link: LiveLink,
  request: RequestRow,
  comment: HeardComment,
): Promise<boolean> {
  const { what, version, judged, before, at } = comment;
  if (!(await insertHeard(tx, { linkId: link.id, what, version, at }))) return false;
  const isEmpty = comment.files.length === 0 && comment.tooLarge === undefined;
  if (judged.as === 'nothing' && isEmpty) return false;
  const mailed = judged.as === 'mail' && before?.mailed !== true && isOpen(request.status);
  const messageId = mailed
    ? await relayAnswer(tx, request, {
        text: `${judged.text}\n\n— ${comment.author}`,
        files: comment.files,
        at,
      })
    : await writeNote(tx, SYSTEM, request, { text: noteOf(comment), files: comment.files, at });
  await markBecame(tx, { linkId: link.id, what, messageId, mailed });
  for (const file of comment.files) {
    await insertHeard(tx, { linkId: link.id, what: file.what, version: file.version, at });
    await markBecame(tx, { linkId: link.id, what: file.what, messageId, mailed });
  }
  await recordEvent(tx, {
    type: before === undefined ? 'jira.comment_heard' : 'jira.comment_edited',
    actor: SYSTEM,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    messageId,
    new: { key: comment.issueKey, author: comment.author, mailed },
  });
  return mailed;
}

/** Tells of a comment that is gone from Jira; what it became stays. */
export async function hearDeletion(
  tx: Transaction,
  gone: { readonly link: LiveLink; readonly heard: Heard; readonly issueKey: string; readonly at: Date },
): Promise<void> {
  const { link, heard, at } = gone;
  if (!(await markDeleted(tx, link.id, heard.what)) || heard.messageId === null) return;
  await recordEvent(tx, {
    type: 'jira.comment_deleted',
    actor: SYSTEM,
    at,
    mailboxId: link.mailboxId,
    requestId: await findHolder(tx, link.requestId),
    messageId: heard.messageId,
    old: { key: gone.issueKey, mailed: heard.mailed },
  });
}

function noteOf({ author, issueKey, judged, before, files, tooLarge }: HeardComment): string {
  if (tooLarge !== undefined)
    return `${author} attached ${tooLarge} to ${issueKey}; it is too large to be copied.`;
  const names = files.map(({ name }) => name).join(', ');
  if (judged.text === '') return `${author} attached ${names} to ${issueKey}.`;
  const did =
    before === undefined ? 'wrote on' : before.mailed ? 'changed, after it was sent, on' : 'changed on';
  return `${author} ${did} ${issueKey}:\n\n${judged.text}`;
}
