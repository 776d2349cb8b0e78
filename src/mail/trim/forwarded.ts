import { parseAddresses } from '../headers/addresses.ts';
import type { Address, ParsedMail } from '../parsed-mail.ts';
import { attributionLength } from './attribution.ts';
import { headerBlockLength, headerOf } from './header-block.ts';
import { originalMarker } from './original-message.ts';

/** A forwarded mail stands near the top: below the forwarder's remark, above the history it brings along. */
const MOST_LINES = 400;
const MOST_HEADER_LINES = 12;
const LONGEST_LINE = 1000;

const FORWARD_SUBJECT =
  /^\s*(?:fwd?|wg|tr|rv|vs|i|enc|pd|vb|vl|videresend|redir\.?|[iİ]lt|doorst|пересл|転送|转发)\s?[:：]/iu;
/** "VS:" is a forward in Danish and a reply in Finnish. */
const FINNISH_REPLY = /^\s*vs\s?:/i;

/**
 * Who wrote the mail that this one forwards, or null when it forwards none: the attached message's From, else the writer
 * whom mail clients name above a forwarded text. Replies name one too, so the subject has to agree. Says nothing about
 * whether that is true.
 */
export function readForwardedSender(
  mail: Pick<ParsedMail, 'subject' | 'text' | 'attachments'>,
): Address | null {
  if (!FORWARD_SUBJECT.test(mail.subject)) return null;
  const attached = mail.attachments.find((attachment) => attachment.contentType === 'message/rfc822');
  if (attached !== undefined) {
    const header = Buffer.from(attached.content.subarray(0, 65_536)).toString('latin1');
    const from = /^from:[ \t]*(.*(?:\r?\n[ \t].*)*)/im.exec(header.split(/\r?\n\r?\n/, 1)[0] ?? '')?.[1];
    const address = from === undefined ? null : firstAddress(from.replace(/\r?\n/g, ''));
    if (address !== null) return address;
  }
  const lines = mail.text
    .split('\n', MOST_LINES)
    .map((line) => line.slice(0, LONGEST_LINE).replace(/^[>\s]+/, ''));
  if (FINNISH_REPLY.test(mail.subject) && lines.some((line) => /^\*?lähettäjä/i.test(line))) return null;
  return senderAbove(lines);
}

/** The writer named by the first marked copy of a mail, bare header block or "On … wrote:" line. */
function senderAbove(lines: readonly string[]): Address | null {
  for (const [index, line] of lines.entries()) {
    const isCopy = originalMarker(line) !== null || headerBlockLength(lines, index) >= 3;
    const address = isCopy
      ? senderInBlock(lines.slice(index, index + 1 + MOST_HEADER_LINES))
      : senderInAttribution(lines.slice(index, index + attributionLength(lines, index)));
    if (address !== null) return address;
  }
  return null;
}

function senderInBlock(block: readonly string[]): Address | null {
  for (const line of block) {
    // Yahoo puts the marker and the whole block in one line.
    const header = headerOf(line.replace(/^\s*-{3,}[^-]{5,60}-{3,}/, ''));
    const address = header?.kind === 'from' ? firstAddress(header.value) : null;
    if (address !== null) return address;
  }
  return null;
}

/** The name is taken only where quotes tell it from the date before it. */
function senderInAttribution(lines: readonly string[]): Address | null {
  const text = lines.join(' ');
  const [, name = '', address] =
    /(?:["„«]\s?([^"”»]{1,100}?)\s?["”»])?\s*[<[(]+([^<>[\]()\s]+@[^<>[\]()\s]+)[>\])]/.exec(text) ?? [];
  const found = address === undefined ? null : firstAddress(address);
  return found === null ? null : { ...found, name };
}

function firstAddress(text: string): Address | null {
  // Behind the address other fields may follow in the same line.
  const first = /^[^<]*<[^<>]*@[^<>]*>/.exec(text.replace(/\[mailto:([^\]]+)\]/i, '<$1>'))?.[0] ?? text;
  const latin1 = Buffer.from(first, 'utf8').toString('latin1');
  const found = parseAddresses(latin1, 'utf-8').find(({ address }) => address.includes('@'));
  return found ?? null;
}
