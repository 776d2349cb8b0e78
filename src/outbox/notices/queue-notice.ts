import type { Transaction } from '../../platform/db/connect.ts';
import { queueMail } from '../deliveries/queue-mail.ts';
import type { Actor } from '../../people/access/actor.ts';
import type { NoticeKind } from '../../mailboxes/mailbox.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { capOn, type NoticeCap, type NoticeCounts } from './count-notices.ts';
import {
  languageOf,
  type LastInbound,
  mailAbout,
  type OutgoingContext,
  threadAfter,
} from '../writing/outgoing-context.ts';
import { replySubject } from '../../mail/outgoing/reply-subject.ts';
import { RATING_URL } from '../../mailboxes/templates/rating-url.ts';
import { renderNotice } from '../../mailboxes/templates/render-notice.ts';

/** What a notice must know of its request; it quotes nothing, so that the message it answers need not be a row yet. */
export type NoticeContext = Omit<OutgoingContext, 'lastFromContact' | 'lastInbound'> & {
  readonly lastFromContact: Omit<LastInbound, 'id'> | null;
};

/**
 * Queues an automatic notice to a request's contact, in the transaction that caused it. Returns false and queues
 * nothing when the mailbox has switched this notice off or the contact must not be answered automatically. A notice
 * that a cap holds back is recorded in the request's history.
 */
export async function queueNotice(
  tx: Transaction,
  actor: Actor,
  context: NoticeContext,
  { notice, counts, at }: { readonly notice: NoticeKind; readonly counts: NoticeCounts; readonly at: Date },
): Promise<boolean> {
  if (!context.noticesAllowed || !context.mailbox.notices.includes(notice)) return false;
  if (!isReachable(context)) return false;
  const cap = capOn(counts);
  if (cap !== null) {
    await recordHeld(tx, actor, context, { notice, cap, at });
    return false;
  }
  const language = languageOf(context);
  const rendered = renderNotice(notice, language, context.mailbox.templates, {
    contact: context.contact,
    request: { id: context.requestId, subject: context.subject },
    mailbox: context.mailbox,
    operator: actor.kind === 'operator' ? { name: actor.name } : null,
    rating: notice === 'closed' && context.mailbox.askForRating ? { url: RATING_URL } : null,
  });
  if (rendered === null) return false;
  const mail = mailAbout(context, {
    kind: 'notice',
    notice,
    to: [{ name: context.contact.name, address: context.contact.email }],
    subject: replySubject(context.subject),
    text: rendered.text,
    html: rendered.html,
    ...threadAfter(context, context.lastFromContact),
    at,
  });
  const queued = await queueMail(tx, mail, {
    type: 'notice.queued',
    actor,
    at,
    mailboxId: context.mailbox.id,
    requestId: context.requestId,
    contactId: context.contact.id,
    new: { notice, language, ...(rendered.fault === null ? {} : { templateFault: rendered.fault }) },
  });
  // Null for a contact whose address is dead: a notice to it would only bounce again.
  return queued !== null;
}

/** A sender such as `MAILER-DAEMON` has no domain, and the desk does not write to itself. */
function isReachable(context: NoticeContext): boolean {
  const { email } = context.contact;
  return email.includes('@') && email !== context.mailbox.address;
}

async function recordHeld(
  tx: Transaction,
  actor: Actor,
  context: NoticeContext,
  { notice, cap, at }: { readonly notice: NoticeKind; readonly cap: NoticeCap; readonly at: Date },
): Promise<void> {
  await recordEvent(tx, {
    type: 'notice.held',
    actor,
    at,
    mailboxId: context.mailbox.id,
    requestId: context.requestId,
    contactId: context.contact.id,
    new: { notice, cap },
  });
}
