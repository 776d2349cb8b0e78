import type { SmtpReply } from '../smtp/smtp.ts';

/** `account_limit`: the provider accepts nothing more from this account for a while, for any recipient. */
export type ReplyClass = 'temporary' | 'permanent' | 'account_limit';

// Gmail: 550 5.4.5 "Daily user sending limit exceeded", 421 4.7.28 "unusual rate"; 450 4.2.1 "Peak SMTP relay limit
// exceeded"; 454 4.7.0 "Too many login attempts" (support.google.com/a/answer/3726730). Exchange: SubmissionQuotaExceeded.
// SES: 454 "Throttling failure". cPanel: "exceeded the max emails per hour".
const LIMIT_CODES = new Set(['5.4.5', '4.7.28']);
const LIMIT_TEXT =
  /\b(daily|hourly|sending|submission|outbound|relay)\b[^.]{0,40}\b(limit|quota|rate)\b[^.]{0,40}\b(exceeded|reached)|submissionquotaexceeded|throttling failure|too many login attempts|(exceeded|reached)[^.]{0,40}\b(daily|hourly|sending)\b[^.]{0,20}\b(limit|quota)|exceeded the max\w* (e-?mails|messages|defers)\b[^.]{0,40}\bper (hour|day)/i;

// Some servers greylist, or have passing trouble, with a 5xx: the text says that another try will work. Exchange counts
// what one recipient gets in an hour (5.2.121 from one sender, 5.2.122 from all).
const PASSING_CODES = new Set(['5.2.121', '5.2.122']);
const PASSING_TEXT = /gr[ea]y-?\s?list|try (again|later)|temporar(y|ily)|too many recipients/i;
// "User unknown; check the address and try again" is addressed to a person, not to a program.
const FINAL_TEXT =
  /permanent|unknown (user|recipient|address|mailbox)|(user|recipient|address|mailbox)( is)? unknown|no such (user|recipient|address|mailbox)|does ?n[o']t exist/i;

/**
 * What a refusal means, by code and text together: a 5xx that announces a daily limit or greylisting is temporary, and
 * 503 is about the session, not the message. No code at all (a broken connection) is temporary.
 */
export function classifyReply(reply: SmtpReply): ReplyClass {
  if (LIMIT_CODES.has(reply.enhancedCode ?? '') || LIMIT_TEXT.test(reply.text)) return 'account_limit';
  if (reply.code === null || reply.code < 500 || reply.code === 503) return 'temporary';
  if (PASSING_CODES.has(reply.enhancedCode ?? '')) return 'temporary';
  return PASSING_TEXT.test(reply.text) && !FINAL_TEXT.test(reply.text) ? 'temporary' : 'permanent';
}
