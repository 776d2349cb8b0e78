import { cleanText } from '../text.ts';
import type { ParsedAttachment } from '../parsed-mail.ts';
import type { Entity } from './entity.ts';
import { declaredFileName, safeFileName, uniqueFileNames } from './file-name.ts';
import { readTnef } from '../enclosed/tnef.ts';
import { decodeBody } from './transfer-encoding.ts';

/** A file found in a mail before it has its final name. */
export type Found = {
  readonly name: string | null;
  readonly contentType: string;
  readonly content: Buffer;
  readonly contentId: string | null;
  readonly disposition: string;
};

/** The file a leaf of the MIME tree holds, byte for byte. */
export function fileOf(bytes: Buffer, entity: Entity, hint: string | null): Found {
  return {
    name: declaredFileName(entity, hint),
    contentType: entity.type,
    content: decodeBody(
      bytes.subarray(entity.bodyStart, Math.max(entity.bodyEnd, entity.bodyStart)),
      entity.encoding,
    ),
    contentId: entity.contentId,
    disposition: entity.disposition.value,
  };
}

/** A winmail.dat and what is in it; any other file is itself alone. */
export function unpack(
  file: Found,
  depth = 0,
): { readonly files: readonly Found[]; readonly text: string; readonly html: string } {
  const isTnef =
    /^application\/(?:vnd\.)?ms-tnef$/.test(file.contentType) || /^winmail\.dat$/i.test(file.name ?? '');
  const tnef = isTnef && depth < 3 ? readTnef(file.content) : null;
  if (tnef === null) return { files: [file], text: '', html: '' };
  const inner = tnef.files.flatMap(({ name, contentType, contentId, content }) => {
    const nested = content.length > 4 && content.readUInt32LE(0) === 0x223e9f78;
    const type = contentType ?? (nested ? 'application/ms-tnef' : 'application/octet-stream');
    const isType = /^[a-z0-9!#$&^_.+-]{1,80}\/[a-z0-9!#$&^_.+-]{1,120}$/.test(type);
    const found = {
      name,
      contentType: isType ? type : 'application/octet-stream',
      contentId,
      content,
      disposition: 'attachment',
    };
    return unpack(found, depth + 1).files;
  });
  return { files: [file, ...inner], text: tnef.text ?? '', html: tnef.html ?? '' };
}

/** The mail's attachments with safe, distinct names; inline are those the HTML refers to and those that say so and have an id. */
export function nameAttachments(found: readonly Found[], html: string | null): readonly ParsedAttachment[] {
  const cited = citedIds(html ?? '');
  const unique = uniqueFileNames();
  return found.map(({ name, contentType, content, contentId, disposition }, index) => ({
    name: unique(safeFileName(name, contentType, index + 1)),
    contentType,
    content,
    inline: contentId !== null && (cited.has(contentId.toLowerCase()) || disposition === 'inline'),
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
