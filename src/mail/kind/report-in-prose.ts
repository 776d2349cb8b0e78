import {
  hasAnswerPrefix,
  hasBouncePhrase,
  hasBounceSubject,
  isAnswer,
  senderKind,
  speaksAsPerson,
} from '../bounce/bounce-words.ts';
import { allAddresses, listedRecipients } from '../bounce/named-recipients.ts';
import { reportText } from '../bounce/report-text.ts';
import { headerValue, keyword } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';
import { automaticSubject } from './automatic-words.ts';

/** What the list server fml says to who may not post, or posts twice. */
const refusedByList = /not (a )?member|loop (alert|back warning)|unix from|reject/i;

/** A server's report in prose. A person may write "delivery failed" too, so sender, subject and text must agree. */
export function reportInProse(mail: ParsedMail): string | null {
  const sender = senderKind(mail);
  const answer = isAnswer(mail);
  const titled = hasBounceSubject(mail);
  const subject = titled && !answer;
  const phrase = hasBouncePhrase(mail.text) || namesDaemon(mail.text);
  const opening = phrase && opensAsReport(mail.text);
  const names = phrase && listsAddress(mail);
  const nullSender = /^<\s*>$|mailer-daemon|postmaster/i.test(headerValue(mail, 'return-path') ?? '');
  const machine = isMachine(mail);
  if (sender === 'daemon' && (titled || phrase || !isAutomatic(mail))) return 'from: mailer-daemon';
  const personal = speaksAsPerson(mail.text);
  if (sender === 'postmaster') {
    // A report in a language that no phrase covers is short, or returns the email.
    const said = phrase || (!personal && (mail.text.length < 500 || returnsMail(mail)));
    const reports = titled && !hasAnswerPrefix(mail) && said && !(personal && asksSomething(mail));
    const automatic = machine && phrase && automaticSubject(mail) === null;
    if (reports || (!personal && (opening || automatic))) return 'from: postmaster';
  }
  if (headerValue(mail, 'x-mlserver') !== null && refusedByList.test(mail.subject.slice(0, 300)))
    return 'x-mlserver: post refused';
  if (personal || !phrase) return null;
  // Asked last: for it the attachments are decoded.
  if (!nullSender && !machine && (!subject || asksSomething(mail))) return null;
  if (subject && opensAsProgram(mail.text)) return 'subject and text: delivery failure';
  const report = nullSender || returnsMail(mail) || (opening && namesSomebody(mail));
  if (sender === 'office' && subject && (names || report)) return 'from and subject: delivery failure';
  if (nullSender && machine && subject) return 'return-path and subject: delivery failure';
  // A person's mail that was redirected has lost its return path as well: without the subject the whole text must speak.
  if ((nullSender || machine) && !speaksOfMyself(mail)) {
    if (subject && (opening || names)) return 'return-path and text: delivery failure';
    if (!answer && opening && namesSomebody(mail) && mail.text.length < 20_000)
      return 'return-path and text: delivery failure';
  }
  if (subject && opening && names) return 'subject and text: delivery failure';
  return null;
}

/** A person who was sent a report asks about it; a program asks nobody anything. */
function asksSomething(mail: ParsedMail): boolean {
  return /[^\s/?][?？](?=[\s"'”»)]|$)/u.test(reportText(mail, '').said.slice(0, 1500));
}

/** A program says "I'm afraid I wasn't able to", and never whom to call. */
function speaksOfMyself(mail: ParsedMail): boolean {
  return /(?<![\p{L}.@/-])(?:me|my|mine|mir|mich|mein(?:e[rnms]?)?|moi|mij|mijn|mig|meg|mnie|меня|мне|мой|моя|мою|моё|моего)(?!\p{L})/u.test(
    reportText(mail, '').said.slice(0, 1500).toLowerCase(),
  );
}

/** Tells whether the text contains an address besides those of the email itself. */
function namesSomebody(mail: ParsedMail): boolean {
  const own = new Set([mail.from, ...mail.to, ...mail.cc].map((party) => party?.address ?? ''));
  return allAddresses(mail.text.slice(0, 2000)).some((address) => !own.has(address));
}

function returnsMail(mail: ParsedMail): boolean {
  return mail.attachments.some((part) => /^(message\/rfc822|text\/rfc822-headers)/i.test(part.contentType));
}

/** Reports put the failed address on a line of its own; people put only their own there. */
function listsAddress(mail: ParsedMail): boolean {
  const own = new Set(mail.from === null ? [] : [mail.from.address]);
  return listedRecipients(mail.text.slice(0, 2000), own).length > 0;
}

/** Phrases that only programs write, whatever their From says. */
function opensAsProgram(text: string): boolean {
  return /^\W{0,80}(this (message|e-?mail|mail) (was|is) (created |generated )?automatic|this is an automat(ic|ically)|this is (the (mail system|mailer)|a delivery status notification)|hi\. this is the|delivery to the following recipient|(your message|the following message)[^\n]{0,80}(following|to the) recipient|the original message was received at|-{2,} ?(failed recipients|non-?delivery report|failure reasons|the following addresses)|\*{3,} ?message from|(the following (mail|message|e-?mail) )?could not (be delivered|deliver message to the following)|message from [\w.-]{3,60}\.\s|sorry, (we were )?unable to deliver)/i.test(
    withoutGreeting(text),
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
  return /^\W{0,80}(this (is an? |message (was|is) |e-?mail (was|is) )(automatic|an automatic|created|generated|undeliver|not|a (permanent|mime))|hi\. this is the|the (following|original|enclosed|attached) (message|address|recipient|user|mail|destination)|your (message|mail|e-?mail)|message log follows|reporting-mta|final-recipient|failed addresses|unknown (user|host)|intended recipient|a message (that|could)|hola\. este es|bonjour\. ici|hallo\. dies ist|(message|mail|e-?mail|delivery)[^\n]{0,60}(could not|failed|was not|undeliver|not be|unable|has been returned)|unable to|undeliver|failed|delivery|sorry[,.] |(we|i)('m| am| are|'re)? (sorry|afraid|unable)|there was (a|an) (problem|error)|could not|-{3,}|message from|error|dear (sender|user)|mail delivery|diese (nachricht|mail|e-?mail)|ihre (nachricht|mail)|votre message|su mensaje|il (suo|tuo) messaggio|a sua mensagem|le message|this report|user |recipient|this user|\*+|an error|warning|invalid|this is an (advisory|error)|this e-?mail|we had trouble|error occurred|sent <<<|hello [^\n]{3,80}\n\s*we're writing)/i.test(
    withoutGreeting(text),
  );
}

/** Some programs say `Hi!` before they say what they are. */
function withoutGreeting(text: string): string {
  return text
    .slice(0, 400)
    .replace(/^\s*(hi|hello)[!,.]\s+(?=this is the )/i, '')
    .trimStart();
}

/** A report in words that no phrase covers, by a program that says what it is. */
function namesDaemon(text: string): boolean {
  return /^\W{0,80}this is the mailer-daemon/i.test(withoutGreeting(text));
}
