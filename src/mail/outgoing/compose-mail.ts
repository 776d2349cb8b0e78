import type { Language } from '../language.ts';
import type { Address } from '../parsed-mail.ts';
import { type QuotedMail, htmlOfText, quoteHtml, quoteText } from './quote-mail.ts';
import { cleanLine } from '../text.ts';

export type MailToCompose = {
  readonly internetMessageId: string;
  readonly date: Date;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject: string;
  readonly text: string;
  /** Null: made from the text. */
  readonly html: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** Of the words we add, such as "On … wrote:". */
  readonly language: Language;
  readonly quoted: QuotedMail | null;
  /** Plain text between the message and the quote. Defaults to none. */
  readonly signature?: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly content: Buffer;
    readonly inline: boolean;
    readonly contentId: string | null;
  }[];
  /** Set on a notice: RFC 3834's mark, and the mailbox's address as the sign by which a desk knows its own loop. */
  readonly automatic: { readonly loopMark: string } | null;
  /** Further headers, each with a value for each time that it is there. Defaults to none. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
};

/**
 * The finished MIME message (CRLF). The same message gives the same bytes every time: date, id and boundaries come from
 * the message, so a second copy of a retried message is recognised as one.
 */
export async function composeMail(mail: MailToCompose): Promise<Buffer> {
  const { text, html } = bodyOf(mail);
  const subject = cleanLine(mail.subject);
  const long = subject.split(' ').some((run) => run.length > MAX_RUN_LENGTH);
  // Only now: before its first message a desk needs none of the library, which takes memory.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    messageId: mail.internetMessageId,
    date: mail.date,
    from: header(mail.from),
    to: mail.to.map(header),
    cc: mail.cc.map(header),
    replyTo: mail.replyTo.map(header),
    ...threading(mail),
    ...(long ? {} : { subject }),
    headers: {
      ...(long ? { Subject: { prepared: true, value: encodedWords(subject) } } : {}),
      ...(mail.automatic === null ? {} : automaticHeaders(mail, mail.automatic.loopMark)),
      ...mail.headers,
    },
    text,
    html,
    attachments: mail.attachments.map(({ name, contentType, content, inline, contentId }) => ({
      filename: cleanLine(name),
      contentType,
      content,
      contentDisposition: inline ? 'inline' : 'attachment',
      ...(contentId === null ? {} : { cid: contentId.replace(/[^\x21-\x7e]|[<>]/g, '') }),
    })),
    newline: 'win',
    baseBoundary: mail.internetMessageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

function bodyOf(mail: MailToCompose): { text: string; html: string } {
  const { quoted, signature = '', language } = mail;
  // The blank after the dashes is what mail programs know a signature by (RFC 3676, 4.3).
  const text = [mail.text, ...(signature === '' ? [] : [`-- \n${signature}`])];
  const html = [
    mail.html ?? htmlOfText(mail.text),
    ...(signature === '' ? [] : [`<div class="gmail_signature">${htmlOfText(`-- \n${signature}`)}</div>`]),
  ];
  if (quoted !== null) {
    text.push(quoteText(quoted, language));
    html.push(quoteHtml(quoted, language));
  }
  return { text: withLineEnds(text.join('\n\n')), html: withLineEnds(html.join('\n')) };
}

// A carriage return alone may not leave (RFC 5321, 2.3.8): some servers refuse the message for it.
function withLineEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

// Cleaned, because an encoded line break is decoded again by the reader, some of whom then see two headers.
function header(address: Address): { name: string; address: string } {
  return { name: cleanLine(address.name), address: address.address };
}

/** A run without a blank cannot be folded, and a line has 998 octets at the most (RFC 5322, 2.1.1). */
const MAX_RUN_LENGTH = 200;
const OCTETS_A_WORD = 42;

// The library folds a subject at its blanks and encodes only what is not ASCII: a long run has to become encoded words.
function encodedWords(subject: string): string {
  const words: string[] = [''];
  for (const character of subject) {
    const longer = `${words.at(-1)}${character}`;
    if (Buffer.byteLength(longer) <= OCTETS_A_WORD) words[words.length - 1] = longer;
    else words.push(character);
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

const MAX_REFERENCES = 20;

// First and last: the first names the thread, the last ones are what the contact's client holds (RFC 5322, 3.6.4).
function threading(mail: MailToCompose): { inReplyTo?: string; references?: string[] } {
  const [parent] = mail.inReplyTo.filter(isMessageId);
  const ids = [...new Set(mail.references.filter(isMessageId))];
  const kept = ids.length <= MAX_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MAX_REFERENCES)];
  return {
    ...(parent === undefined ? {} : { inReplyTo: parent }),
    ...(kept.length === 0 ? {} : { references: kept }),
  };
}

// Ids come from other people's mail: one with a blank or a bare byte in it would break the header for all the others.
function isMessageId(id: string): boolean {
  return /^<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>$/.test(id);
}

function automaticHeaders(mail: MailToCompose, loopMark: string): Record<string, string> {
  return {
    'Auto-Submitted': mail.inReplyTo.length > 0 ? 'auto-replied' : 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Mailroom-Loop': cleanLine(loopMark),
  };
}
