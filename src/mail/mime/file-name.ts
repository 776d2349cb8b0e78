import { cleanLine } from '../text.ts';
import { decodeHeaderText } from './encoded-words.ts';
import type { Entity } from './entity.ts';

const extensions: Record<string, string> = {
  'message/rfc822': 'eml',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'message/feedback-report': 'txt',
  'text/rfc822-headers': 'txt',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/calendar': 'ics',
  'application/ics': 'ics',
  'text/csv': 'csv',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/rtf': 'rtf',
  'text/rtf': 'rtf',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/pgp-signature': 'asc',
  'application/pgp-encrypted': 'asc',
  'application/pgp-keys': 'asc',
  'application/pkcs7-signature': 'p7s',
  'application/x-pkcs7-signature': 'p7s',
  'application/pkcs7-mime': 'p7m',
  'application/x-pkcs7-mime': 'p7m',
  'application/ms-tnef': 'dat',
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'image/tiff': 'tif',
  'image/bmp': 'bmp',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'video/mp4': 'mp4',
};

const MAX_NAME_LENGTH = 200;

/** The name a part gives its file, as text: Content-Disposition before Content-Type, RFC 2231 before plain; null without one. */
export function declaredFileName(entity: Entity, hint: string | null): string | null {
  for (const [field, parameter] of [
    [entity.disposition, 'filename'],
    [entity.contentType, 'name'],
    [entity.disposition, 'name'],
    [entity.contentType, 'filename'],
  ] as const) {
    const decoded = field.decoded.get(parameter);
    const plain = field.params.get(parameter);
    // Encoded words have no place in a parameter, least of all inside RFC 2231, yet mailers put them in both.
    const name = decoded === undefined ? plain && decodeHeaderText(plain, hint) : decodedTwice(decoded, hint);
    if (name?.trim()) return name;
  }
  return null;
}

/** A name that is safe as a file name everywhere: no path, no control characters or marks of direction, never empty, at most 200 characters. */
export function safeFileName(declared: string | null, type: string, ordinal: number): string {
  const line = cleanLine((declared ?? '').slice(0, 4000))
    .replaceAll('\ufeff', '')
    .replaceAll('\ufffd', '_');
  const isPath = line.includes('\\') || /^(?:\.{0,2}\/|[a-z]:)/i.test(line);
  const base = (isPath ? line.split(/[\\/]/).findLast((part) => part.trim() !== '') : line) ?? '';
  const name = base.replaceAll('/', '_').trim();
  if (/^\.*$/.test(name)) return `attachment-${ordinal}.${extensionFor(type)}`;
  if (name.length <= MAX_NAME_LENGTH) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : '';
  return name.slice(0, MAX_NAME_LENGTH - extension.length).toWellFormed() + extension;
}

/** Numbers files of the same name: `a.txt`, `a (2).txt`. */
export function uniqueFileNames(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const times = (used.get(name.toLowerCase()) ?? 0) + 1;
    used.set(name.toLowerCase(), times);
    if (times === 1) return name;
    const dot = name.lastIndexOf('.');
    const numbered = dot > 0 ? `${name.slice(0, dot)} (${times})${name.slice(dot)}` : `${name} (${times})`;
    used.set(numbered.toLowerCase(), (used.get(numbered.toLowerCase()) ?? 0) + 1);
    return numbered;
  };
}

function decodedTwice(text: string, hint: string | null): string {
  return /=\?[^?\s]+\?[QqBb]\?/.test(text)
    ? decodeHeaderText(Buffer.from(text, 'utf8').toString('latin1'), hint)
    : text;
}

function extensionFor(type: string): string {
  return extensions[type] ?? /^(?:image|audio|video)\/(?:x-)?([a-z0-9]{2,5})$/.exec(type)?.[1] ?? 'bin';
}
