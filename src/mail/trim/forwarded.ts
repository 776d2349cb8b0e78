import { parseAddresses } from '../headers/addresses.ts';
import { decodeHeaderText } from '../mime/encoded-words.ts';
import { firstHeader, readHeaderBlock } from '../mime/header-block.ts';
import { repairRaw } from '../mime/repair-raw.ts';
import type { Address, ParsedAttachment, ParsedMail } from '../parsed-mail.ts';
import { withoutDirectionMarks } from '../text.ts';
import { attributionLength } from './attribution.ts';
import { headerBlock, headerOf } from './header-block.ts';
import { originalMarker } from './original-message.ts';
import { isGroupwise } from './rarer-introductions.ts';
import { subjectKind, withoutPrefixes } from './subject-prefix.ts';

/** A forwarded message stands near the top: below the forwarder's remark, above the history it brings along. */
const MAX_LINES = 400;
const MAX_HEADER_LINES = 12;
const MAX_LINE_LENGTH = 1000;
const HEADER_WINDOW = 65_536;
const NO_LANGUAGES: ReadonlySet<string> = new Set();

/**
 * Who wrote the email that this one forwards, or null when it forwards none: the attached message's From, else the writer
 * whom mail clients name above a forwarded text. Replies name one too, so the subject has to agree: it says so, or it is no
 * answer's and the copy is marked as forwarded or attached under the same subject. Says nothing about whether that is true.
 */
export function readForwardedSender(
  mail: Pick<ParsedMail, 'subject' | 'text' | 'attachments'>,
): Address | null {
  const attached = mail.attachments.filter(isMail);
  if (attached.length === 1 && subjectKind(mail.subject) !== 'reply') {
    const sender = senderOfAttached(attached[0]!, mail.subject);
    if (sender !== null) return sender;
  }
  // Gmail in Hebrew and Arabic begins each line of the block with a mark of direction.
  const lines = withoutDirectionMarks(mail.text)
    .split('\n', MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE_LENGTH));
  return senderAbove(lines, mail.subject);
}

function isMail({ contentType, name }: ParsedAttachment): boolean {
  return contentType === 'message/rfc822' || /\.eml$/i.test(name);
}

/** An email forwarded as a file keeps its subject: bare, prefixed, or left out. */
function senderOfAttached({ content }: ParsedAttachment, subject: string): Address | null {
  const bytes = repairRaw(content.subarray(0, HEADER_WINDOW));
  const { headers } = readHeaderBlock(bytes, 0, bytes.length);
  const bare = withoutPrefixes(subject).toLowerCase();
  const inner = withoutPrefixes(decodeHeaderText(firstHeader(headers, 'subject') ?? '')).toLowerCase();
  if (subjectKind(subject) !== 'forward' && bare !== '' && bare !== inner) return null;
  const from = firstHeader(headers, 'from');
  return from === null ? null : (parseAddresses(from).find(({ address }) => address.includes('@')) ?? null);
}

/** The writer named by the first marked copy of an email, bare header block or "On … wrote:" line. */
function senderAbove(given: readonly string[], subject: string): Address | null {
  const lines = given.map((line) => line.replace(/^[>\s]+/, ''));
  for (const [index, line] of lines.entries()) {
    const marker = originalMarker(line);
    const block = headerBlock(lines, marker === null ? index : index + 1, subject, marker !== null);
    const kind = subjectKind(subject, block?.languages ?? NO_LANGUAGES);
    if (kind === 'reply' || (kind === null && marker !== 'forward')) continue;
    const address =
      marker !== null || block !== null
        ? senderInBlock(lines.slice(index, index + 1 + MAX_HEADER_LINES))
        : senderInAttribution(
            lines.slice(
              index,
              index + (attributionLength(lines, index) || (isGroupwise(given[index] ?? '') ? 1 : 0)),
            ),
          );
    if (address !== null) return address;
  }
  return null;
}

function senderInBlock(block: readonly string[]): Address | null {
  for (const line of block) {
    // Yahoo puts the marker and the whole block in one line.
    const header = headerOf(withColon(line.replace(/^\s*-{3,}[^-]{4,60}-{3,}/, '')));
    if (header === null || !header.meanings.some(({ kind }) => kind === 'from')) continue;
    const address = firstAddress(header.value);
    if (address !== null) return address;
  }
  return null;
}

/** eM Client leaves the colons out, NetEase writes a table. */
function withColon(line: string): string {
  return line
    .replace(/^\s*\|\s*([^|]{1,30}?)\s*\|\s*/, '$1: ')
    .replace(/^(\p{L}{1,20}(?: \p{L}{1,20})?) (?=["“„«<])/u, '$1: ');
}

/** The name is used only when quotes separate it from the date before it. */
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
