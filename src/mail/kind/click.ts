import { headerValue, parameter } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';
import { headerBlock } from '../trim/header-block.ts';
import type { ClassDecision } from './kind.ts';

/** Gmail's reaction button sends an email with a single emoji; anything longer is an answer. */
export function reactionOf(mail: ParsedMail): ClassDecision | null {
  const reacts = mail.attachments.some((part) =>
    /^text\/vnd\.google\.email-reaction\+json/i.test(part.contentType),
  );
  if (reacts && mail.visibleText.trim().length <= MAX_REACTION_LENGTH)
    return { class: 'receipt', decidedBy: 'gmail: reaction' };
  return reactsInOutlook(mail) ? { class: 'receipt', decidedBy: 'outlook: reaction' } : null;
}

/** The sign, who reacted, and where to learn about reactions, in the longest of Gmail's languages. */
const MAX_REACTION_LENGTH = 300;

/** Outlook writes nothing but who reacted, in the sender's own name, above the copy of our email. */
const outlookReaction =
  /^(\S[^\n]{0,130}?)\s(?:reacted to your message|hat auf Ihre Nachricht reagiert|a réagi à votre message|ha reaccionado a (?:tu|su) mensaje|reaccionó a (?:tu|su) mensaje|ha reagito al (?:tuo|suo) messaggio|reagiu à sua mensagem|heeft (?:op uw bericht )?gereageerd(?: op uw bericht)?|zareagowała?(?:\(a\))? na (?:Twoją|twoją) wiadomość|reagerade på ditt meddelande|reagerede på din (?:meddelelse|besked)|reagerte på meldingen din|reagoi viestiisi|отреагировала?(?:\(-?а\))? на ваше сообщение)\s?[:：.]?$/iu;

function reactsInOutlook(mail: ParsedMail): boolean {
  if (mail.inReplyTo.length === 0 || mail.attachments.some((part) => !part.inline)) return false;
  const name = mail.from?.name.trim().toLowerCase() ?? '';
  const [line = '', ...below] = mail.visibleText.trim().split('\n', 20);
  const said = below.findIndex((next) => next.trim() !== '');
  // The copy may be shown with it, for the line ends as one does that announces something.
  if (said >= 0 && headerBlock(below, said) === null) return false;
  const who = outlookReaction.exec(line.slice(0, 200))?.[1]?.toLowerCase() ?? '';
  // Before the name stands the sign, or its word: "[Like]".
  return name !== '' && who.endsWith(name) && !/\S\s+\S/.test(who.slice(0, -name.length));
}

/** Accepting or declining an invitation is a click, unless words are sent with it; a counter-proposal carries some. */
export function calendarOf(mail: ParsedMail): ClassDecision | null {
  if (holdsComment(mail)) return null;
  const type = headerValue(mail, 'content-type') ?? '';
  if (/^\s*text\/calendar/i.test(type) && parameter(type, 'method') === 'reply')
    return { class: 'receipt', decidedBy: 'calendar: method=reply' };
  if (mail.attachments.length > 2) return null;
  return calendarMethod(mail) === 'REPLY' ? { class: 'receipt', decidedBy: 'calendar: method=reply' } : null;
}

/** An invitation, its change or its withdrawal: sent in a person's name by a program, which no notice reaches. */
export function isInvitation(mail: ParsedMail): boolean {
  const type = headerValue(mail, 'content-type') ?? '';
  const method = /^\s*text\/calendar/i.test(type) ? parameter(type, 'method')?.toUpperCase() : null;
  return /^(REQUEST|CANCEL|ADD|COUNTER|DECLINECOUNTER|REFRESH|PUBLISH)$/.test(
    method ?? calendarMethod(mail) ?? '',
  );
}

/** Exchange writes the words of an answer into COMMENT, an empty line when there are none; Google beside the attendee. */
function holdsComment(mail: ParsedMail): boolean {
  const text = calendarIn(mail)?.replaceAll(/\r?\n[ \t]/g, '') ?? '';
  const [, comment = ''] = /^COMMENT(?:;[^:\n]{0,200})?:(.*)$/im.exec(text) ?? [];
  return (
    /[\p{L}\p{N}]/u.test(comment.replaceAll(/\\n/gi, ' ')) || /;X-RESPONSE-COMMENT="?[^";:\s]/i.test(text)
  );
}

/** What the first calendar of an email is for, by RFC 5546. */
function calendarMethod(mail: ParsedMail): string | null {
  const text = calendarIn(mail);
  return text === null
    ? null
    : (/^METHOD(?:;[^:\n]{0,200})?:(\w+)\s*$/im.exec(text)?.[1]?.toUpperCase() ?? null);
}

function calendarIn(mail: ParsedMail): string | null {
  const part = mail.attachments.find((attachment) =>
    /^(text\/calendar|application\/ics)/i.test(attachment.contentType),
  );
  return part === undefined ? null : new TextDecoder().decode(part.content.subarray(0, 20_000));
}
