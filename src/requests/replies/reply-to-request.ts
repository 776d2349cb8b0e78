import type { Bucket } from '../../platform/bucket/bucket.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { noteSuppressed } from '../../outbox/bounces/note-suppressed.ts';
import { queueMail } from '../../outbox/deliveries/queue-mail.ts';
import { type OutgoingMail, type QueuedMail } from '../../outbox/deliveries/outgoing-mail.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import { findOwnAddresses } from '../../mailboxes/settings/find-own-addresses.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { findSignature } from '../../people/operators/signature.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { SECOND } from '../../platform/time.ts';
import { lockContactsOf, lockVisibleRequest, type OnRequest } from '../locks.ts';
import { moveRequest } from '../life/move-request.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { findOutgoingContext } from '../../outbox/writing/find-outgoing-context.ts';
import {
  answerSubject,
  answerTo,
  defaultCc,
  mailAbout,
  type OutgoingContext,
  signatureBelow,
  threadAfter,
} from '../../outbox/writing/outgoing-context.ts';
import { replySubject } from '../../mail/outgoing/reply-subject.ts';
import { type ReplyEffects, applyReplyEffects, requireReplyEffects } from './reply-effects.ts';
import { insertParticipants } from '../request/queries.ts';
import { listMessagesAfter } from './queries.ts';
import { outgoingFiles } from '../../outbox/writing/outgoing-files.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import type { NamedDraft } from '../drafts/draft.ts';
import { endReplyDraft } from '../drafts/end-draft.ts';
import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';

export type Reply = OnRequest & {
  readonly text: string;
  /** Sanitised by the caller; made from the text when absent. */
  readonly html?: string | undefined;
  /** Defaults to everybody else on the last inbound message. Empty means nobody. */
  readonly cc?: readonly Address[];
  readonly files?: readonly PostedFile[];
  /** The draft it is made of: its files go along, and it ends. */
  readonly draft?: NamedDraft | undefined;
  /** The newest message the operator had seen; if a newer one came, the reply is refused with what was missed. */
  readonly seenMessageId?: number;
  /** How many seconds the message is held, and can be cancelled, before it leaves. */
  readonly holdSeconds?: number;
  /** What becomes of the request with it. */
  readonly effects?: ReplyEffects | undefined;
  readonly idempotency?: Idempotency | null;
};

/**
 * Queues an operator's answer to the contact of an open request, which is then assigned to the operator if it was
 * unassigned, and what it does to the request besides, both or neither. The message leaves after the transaction; its
 * delivery shows what became of it.
 */
export async function replyToRequest(
  deps: Pick<OutboxDeps, 'db' | 'bucket' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  reply: Reply,
): Promise<{ readonly messageId: number }> {
  requirePermission(actor, 'requests.reply');
  requireReplyEffects(actor, reply.effects);
  const at = deps.clock.now();
  const messageId = await deps.db.begin((tx) =>
    once(tx, { call: reply.idempotency, now: at }, () =>
      answer({ db: tx, bucket: deps.bucket }, actor, reply, at),
    ),
  );
  deps.wakeDeliveries();
  return { messageId };
}

async function answer(
  inside: { readonly db: Transaction; readonly bucket: Bucket | undefined },
  actor: OperatorActor,
  reply: Reply,
  at: Date,
): Promise<number> {
  const { db: tx } = inside;
  if (reply.effects?.status === 'closed') await lockContactsOf(tx, [reply.requestId]);
  const request = await lockVisibleRequest(tx, actor, reply);
  ensureAllowed(request, 'reply');
  await ensureNothingMissed(tx, reply);

  const key = { requestId: request.id, operatorId: actor.operatorId };
  const drafted = await endReplyDraft(inside, key, reply.draft);
  const ready = outgoingFiles([...drafted, ...(reply.files ?? [])], {
    text: reply.text,
    html: reply.html ?? null,
  });

  const context = await findOutgoingContext(tx, request.id);
  const html = ready.html ?? htmlOfText(reply.text);
  const composed = { ...reply, html, attachments: ready.attachments };
  const queued = await queueReply(tx, actor, context, { ...composed, at });
  const assigneeId = request.assigneeId ?? actor.operatorId;
  await moveRequest(tx, actor, request, {
    verb: 'reply',
    type: 'message.replied',
    assigneeId,
    settles: true,
    messageId: queued.messageId,
    deliveryId: queued.deliveryId,
    at,
  });
  const replied = { ...request, status: 'in_progress', assigneeId, needsAttention: false } as const;
  const { text, effects } = reply;
  await applyReplyEffects(tx, actor, replied, { text, effects, messageId: queued.messageId, at });
  await noteSuppressed(tx, { requestId: request.id, mailboxId: request.mailboxId, at }, queued);
  return queued.messageId;
}

async function ensureNothingMissed(tx: Transaction, reply: Reply): Promise<void> {
  if (reply.seenMessageId === undefined) return;
  const missed = await listMessagesAfter(tx, reply.requestId, reply.seenMessageId);
  if (missed.length === 0) return;
  throw new Problem(
    'thread_moved_on',
    'Messages arrived after the one this reply was written to; read them first.',
    {
      members: { missed },
    },
  );
}

async function queueReply(
  tx: Transaction,
  actor: OperatorActor,
  context: OutgoingContext,
  reply: Reply & Pick<OutgoingMail, 'html' | 'attachments' | 'at'>,
): Promise<QueuedMail> {
  const { at } = reply;
  const isOurs = await findOwnAddresses(tx);
  const to = answerTo(context, isOurs);
  const cc = reply.cc === undefined ? defaultCc(context, to, isOurs) : copiesWithout(reply.cc, to, isOurs);
  const others = [...to, ...cc].filter(({ address }) => address !== context.contact.email);
  if (others.length > 0) await insertParticipants(tx, context.requestId, others, at);
  const mail = mailAbout(context, {
    kind: 'reply',
    authorOperatorId: actor.operatorId,
    to,
    cc,
    subject: replySubject(answerSubject(context)),
    text: reply.text,
    html: reply.html,
    ...threadAfter(context, context.lastInbound),
    quotedMessageId: context.lastFromContact?.id ?? null,
    quoting: context.mailbox.quoting,
    signature: signatureBelow(context, await findSignature(tx, actor.operatorId)),
    attachments: reply.attachments,
    sendAfter: new Date(at.getTime() + (reply.holdSeconds ?? 0) * SECOND),
    at,
  });
  return queueMail(tx, mail);
}

function copiesWithout(
  cc: readonly Address[],
  to: readonly Address[],
  isOurs: (address: string) => boolean,
): Address[] {
  const seen = new Set(to.map((each) => each.address));
  return cc.filter(({ address }) => {
    if (isOurs(address)) {
      throw invalidField('/cc', `${address} is an address of this desk; leave it out`);
    }
    if (seen.has(address)) return false;
    seen.add(address);
    return true;
  });
}
