import { cleanText } from '../text.ts';
import type { ParsedAttachment } from '../parsed-mail.ts';
import type { Entity } from './entity.ts';
import { declaredFileName, safeFileName, uniqueFileNames } from './file-name.ts';
import { readAppleFile } from '../enclosed/apple-file.ts';
import { mailOfTnef } from '../enclosed/tnef-mail.ts';
import { isTnef, readTnef, type TnefFile } from '../enclosed/tnef.ts';
import { decodeText } from '../charsets/decode-text.ts';
import { decodeHeaderText } from './encoded-words.ts';
import { firstHeader } from './header-block.ts';
import { mailName } from './mail-name.ts';
import { decodeBody } from './transfer-encoding.ts';

/** A file found in an email, before it has its final name. */
export type Found = {
  readonly name: string | null;
  readonly contentType: string;
  readonly content: Buffer;
  readonly contentId: string | null;
  readonly disposition: string;
  /** Content-Location: where the file lay on the page that was sent. */
  readonly location?: string | null;
};

/** The file a leaf of the MIME tree holds, byte for byte. */
export function fileOf(bytes: Buffer, entity: Entity, hint: string | null): Found {
  const content = decodeBody(
    bytes.subarray(entity.bodyStart, Math.max(entity.bodyEnd, entity.bodyStart)),
    entity.encoding,
  );
  const declared = declaredFileName(entity, hint);
  const isMail = /^message\/(?:rfc822|global)$/.test(entity.type);
  return {
    name: isMail ? nameOfMail(declared, content, hint) : declared,
    contentType: entity.type,
    content,
    contentId: entity.contentId,
    disposition: entity.disposition.value,
    location: locationOf(entity),
  };
}

function locationOf({ headers }: Entity): string | null {
  const location = firstHeader(headers, 'content-location');
  return location === null ? null : decodeHeaderText(location.slice(0, 2000)).replaceAll(/\s+/g, '');
}

/** An enclosed email is named by its subject when its sender gave no name; `.eml` makes a mail program open it. */
function nameOfMail(declared: string | null, content: Buffer, hint: string | null): string | null {
  if (declared === null) return mailName(content, hint);
  return /\.[a-z0-9]{2,5}\s*$/i.test(declared) ? declared : `${declared.trim()}.eml`;
}

/** A winmail.dat and what is in it, the file in an AppleSingle; any other file is itself alone. */
export function unpack(
  file: Found,
  depth = 0,
): { readonly files: readonly Found[]; readonly text: string; readonly html: string } {
  const apple = file.contentType === 'application/applefile' ? readAppleFile(file.content) : null;
  if (apple !== null && apple.data !== null)
    return { files: [fromApple(file, apple.name, apple.data)], text: '', html: '' };
  const isWinmail =
    /^application\/(?:vnd\.)?ms-tnef$/.test(file.contentType) || /^winmail\.dat$/i.test(file.name ?? '');
  const tnef = isWinmail && depth < 3 ? readTnef(file.content) : null;
  if (tnef === null) return { files: [file], text: '', html: '' };
  const inner = tnef.files.flatMap((each) => unpackTnefFile(each, depth));
  return { files: [file, ...inner], text: tnef.text ?? '', html: tnef.html ?? '' };
}

function unpackTnefFile(
  { name, contentType, contentId, content }: TnefFile,
  depth: number,
): readonly Found[] {
  const type = contentType ?? 'application/octet-stream';
  const isType = /^[a-z0-9!#$&^_.+-]{1,80}\/[a-z0-9!#$&^_.+-]{1,120}$/.test(type);
  const found = {
    name,
    contentType: isType ? type : 'application/octet-stream',
    contentId,
    content,
    disposition: 'attachment',
  };
  const mail = isTnef(content) && depth < 2 ? readTnef(content) : null;
  if (mail === null) return unpack(found, depth + 1).files;
  const eml = mailOfTnef(mail);
  const message = {
    ...found,
    name: mailName(eml, null) ?? `${name ?? 'message'}.eml`,
    contentType: 'message/rfc822',
  };
  return [{ ...message, content: eml }, ...mail.files.flatMap((each) => unpackTnefFile(each, depth + 1))];
}

/** The data of an AppleSingle under the name it had on the Macintosh. */
function fromApple(file: Found, name: Buffer | null, data: Buffer): Found {
  const called = name === null ? '' : decodeText(name, 'macintosh');
  return {
    ...file,
    name: called.trim() || file.name,
    contentType: 'application/octet-stream',
    content: data,
  };
}

/** The email's attachments with safe, distinct names; inline are those the HTML refers to and those that say so and have an id. */
export function nameAttachments(
  { found, shown }: { readonly found: readonly Found[]; readonly shown: ReadonlySet<string> },
  html: string | null,
): readonly ParsedAttachment[] {
  const cited = citedIds(html ?? '');
  const unique = uniqueFileNames();
  return found.map(({ name, contentType, content, contentId, disposition }, index) => ({
    name: unique(safeFileName(name, contentType, index + 1)),
    contentType,
    content,
    inline:
      contentId !== null &&
      (shown.has(contentId) || cited.has(contentId.toLowerCase()) || disposition === 'inline'),
    contentId: contentId === null ? null : cleanText(contentId),
  }));
}

function citedIds(html: string): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const [, id] of html.matchAll(/cid:([^"'\s<>)\\]{1,500})/gi)) {
    ids.add(id!.toLowerCase());
    ids.add(percentDecoded(id!).toLowerCase());
    ids.add(id!.replaceAll('&amp;', '&').toLowerCase());
  }
  return ids;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
