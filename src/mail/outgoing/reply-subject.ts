/** `Re: …` once, and the subject otherwise untouched: Gmail threads by it. */
export function replySubject(subject: string): string {
  return /^re\s?:/i.test(subject) ? subject : `Re: ${subject}`;
}
