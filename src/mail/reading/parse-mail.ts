import { withoutArmour } from '../enclosed/clear-signed.ts';
import { parseAddresses } from '../headers/addresses.ts';
import { contentHash } from '../mime/content-hash.ts';
import { readDate } from '../headers/mail-date.ts';
import { readMessageId, readMessageIds } from '../headers/message-ids.ts';
import { nameAttachments } from '../mime/attachments.ts';
import { decodeText } from '../charsets/decode-text.ts';
import { charsetHint } from '../mime/charset-hint.ts';
import { readContent } from '../mime/content.ts';
import { decodeHeaderText } from '../mime/encoded-words.ts';
import type { Entity } from '../mime/entity.ts';
import { readEntities } from '../mime/entity.ts';
import type { RawHeader } from '../mime/header-block.ts';
import { firstHeader } from '../mime/header-block.ts';
import { shownFiles } from '../enclosed/shown-files.ts';
import { repairRaw } from '../mime/repair-raw.ts';
import type { Address, Header, ParsedMail } from '../parsed-mail.ts';
import { sanitizeHtml } from '../html/sanitize-html.ts';
import { isDump } from '../html/shown-html.ts';
import { cleanLine, cleanText, shorten, withoutDirectionSpans } from '../text.ts';
import type { TrimHints } from '../trim/trim-reply.ts';
import { visibleText, visibleTextOfHtml } from '../trim/trim-reply.ts';

const MAX_SUBJECT_LENGTH = 4000;
const MAX_HEADER_LENGTH = 64 * 1024;
/** A text longer than this is a log or an attack, no conversation: it is shown whole instead of searched for quotes. */
const MAX_TRIMMED_LENGTH = 4 * 1024 * 1024;

/** Parses raw RFC 822 bytes. Accepts anything, however broken, without error; linear in the length; does not change `raw`. */
export function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  return Promise.resolve(parse(raw));
}

function parse(raw: Uint8Array): ParsedMail {
  const bytes = repairRaw(raw);
  const { root, leaves } = readEntities(bytes);
  const hint = charsetHint(bytes, root, leaves);
  const content = readContent(bytes, leaves, hint);
  const { headers } = root;
  const html = content.html === null ? null : cleanText(content.html);
  const text = withoutDirectionSpans(cleanText(content.text));
  const files = shownFiles(content.found, html);
  const head = envelope(headers, hint);
  const hints = { subject: head.subject, isReport: isReport(root, head.from) };
  return {
    headers: headers.map((header) => shownHeader(header, hint)),
    ...head,
    text,
    visibleText: visible({ text, html, textIsHtml: content.textIsHtml }, hints),
    html: html === null ? null : sanitizeHtml(html, files.idOf),
    attachments: nameAttachments(files, html),
    contentHash: contentHash(raw),
  };
}

/** What the headers alone say. */
export function envelope(headers: readonly RawHeader[], hint: string | null) {
  const froms = headers
    .filter((header) => header.name === 'from')
    .map(({ value }) => parseAddresses(value, hint));
  const all = (name: string): readonly Address[] =>
    headers.filter((header) => header.name === name).flatMap(({ value }) => parseAddresses(value, hint));
  const ids = (name: string): string | null =>
    headers
      .filter((header) => header.name === name)
      .map((header) => header.value)
      .join(' ') || null;
  return {
    from: froms.find((list) => list.length > 0)?.[0] ?? null,
    fromHeaders: froms.reduce((sum, list) => sum + Math.max(list.length, 1), 0),
    replyTo: all('reply-to'),
    to: all('to'),
    cc: all('cc'),
    subject: shorten(decodeHeaderText(firstHeader(headers, 'subject') ?? '', hint), MAX_SUBJECT_LENGTH),
    date: readDate(firstHeader(headers, 'date')),
    internetMessageId: readMessageId(firstHeader(headers, 'message-id')),
    inReplyTo: readMessageIds(ids('in-reply-to')),
    references: readMessageIds(ids('references')),
  };
}

/** A server's report on an email names its fields, addresses and times: none of that is a quote. */
function isReport(root: Entity, from: Address | null): boolean {
  return (
    root.type === 'multipart/report' ||
    /^(?:mailer-daemon|postmaster|mail-daemon|mail\.daemon|mdaemon|mailerdaemon)(?:@|$)/.test(
      from?.address ?? '',
    ) ||
    firstHeader(root.headers, 'x-failed-recipients') !== null
  );
}

/** The part its author wrote. The marks in the HTML show where the earlier message begins, in any language. */
function visible(
  {
    text,
    html,
    textIsHtml,
  }: { readonly text: string; readonly html: string | null; readonly textIsHtml: boolean },
  hints: TrimHints,
): string {
  if (text.length > MAX_TRIMMED_LENGTH || (html !== null && isDump(html))) return text;
  const ofHtml = textIsHtml && html !== null ? visibleTextOfHtml(html, hints) : null;
  const trimmed = withoutArmour(ofHtml ?? visibleText(withoutArmour(text), { ...hints, html }));
  return trimmed.trim() === '' ? text : trimmed;
}

/** Encoded words stay as they are; only raw 8-bit bytes become characters. */
function shownHeader({ name, value }: RawHeader, hint: string | null): Header {
  const start = value.slice(0, MAX_HEADER_LENGTH);
  // eslint-disable-next-line no-control-regex
  const readable = /[\u0080-\u00ff]/.test(start)
    ? decodeText(Buffer.from(start, 'latin1'), null, hint)
    : start;
  return { name: cleanLine(shorten(name, 1000)), value: cleanLine(readable) };
}
