import { automaticSubject } from './automatic-words.ts';
import { hasBouncePhrase, hasBounceSubject, isAnswer, senderKind } from '../bounce/bounce-words.ts';
import { listedRecipients } from '../bounce/named-recipients.ts';
import { readDeliveryStatus } from '../bounce/delivery-status.ts';
import { headerValue, headerValues, keyword, parameter } from '../headers/header-values.ts';
import { isOwnGroup } from './own-group.ts';
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
  'x-sent-by-autoresponder', 'x-out-of-office', 'x-otrs-loop', 'x-znuny-loop', 'x-bluebottle-request', 'x-boxbe-notice',
]; // prettier-ignore

const listHeaders = [
  'list-id', 'list-post', 'list-unsubscribe', 'list-help', 'list-archive', 'mailing-list', 'x-mailing-list', 'x-mailman-version',
]; // prettier-ignore

/** Tells what kind of mail this is and by what: headers first, words only where programs send none. Bounces win over all but our own loop. */
export function classifyMail(mail: ParsedMail, context: ClassifyContext): Classification {
  return (
    loopOf(mail, context) ??
    reportOf(mail) ??
    declared(mail) ??
    bounceOf(mail) ??
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
  if (headerValue(mail, 'x-amz-sns-message-id') !== null) {
    const notice = /"notificationType"\s*:\s*"(Bounce|Complaint|Delivery)"/.exec(
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

/** A server's report in prose. A person may write "delivery failed" too, so sender, subject and text must agree. */
function bounceOf(mail: ParsedMail): Classification | null {
  const sender = senderKind(mail);
  const answer = isAnswer(mail);
  const titled = hasBounceSubject(mail);
  const subject = titled && !answer;
  const phrase = hasBouncePhrase(mail.text);
  const opening = phrase && opensAsReport(mail.text);
  const names = phrase && listsAddress(mail);
  const nullSender = /^<\s*>$|mailer-daemon|postmaster/i.test(headerValue(mail, 'return-path') ?? '');
  if (sender === 'daemon' && (titled || phrase || !isAutomatic(mail))) return found('from: mailer-daemon');
  if (sender === 'postmaster' && (subject || opening || (titled && phrase))) return found('from: postmaster');
  if (phrase && subject && opensAsProgram(mail.text)) return found('subject and text: delivery failure');
  if (sender === 'office' && subject && (names || (phrase && nullSender)))
    return found('from and subject: delivery failure');
  if ((nullSender || isMachine(mail)) && (opening || names) && (subject || !answer))
    return found('return-path and text: delivery failure');
  if (titled && opening && names && mail.inReplyTo.length === 0)
    return found('subject and text: delivery failure');
  return null;
}

function found(decidedBy: string): Classification {
  return { class: 'bounce', decidedBy };
}

/** Reports put the failed address on a line of its own; people put only their own there. */
function listsAddress(mail: ParsedMail): boolean {
  const own = new Set(mail.from === null ? [] : [mail.from.address]);
  return listedRecipients(mail.text.slice(0, 2000), own).length > 0;
}

/** What only programs say, whoever they write as. */
function opensAsProgram(text: string): boolean {
  return /^\W{0,80}(this (message|e-?mail|mail) (was|is) (created |generated )?automatic|this is an automat(ic|ically)|this is the (mail system|mailer)|hi\. this is the|delivery to the following recipient|(your message|the following message)[^\n]{0,80}(following|to the) recipient|the original message was received at|-{2,} ?(failed recipients|non-?delivery report|failure reasons|the following addresses)|\*{3,} ?message from|(the following (mail|message|e-?mail) )?could not (be delivered|deliver message to the following)|message from [\w.-]{3,60}\.\s|sorry, (we were )?unable to deliver)/i.test(
    text.slice(0, 400).trimStart(),
  );
}

/** A vacation program that writes in the name of the daemon. */
function isAutomatic(mail: ParsedMail): boolean {
  return headerValue(mail, 'auto-submitted') !== null || automaticSubject(mail) !== null;
}

function isMachine(mail: ParsedMail): boolean {
  const submitted = keyword(headerValue(mail, 'auto-submitted') ?? '');
  return (
    submitted.startsWith('auto-') ||
    mail.headers.some((header) => /^x-(autogenerated|dsncontext|failed-recipients|mdaemon)/.test(header.name))
  );
}

/** How reports begin and people do not. */
function opensAsReport(text: string): boolean {
  return /^\W{0,80}(this (is an? |message (was|is) |e-?mail (was|is) )(automatic|an automatic|created|generated|a (permanent|mime))|hi\. this is the|the (following|original) (message|address|recipient|user|mail|destination)|your (message|mail|e-?mail)|(message|mail|e-?mail|delivery)[^\n]{0,60}(could not|failed|was not|undeliver|not be|unable|has been returned)|unable to|undeliver|failed|delivery|sorry[,.] |(we|i)('m| am| are|'re)? (sorry|afraid|unable)|there was (a|an) (problem|error)|could not|-{3,}|message from|error|dear (sender|user)|mail delivery|diese (nachricht|mail|e-?mail)|ihre (nachricht|mail)|votre message|su mensaje|il (suo|tuo) messaggio|a sua mensagem|le message|this report|user |recipient|this user|\*+|an error|warning|invalid|this is an (advisory|error)|this e-?mail|we had trouble|error occurred|sent <<<|hello [^\n]{3,80}\n\s*we're writing)/i.test(
    text.slice(0, 400).trimStart(),
  );
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
