import { automaticSubject } from './automatic-words.ts';
import { hasBouncePhrase, hasBounceSubject, senderKind } from '../bounce/bounce-words.ts';
import { readDeliveryStatus } from '../bounce/delivery-status.ts';
import { headerValue, headerValues, keyword, parameter } from '../headers/header-values.ts';
import { isOwnGroup } from './own-group.ts';
import { reportInProse } from './report-in-prose.ts';
import type { ParsedMail } from '../parsed-mail.ts';

export type MailClass = 'human' | 'auto_reply' | 'bounce' | 'receipt' | 'list' | 'own';

export type ClassifyContext = {
  readonly mailboxAddress: string;
  /** Google Groups that stand before the mailbox: mail through them is a person's, not a list's. */
  readonly groupAddresses?: readonly string[];
  readonly ownDomain?: string;
};

export type Classification = {
  readonly class: MailClass;
  /** The header or rule that decided, as `auto-submitted: auto-replied`. */
  readonly decidedBy: string;
};

/** Present on nothing but programs' answers, whatever their value says. */
const automaticHeaders = [
  'x-autoreply', 'x-auto-reply', 'x-autoreply-from', 'x-auto-reply-from', 'x-autorespond', 'x-autoresponder', 'x-autoresponse', 'x-auto-response', 'x-mail-autoreply',
  'x-mdautoresponder', 'x-vacation', 'x-vacationer', 'x-fc-machinegenerated', 'x-cron-env', 'x-tmda-confirm-ack', 'x-autoreplied', 'x-automatic-reply', 'x-webmail-autoreply',
  'x-sent-by-autoresponder', 'x-out-of-office', 'x-otrs-loop', 'x-znuny-loop', 'x-bluebottle-request', 'x-boxbe-notice', 'x-list-administrivia',
]; // prettier-ignore

const listHeaders = [
  'list-id', 'list-post', 'list-unsubscribe', 'list-help', 'list-archive', 'mailing-list', 'x-mailing-list', 'x-mailman-version',
]; // prettier-ignore

/** Read receipts of programs that know no report: Outlook's, Exchange's and GroupWise's own words. */
const readSubject =
  /^\s*(read|not read|gelesen|ungelesen|lu|leído|letto|lida|lido|gelezen|läst|læst|прочитано|прочтено|przeczytano)\s*:/i;
const readText =
  /^\W{0,10}(your message|ihre nachricht|votre message|su mensaje|il messaggio|a sua mensagem|uw bericht|ваше сообщение)\s[\s\S]{0,800}(was (read|displayed|deleted without being read)|wurde[\s\S]{0,60}gelesen|a été lu|fue leído|è stato letto|foi lida|is gelezen|прочитано)/i;

/** Tells what kind of mail this is and by what: headers first, words only where programs send none. Bounces win over all but our own loop. */
export function classifyMail(mail: ParsedMail, context: ClassifyContext): Classification {
  return (
    loopOf(mail, context) ??
    reportOf(mail) ??
    declared(mail) ??
    bounceInProse(mail) ??
    automaticOf(mail) ??
    calendarOf(mail) ??
    listOf(mail, context) ?? { class: 'human', decidedBy: 'default' }
  );
}

/** Our notices carry the mailbox they left from; the header of another Mailroom is just another program's. */
function loopOf(mail: ParsedMail, context: ClassifyContext): Classification | null {
  const loops = headerValues(mail, 'x-mailroom-loop').map((value) => value.trim().toLowerCase());
  if (loops.length === 0) return null;
  return {
    class: loops.includes(context.mailboxAddress.toLowerCase()) ? 'own' : 'auto_reply',
    decidedBy: 'x-mailroom-loop',
  };
}

function reportOf(mail: ParsedMail): Classification | null {
  const type = headerValue(mail, 'content-type') ?? '';
  const kind = /^\s*multipart\//i.test(type) ? parameter(type, 'report-type') : null;
  const isReport = kind !== null || /^\s*multipart\/report/i.test(type);
  const holds = (name: string): boolean =>
    mail.attachments.some((part) => part.contentType.toLowerCase().startsWith(name));
  const says = (name: string): boolean =>
    kind?.includes(name) === true || (isReport && holds(`message/${name}`));
  if (says('disposition-notification')) {
    // Dovecot tells of a full mailbox in the form of a read receipt.
    const rejected = senderKind(mail) !== null && hasBounceSubject(mail) && hasBouncePhrase(mail.text);
    return { class: rejected ? 'bounce' : 'receipt', decidedBy: 'report-type: disposition-notification' };
  }
  if (says('feedback-report')) return { class: 'receipt', decidedBy: 'report-type: feedback-report' };
  if (says('delivery-status') || says('global-delivery-status')) return deliveryReport(mail);
  if (senderKind(mail) !== null && holds('message/delivery-status')) return deliveryReport(mail);
  if (headerValue(mail, 'x-failed-recipients') !== null)
    return { class: 'bounce', decidedBy: 'x-failed-recipients' };
  if (
    headerValue(mail, 'x-amz-sns-message-id') !== null ||
    mail.from?.address === 'no-reply@sns.amazonaws.com'
  ) {
    const notice = /"(?:notification|event)Type"\s*:\s*"(Bounce|Complaint|Delivery)"/.exec(
      mail.text.slice(0, 20_000),
    )?.[1];
    if (notice === 'Bounce') return { class: 'bounce', decidedBy: 'x-amz-sns-message-id' };
    if (notice !== undefined)
      return { class: 'receipt', decidedBy: `x-amz-sns-message-id: ${notice.toLowerCase()}` };
  }
  // Hotmail returns what its users report as junk without calling it a feedback report.
  if (
    holds('message/rfc822') &&
    /^\s*complaint about message from [\d.a-f:]{7,45}\s*$/i.test(mail.subject.slice(0, 200))
  )
    return { class: 'receipt', decidedBy: 'subject: complaint about message' };
  if (readSubject.test(mail.subject.slice(0, 60)) && readText.test(mail.text.slice(0, 1500)))
    return { class: 'receipt', decidedBy: 'subject and text: read receipt' };
  return null;
}

function deliveryReport(mail: ParsedMail): Classification {
  const part = mail.attachments.find((attachment) => /delivery-status/i.test(attachment.contentType));
  const entries =
    part === undefined ? [] : readDeliveryStatus(new TextDecoder().decode(part.content.subarray(0, 200_000)));
  const good =
    entries.length > 0 &&
    entries.every((entry) => ['delivered', 'relayed', 'expanded'].includes(entry.action));
  return good
    ? { class: 'receipt', decidedBy: `action: ${entries[0]?.action ?? ''}` }
    : { class: 'bounce', decidedBy: 'report-type: delivery-status' };
}

/** RFC 3834: who says `no` is a person. */
function declared(mail: ParsedMail): Classification | null {
  const submitted = headerValue(mail, 'auto-submitted');
  if (submitted === null || keyword(submitted) !== 'no' || senderKind(mail) === 'daemon') return null;
  return { class: 'human', decidedBy: 'auto-submitted: no' };
}

function bounceInProse(mail: ParsedMail): Classification | null {
  const decidedBy = reportInProse(mail);
  return decidedBy === null ? null : { class: 'bounce', decidedBy };
}

function automaticOf(mail: ParsedMail): Classification | null {
  const submitted = keyword(headerValue(mail, 'auto-submitted') ?? '');
  if (submitted !== '' && submitted !== 'no')
    return { class: 'auto_reply', decidedBy: `auto-submitted: ${submitted.slice(0, 60)}` };
  for (const name of automaticHeaders) {
    const value = headerValue(mail, name);
    if (value !== null && !/^(no|false|0|none)$/i.test(value))
      return { class: 'auto_reply', decidedBy: name };
  }
  const suppress = headerValue(mail, 'x-auto-response-suppress')?.toLowerCase() ?? '';
  if (/\b(all|oof|autoreply)\b/.test(suppress))
    return { class: 'auto_reply', decidedBy: `x-auto-response-suppress: ${suppress.slice(0, 60)}` };
  for (const name of ['precedence', 'x-precedence', 'preference']) {
    const value = keyword(headerValue(mail, name) ?? '');
    if (/^auto[-_ ]?repl/.test(value))
      return { class: 'auto_reply', decidedBy: `${name}: ${value.slice(0, 60)}` };
  }
  const generated = keyword(headerValue(mail, 'x-autogenerated') ?? '');
  if (generated === 'reply') return { class: 'auto_reply', decidedBy: 'x-autogenerated: reply' };
  if (
    /autoresponder/i.test(headerValue(mail, 'delivered-to') ?? '') ||
    /autoresponder/i.test(headerValue(mail, 'x-post-messageclass') ?? '')
  ) {
    return { class: 'auto_reply', decidedBy: 'autoresponder' };
  }
  if (/^(auto-?respon[ds]er?|auto-?reply|vacation|out-?of-?office)@/.test(mail.from?.address ?? ''))
    return { class: 'auto_reply', decidedBy: 'from: autoresponder' };
  const rule = automaticSubject(mail) ?? vacationOf(mail);
  return rule === null ? null : { class: 'auto_reply', decidedBy: rule };
}

/** Old vacation programs mark their answers as bulk mail, and no list has a hand in it. */
function vacationOf(mail: ParsedMail): string | null {
  const value = keyword(headerValue(mail, 'precedence') ?? '');
  if (!['bulk', 'junk'].includes(value) || mail.headers.some((header) => listHeaders.includes(header.name)))
    return null;
  // Majordomo marks a post by nothing but the name it sends under.
  if (/\bowner-[^\s@]+@|-(owner|request|admin|bounces|errors)@/i.test(headerValue(mail, 'sender') ?? ''))
    return null;
  const returnPath = headerValue(mail, 'return-path') ?? '';
  const answers = mail.inReplyTo.length > 0 || mail.references.length > 0 || /^\s*re\s*:/i.test(mail.subject);
  if (/^<\s*>$/.test(returnPath)) return `precedence: ${value}, return-path: <>`;
  return answers ? `precedence: ${value}, an answer` : null;
}

/** Accepting or declining an invitation is a click; a counter-proposal carries words. */
function calendarOf(mail: ParsedMail): Classification | null {
  const type = headerValue(mail, 'content-type') ?? '';
  if (/^\s*text\/calendar/i.test(type) && parameter(type, 'method') === 'reply')
    return { class: 'receipt', decidedBy: 'calendar: method=reply' };
  const part = mail.attachments.find((attachment) =>
    /^(text\/calendar|application\/ics)/i.test(attachment.contentType),
  );
  if (part === undefined || mail.attachments.length > 2) return null;
  const isReply = /^METHOD:REPLY\s*$/im.test(new TextDecoder().decode(part.content.subarray(0, 20_000)));
  return isReply ? { class: 'receipt', decidedBy: 'calendar: method=reply' } : null;
}

function listOf(mail: ParsedMail, context: ClassifyContext): Classification | null {
  if (isOwnGroup(mail, context)) return null;
  for (const name of listHeaders) {
    if (headerValue(mail, name) !== null) return { class: 'list', decidedBy: name };
  }
  for (const name of ['precedence', 'x-precedence']) {
    const value = keyword(headerValue(mail, name) ?? '');
    if (['list', 'bulk', 'junk'].includes(value)) return { class: 'list', decidedBy: `${name}: ${value}` };
  }
  return null;
}
