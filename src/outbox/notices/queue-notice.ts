import type { Transaction } from '../../platform/db/connect.ts';
import type { OutgoingMail } from '../deliveries/outgoing-mail.ts';
import { queueMail } from '../deliveries/queue-mail.ts';
import type { Actor } from '../../people/access/actor.ts';
import type { NoticeKind, SentNotice } from '../../mailboxes/mailbox.ts';
import type { Rendered } from '../../mailboxes/templates/template.ts';
import { type NewEvent, recordEvent } from '../../people/history/record-event.ts';
import { isPageOnly } from '../../people/requesters/page-only.ts';
import { capOn, type NoticeCounts } from './count-notices.ts';
import {
  languageOf,
  type LastInbound,
  mailAbout,
  type OutgoingContext,
  threadAfter,
} from '../writing/outgoing-context.ts';
import { replySubject } from '../../mail/outgoing/reply-subject.ts';
import { RATING_URL } from '../../mailboxes/templates/rating-url.ts';
import { shownTexts } from '../../mailboxes/templates/shown-fields.ts';
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
  about: { readonly notice: NoticeKind; readonly counts: NoticeCounts; readonly at: Date },
): Promise<boolean> {
  return queuePlanned(tx, planNotice(actor, context, about));
}

/** An automatic message as it will be queued, or what holds it back, each with the event that says so. */
export type PlannedNotice = { readonly mail: OutgoingMail | null; readonly told: NewEvent };

/** Queues an automatic message as planned, or records what holds it back. With `isCounted` its request counts it already. */
export async function queuePlanned(
  tx: Transaction,
  planned: PlannedNotice | null,
  isCounted = false,
): Promise<boolean> {
  if (planned === null) return false;
  const { mail, told } = planned;
  if (mail !== null) return (await queueMail(tx, { ...mail, isCounted }, told)) !== null;
  await recordEvent(tx, told);
  return false;
}

/** What is to be queued or recorded of a notice; null for nothing. */
export function planNotice(
  actor: Actor,
  context: NoticeContext,
  about: { readonly notice: NoticeKind; readonly counts: NoticeCounts; readonly at: Date },
): PlannedNotice | null {
  const { notice, counts } = about;
  if (!context.mailbox.notices.includes(notice)) return null;
  return planAutomatic(actor, context, about, () => {
    if (counts.contactIsSuppressed) return null;
    const language = languageOf(context);
    const rendered = renderNotice(notice, language, context.mailbox.templates, {
      contact: context.contact,
      request: { id: context.requestId, subject: context.subject },
      mailbox: context.mailbox,
      operator: actor.kind === 'operator' ? { name: actor.name } : null,
      rating: notice === 'closed' && context.mailbox.askForRating ? { url: RATING_URL } : null,
      fields: shownTexts(context.shownValues, language),
    });
    if (rendered === null) return null;
    const told = { language, ...(rendered.fault === null ? {} : { templateFault: rendered.fault }) };
    return { ...rendered, told };
  });
}

/** The words of an automatic message, and what its event says besides. */
type Words = Rendered & { readonly told: Readonly<Record<string, unknown>> };

/**
 * Plans an automatic message to a request's contact under everything that holds one back; `write` says its words, null for none.
 * Null where nothing is to be queued or recorded.
 */
export function planAutomatic(
  actor: Actor,
  context: NoticeContext,
  of: { readonly notice: SentNotice; readonly counts: NoticeCounts; readonly at: Date },
  write: () => Words | null,
): PlannedNotice | null {
  const { notice, counts, at } = of;
  const { mailbox, requestId, contact } = context;
  if (!context.noticesAllowed || !isReachable(context)) return null;
  // Their page shows how a request stands; the answer of a rule they read there.
  if (isPageOnly(contact.email) && notice !== 'answer') return null;
  const about = { actor, at, mailboxId: mailbox.id, requestId, contactId: contact.id };
  const cap = capOn(counts);
  if (cap !== null) return { mail: null, told: { ...about, type: 'notice.held', new: { notice, cap } } };
  const words = write();
  if (words === null) return null;
  const { text, html, told } = words;
  const mail = mailAbout(context, {
    kind: 'notice',
    notice,
    to: [{ name: contact.name, address: contact.email }],
    subject: replySubject(context.subject),
    text,
    html,
    ...threadAfter(context, context.lastFromContact),
    at,
  });
  return { mail, told: { ...about, type: 'notice.queued', new: { notice, ...told } } };
}

/** A sender such as `MAILER-DAEMON` has no domain, and the desk does not write to itself. */
function isReachable({ contact, mailbox }: NoticeContext): boolean {
  return contact.email.includes('@') && contact.email !== mailbox.address;
}
