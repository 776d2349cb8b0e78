import { parseAddresses } from './headers/addresses.ts';
import type { Address, ParsedMail } from './parsed-mail.ts';

/** A forwarded mail stands near the top: below the forwarder's remark, above the history it brings along. */
const MOST_LINES = 400;
const MOST_HEADER_LINES = 12;
const LONGEST_LINE = 1000;

const FORWARD_SUBJECT = /^\s*(fwd?|wg|tr|rv|vs|i|enc|doorst|пересл|転送|转发)\s?:/iu;

/** What clients write above a mail that they forward inline; replies carry the same blocks, so the subject has to agree. */
const OPENING =
  /^[>\s]*(?:[-_*\s]{2,}\s*)?(?:forwarded message|begin forwarded message|original message|weitergeleitete nachricht|ursprüngliche nachricht|message transféré|message d'origine|mensaje reenviado|mensaje original|messaggio inoltrato|пересылаемое сообщение|пересланное сообщение|исходное сообщение|переадресованное сообщение)(?:\s*[-_*]{2,})?\s*:?\s*$/iu;

const FROM_LINE = /^[>\s]*\*?(?:from|von|de|da|от|от кого|van|från|fra|od|expéditeur)\*?\s?:\s*\*?\s*(.+)$/iu;

/**
 * Who wrote the mail that this one forwards, or null when it forwards none: the attached message's From, else the From
 * line of the block that mail clients write above a forwarded text. Says nothing about whether that is true.
 */
export function readForwardedSender(mail: ParsedMail): Address | null {
  if (!FORWARD_SUBJECT.test(mail.subject)) return null;
  const attached = mail.attachments.find((attachment) => attachment.contentType === 'message/rfc822');
  if (attached !== undefined) {
    const header = Buffer.from(attached.content.subarray(0, 65_536)).toString('latin1');
    const from = /^from:[ \t]*(.*(?:\r?\n[ \t].*)*)/im.exec(header.split(/\r?\n\r?\n/, 1)[0] ?? '')?.[1];
    const address = from === undefined ? null : firstAddress(from.replace(/\r?\n/g, ''));
    if (address !== null) return address;
  }
  return senderInText(mail.text);
}

function senderInText(text: string): Address | null {
  const lines = text.split('\n', MOST_LINES).map((line) => line.slice(0, LONGEST_LINE));
  for (const [index, line] of lines.entries()) {
    if (!OPENING.test(line)) continue;
    const block = lines.slice(index + 1, index + 1 + MOST_HEADER_LINES);
    for (const header of block) {
      const from = FROM_LINE.exec(header)?.[1];
      const address = from === undefined ? null : firstAddress(from.replace(/\[mailto:([^\]]+)\]/i, '<$1>'));
      if (address !== null) return address;
    }
  }
  return null;
}

function firstAddress(text: string): Address | null {
  const latin1 = Buffer.from(text, 'utf8').toString('latin1');
  const found = parseAddresses(latin1, 'utf-8').find(({ address }) => address.includes('@'));
  return found ?? null;
}
