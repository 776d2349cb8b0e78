import { decodeText } from '../charsets/decode-text.ts';
import { decompressRtf } from './compressed-rtf.ts';
import { readRtf } from './rtf.ts';

export type TnefFile = {
  readonly name: string | null;
  readonly contentType: string | null;
  readonly contentId: string | null;
  readonly content: Buffer;
};

export type Tnef = {
  readonly subject: string;
  readonly sender: { readonly name: string; readonly address: string };
  /** Whom it was for, as Outlook shows it. */
  readonly to: string;
  readonly sentAt: Date | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly files: readonly TnefFile[];
};

type Property = { readonly id: number; readonly type: number; readonly value: Buffer };
type PartialAttachment = {
  name: string | null;
  longName: string | null;
  contentType: string | null;
  contentId: string | null;
  content: Buffer | null;
};

const SIGNATURE = 0x223e9f78;
const attribute = {
  subject: 0x8004,
  body: 0x800c,
  attachmentData: 0x800f,
  attachmentTitle: 0x8010,
  attachmentStart: 0x9002,
  messageProperties: 0x9003,
  attachmentProperties: 0x9005,
  codePage: 0x9007,
};
const property = {
  subject: 0x0037,
  sentAt: 0x0039,
  senderName: 0x0c1a,
  senderAddress: 0x0c1f,
  displayTo: 0x0e04,
  body: 0x1000,
  compressedRtf: 0x1009,
  bodyHtml: 0x1013,
  displayName: 0x3001,
  data: 0x3701,
  longName: 0x3707,
  mimeTag: 0x370e,
  contentId: 0x3712,
  internetCodePage: 0x3fde,
  senderSmtpAddress: 0x5d01,
};
/** Values of a fixed size by MAPI type; every other type carries a count and lengths. */
const fixedSizes: Record<number, number> = {
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
};
const TYPE_OBJECT = 0x000d;
const TYPE_UNICODE = 0x001f;
const MAX_FILES = 1000;
const MAX_PROPERTIES = 5000;

/** What a winmail.dat holds (MS-OXTNEF): its files and the message text; null for any other file. Every read is checked against the end. */
export function readTnef(bytes: Buffer): Tnef | null {
  if (!isTnef(bytes)) return null;
  let codePage = 'windows-1252';
  let text: string | null = null;
  let subject = '';
  let bodies: readonly Property[] = [];
  const drafts: PartialAttachment[] = [];
  for (let at = 6; at + 9 <= bytes.length;) {
    const id = bytes.readUInt16LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const data = bytes.subarray(at + 9, at + 9 + length);
    at += 9 + length + 2;
    if (data.length < length) break;
    if (id === attribute.codePage && data.length >= 4) codePage = `cp${data.readUInt32LE(0)}`;
    else if (id === attribute.body) text ??= stringOf(data, codePage);
    else if (id === attribute.subject) subject = stringOf(data, codePage);
    else if (id === attribute.messageProperties) {
      bodies = readProperties(data);
    } else if (id === attribute.attachmentStart) {
      if (drafts.length >= MAX_FILES) break;
      drafts.push({ name: null, longName: null, contentType: null, contentId: null, content: null });
    } else {
      describe(drafts.at(-1), id, data, codePage);
    }
  }
  const files = drafts.flatMap(({ name, longName, contentType, contentId, content }) =>
    content === null ? [] : [{ name: longName ?? name, contentType, contentId, content }],
  );
  const envelope = readEnvelope(bodies, codePage);
  return {
    ...readBodies(bodies, text, codePage),
    ...envelope,
    subject: envelope.subject || subject,
    files,
  };
}

function readEnvelope(
  properties: readonly Property[],
  codePage: string,
): Pick<Tnef, 'subject' | 'sender' | 'to' | 'sentAt'> {
  const find = (id: number): Property | undefined => properties.find((entry) => entry.id === id);
  const textAt = (id: number): string => {
    const entry = find(id);
    return entry === undefined ? '' : propertyText(entry, codePage).trim();
  };
  // An Exchange address (`/O=…`) reaches nobody outside.
  const address = [property.senderSmtpAddress, property.senderAddress]
    .map(textAt)
    .find((one) => one.includes('@'));
  const sent = find(property.sentAt)?.value;
  return {
    subject: textAt(property.subject),
    sender: { name: textAt(property.senderName), address: address ?? '' },
    to: textAt(property.displayTo),
    sentAt: sent?.length === 8 ? fromFileTime(sent) : null,
  };
}

/** Windows counts tenths of a microsecond from 1601. */
function fromFileTime(value: Buffer): Date | null {
  const time = Number(value.readBigUInt64LE(0) / 10_000n) - 11_644_473_600_000;
  return time > 0 && time < 4_102_444_800_000 ? new Date(time) : null;
}

/** The message in the first of the forms it is kept in: plain text and HTML, else rich text. */
function readBodies(
  bodies: readonly Property[],
  plain: string | null,
  codePage: string,
): Pick<Tnef, 'text' | 'html'> {
  const find = (id: number): Property | undefined => bodies.find((entry) => entry.id === id);
  const [body, markup, rich, page] = [
    find(property.body),
    find(property.bodyHtml),
    find(property.compressedRtf),
    find(property.internetCodePage),
  ];
  const text = body === undefined ? plain : propertyText(body, codePage);
  const htmlPage = page?.value.length === 4 ? `cp${page.value.readUInt32LE(0)}` : codePage;
  const html = markup === undefined ? null : propertyText(markup, htmlPage);
  if (text?.trim() || html?.trim() || rich === undefined) return { text, html };
  const rtf = decompressRtf(rich.value);
  return rtf === null ? { text, html } : readRtf(rtf);
}

function describe(draft: PartialAttachment | undefined, id: number, data: Buffer, codePage: string): void {
  if (draft === undefined) return;
  if (id === attribute.attachmentTitle) draft.name = stringOf(data, codePage);
  if (id === attribute.attachmentData) draft.content = data;
  if (id !== attribute.attachmentProperties) return;
  for (const entry of readProperties(data)) {
    if (entry.id === property.longName) draft.longName = propertyText(entry, codePage);
    else if (entry.id === property.displayName) draft.name ??= propertyText(entry, codePage);
    else if (entry.id === property.mimeTag) draft.contentType = propertyText(entry, codePage).toLowerCase();
    else if (entry.id === property.contentId)
      draft.contentId = propertyText(entry, codePage).replace(/^<|>$/g, '');
    else if (entry.id === property.data) draft.content = contentOf(entry, draft.content);
  }
}

/** An object's value opens with a 16-byte interface id; an embedded message is TNEF again, for which the other place has only a notice. */
function contentOf(entry: Property, before: Buffer | null): Buffer {
  const value = entry.type === TYPE_OBJECT ? entry.value.subarray(16) : entry.value;
  return before === null || isTnef(value) ? value : before;
}

/** Tells whether a file is a winmail.dat, whatever it is called. */
export function isTnef(bytes: Buffer): boolean {
  return bytes.length >= 6 && bytes.readUInt32LE(0) === SIGNATURE;
}

/** A MAPI property list; stops where it stops making sense. */
function readProperties(data: Buffer): readonly Property[] {
  const found: Property[] = [];
  if (data.length < 4) return found;
  const count = Math.min(data.readUInt32LE(0), MAX_PROPERTIES);
  let at = 4;
  const uint32 = (): number => {
    const value = at + 4 <= data.length ? data.readUInt32LE(at) : Number.NaN;
    at += 4;
    return value;
  };
  const block = (): Buffer | null => {
    const length = uint32();
    if (!(at + length <= data.length)) return null;
    const value = data.subarray(at, at + length);
    at += length + ((4 - (length % 4)) % 4);
    return value;
  };
  for (let i = 0; i < count && at + 4 <= data.length; i++) {
    const type = data.readUInt16LE(at);
    const id = data.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) {
      at += 16;
      if (uint32() === 0) at += 4;
      else if (block() === null) return found;
    }
    const base = type & 0x0fff;
    const size = fixedSizes[base];
    const values = size === undefined || (type & 0x1000) !== 0 ? uint32() : 1;
    if (!(values <= data.length)) return found;
    for (let k = 0; k < values; k++) {
      const value = size === undefined ? block() : data.subarray(at, at + size);
      if (value === null || (size !== undefined && value.length < size)) return found;
      if (size !== undefined) at += size;
      if (k === 0) found.push({ id, type: base, value });
    }
  }
  return found;
}

function propertyText(entry: Property, codePage: string): string {
  if (entry.type === TYPE_UNICODE)
    return entry.value
      .subarray(0, entry.value.length & ~1)
      .toString('utf16le')
      .replace(/\0.*$/s, '');
  return stringOf(entry.value, codePage);
}

function stringOf(data: Buffer, codePage: string): string {
  const end = data.indexOf(0);
  return decodeText(end < 0 ? data : data.subarray(0, end), codePage);
}
