import { randomUUID } from 'node:crypto';
import type { OutgoingAttachment } from '../deliveries/outgoing-mail.ts';
import { safeFileName } from '../../mail/mime/file-name.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { invalidField } from '../../platform/problems.ts';

export type ReadyFiles = {
  readonly html: string | null;
  readonly attachments: readonly OutgoingAttachment[];
};

/** Gmail accepts 25 MB a message, counted as it travels (support.google.com/mail/answer/6584). */
const MAX_ENCODED_BYTES = 25 * 1024 * 1024;
const MAX_FILES = 100;

const CONTENT_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;

/**
 * Makes files ready to send, or refuses clearly before anything is queued. Names are made safe; a file that the HTML
 * shows by `cid:` and its name goes inline, under an id of its own.
 */
export function outgoingFiles(
  given: readonly PostedFile[],
  words: { readonly text: string; readonly html: string | null },
): ReadyFiles {
  const wordBytes = Buffer.byteLength(words.text + (words.html ?? words.text));
  ensureFilesFit(
    given.map((file) => file.content.byteLength),
    wordBytes,
  );
  const shown = shownNames(words.html);
  const ids = new Map<string, string>();
  const attachments = given.map((file, index): OutgoingAttachment => {
    const contentType = plainType(file.contentType);
    const name = safeFileName(file.name, contentType, index + 1);
    const ready = { name, contentType, content: file.content };
    if (!shown.has(file.name) || ids.has(file.name)) return ready;
    const contentId = `${randomUUID()}@mailroom`;
    ids.set(file.name, contentId);
    return { ...ready, inline: true, contentId };
  });
  const missing = [...shown].find((name) => !ids.has(name));
  if (missing !== undefined) {
    throw invalidField('/html', `shows cid:${missing}, and no attachment has that name`);
  }
  return { html: withIds(words.html, ids), attachments };
}

/** Refuses more or larger files than a message can carry beside its text. */
export function ensureFilesFit(sizes: readonly number[], wordBytes: number): void {
  if (sizes.length > MAX_FILES) {
    throw invalidField('/attachments', `has ${sizes.length} files; a message may have ${MAX_FILES}`);
  }
  const encoded = sizes.reduce((sum, size) => sum + encodedSize(size) + 500, 0);
  const total = encoded + encodedSize(wordBytes);
  if (total <= MAX_ENCODED_BYTES) return;
  const megabytes = (total / (1024 * 1024)).toFixed(1);
  throw invalidField(
    '/attachments',
    `come to ${megabytes} MB as they are mailed (a third more than on disk); Gmail takes 25 MB`,
  );
}

const CID = /(\bsrc\s*=\s*["'])cid:([^"']+)(["'])/gi;

/** The ids that HTML shows by `cid:`, as a composed message names them. */
export function shownIds(html: string): readonly string[] {
  return [...html.matchAll(CID)].map((match) => match[2] ?? '');
}

function shownNames(html: string | null): ReadonlySet<string> {
  return new Set(shownIds(html ?? '').map(nameOf));
}

function withIds(html: string | null, ids: ReadonlyMap<string, string>): string | null {
  return (
    html?.replace(CID, (whole, before: string, name: string, after: string) => {
      const id = ids.get(nameOf(name));
      return id === undefined ? whole : `${before}cid:${id}${after}`;
    }) ?? null
  );
}

// In HTML a blank or a letter beyond ASCII may be written as an escape; the sanitiser writes & as an entity.
function nameOf(written: string): string {
  const text = written.replaceAll('&amp;', '&');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Base64 in lines of 76 characters and a line end.
function encodedSize(bytes: number): number {
  return Math.ceil(bytes / 57) * 78;
}

// A file of unknown type, or one that a header cannot carry, is sent as plain bytes. An enclosed message would be sent
// unencoded.
function plainType(contentType: string): string {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return CONTENT_TYPE.test(type) && !/^(multipart|message)\//.test(type) ? type : 'application/octet-stream';
}
