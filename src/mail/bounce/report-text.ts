import type { ParsedMail } from '../parsed-mail.ts';

const MAX_SIZE = 400_000;

const copyMarkers =
  /^\W{0,60}(below this line is a copy|this is a copy of (the|your) message|original message (follows|headers?|text|was)|original (mail|message)\b.{0,40}$|copy of the (message|original)|unsent message (follows|below)|returned (message|mail) follows|message header(s)? follow|message text follows|the original message(?! was received)|undelivered message follows|start of returned message|------ ?forwarded message|begin(ning)? of (returned|original|message)|ursprüngliche nachricht|le message original|mensaje original|headers? of the (original|message)|transcript of the message|content of the (undeliv|original))/i;
/** How a delivery status begins, whatever a gateway made of its type. */
const statusStart = /^\s*(reporting-mta|(final|original)-recipient)\s*:/i;
const summaryStart = /relates to (a|your) message[^:]{0,80}:\s*$/i;
const copyHeader =
  /^(return-path|received|message-id|x-mailer|mime-version|dkim-signature|x-originating-ip)\s*:\s*\S/i;

export type ReportText = {
  /** What the reporting server says. */
  readonly said: string;
  /** What it returns of the original message, headers first. */
  readonly returned: string;
  /** Delivery-status parts, decoded. */
  readonly status: string;
};

/** Divides a report into its words, its machine-readable part and the email it returns, whether or not they are MIME parts. */
export function reportText(mail: ParsedMail, rawText: string): ReportText {
  const parts = mail.attachments.map((attachment) => ({
    type: attachment.contentType.toLowerCase(),
    text: decoded(attachment.content),
  }));
  const status = parts
    .filter(
      (part) =>
        /delivery-status|global-delivery/.test(part.type) || statusStart.test(part.text.slice(0, 100)),
    )
    .map((part) => part.text);
  const copies = parts
    .filter((part) => /rfc822|global-headers|message\/(partial|external)/.test(part.type))
    .map((part) => part.text);
  const notes = parts.filter((part) => part.type.startsWith('text/plain')).map((part) => part.text);
  const text = [mail.text.slice(0, MAX_SIZE), ...notes].join('\n\n');
  const body = bodyOf(rawText);
  const { said, returned } = divide(text.trim() === '' ? body : text);
  return {
    said,
    returned: [...copies, returned].join('\n\n').slice(0, MAX_SIZE),
    status: [...status, ...(status.length === 0 ? [said, body] : [])].join('\n\n').slice(0, MAX_SIZE),
  };
}

/** The bytes after the header block of a raw message, as text. */
export function bodyOf(rawText: string): string {
  const text = rawText.slice(0, 4 * MAX_SIZE).replace(/\r\n?/g, '\n');
  const end = text.indexOf('\n\n');
  return end < 0 ? '' : text.slice(end + 2, end + 2 + 2 * MAX_SIZE);
}

function divide(text: string): { said: string; returned: string } {
  const lines = text.split('\n');
  let summary = false;
  for (const [index, line] of lines.entries()) {
    // Sun's and Oracle's reports begin with the header fields of the email that they are about.
    summary =
      line.trim() === ''
        ? summary && (lines[index - 1] ?? '').endsWith(':')
        : summary || summaryStart.test(line);
    if (summary) continue;
    const marked =
      line.length < 200 &&
      copyMarkers.test(line) &&
      lines.slice(0, index).some((above) => above.trim() !== '');
    if (marked || startsCopy(lines, index)) {
      return { said: lines.slice(0, index).join('\n'), returned: lines.slice(index).join('\n') };
    }
  }
  return { said: text, returned: '' };
}

/** Two header fields in a row that only an email's own header block has. */
function startsCopy(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (line.length > 1000 || !copyHeader.test(line.trimStart())) return false;
  return lines
    .slice(index + 1, index + 6)
    .some((below) => /^\s{0,4}[a-z][a-z0-9-]{1,40}:\s/i.test(below) && below.length < 2000);
}

function decoded(content: Uint8Array): string {
  return new TextDecoder('utf-8').decode(content.subarray(0, MAX_SIZE)).replace(/\r\n?/g, '\n');
}
