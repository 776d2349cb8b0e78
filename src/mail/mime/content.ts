import { calendarText } from '../enclosed/calendar-text.ts';
import { readRtf } from '../enclosed/rtf.ts';
import { signedContent } from '../enclosed/signed-data.ts';
import { extractUuencoded } from '../enclosed/uuencode.ts';
import { htmlToText } from '../html/html-to-text.ts';
import { shorten } from '../text.ts';
import type { Found } from './attachments.ts';
import { fileOf, unpack } from './attachments.ts';
import type { ShownPart } from './body-text.ts';
import { assembleBody } from './body-text.ts';
import { charsetHint } from './charset-hint.ts';
import { decodeHeaderText } from './encoded-words.ts';
import type { Entity } from './entity.ts';
import { readEntities } from './entity.ts';
import { declaredFileName } from './file-name.ts';
import { firstHeader } from './header-block.ts';
import { repairRaw } from './repair-raw.ts';
import { textOf } from './text-part.ts';

/** What an email shows and what it carries. */
export type Content = {
  readonly text: string;
  readonly html: string | null;
  /** True when the text is the HTML's words and nothing else. */
  readonly textIsHtml: boolean;
  readonly found: readonly Found[];
};

const shownTypes = new Set([
  'text/plain',
  'text/html',
  'text/enriched',
  'text/richtext',
  'text/markdown',
  'text/x-markdown',
]);
const signedTypes = /^application\/(?:x-)?pkcs7-mime$/;
const richTypes = new Set(['text/enriched', 'text/richtext']);
/** How deep forwarded emails are opened for text when the outer email has no text. */
const MAX_FORWARD_DEPTH = 3;
const MAX_HEADER_LINE_LENGTH = 4000;

/** The text and HTML of an email and its files, in order. An email whose words are all in files, or in winmail.dat, shows those. */
export function readContent(
  bytes: Buffer,
  leaves: readonly Entity[],
  hint: string | null,
  depth = 0,
): Content {
  const shown: ShownPart[] = [];
  const found: Found[] = [];
  let tnefText = '';
  let tnefHtml = '';
  const forks = new Map<Entity, string | null>();
  for (const entity of leaves) {
    if (isFork(entity)) {
      forks.set(entity.parent!, declaredFileName(entity, hint));
      continue;
    }
    const forkName = entity.parent === null ? null : (forks.get(entity.parent) ?? null);
    const named = declaredFileName(entity, hint) !== null || forkName !== null;
    const isText = isShown(entity, named, shown.length === 0);
    if (isText) {
      const { part, files } = showPart(bytes, entity, hint);
      shown.push(part);
      found.push(...files);
    }
    if ((!isText || named) && holdsFile(entity)) {
      const whole = fileOf(bytes, entity, hint);
      const file = unpack({ ...whole, name: whole.name ?? forkName });
      found.push(...file.files);
      tnefText ||= file.text;
      tnefHtml ||= file.html;
      const signed = readSigned(entity, file.files[0]!, depth);
      shown.push(...(signed?.shown ?? []));
      found.push(...(signed?.found ?? []));
    }
  }
  const body = assembleBody(shown);
  if (body.text.trim() !== '' || body.html?.trim()) {
    return { ...body, text: body.text.trim() === '' ? htmlToText(body.html ?? '') : body.text, found };
  }
  if (tnefText.trim() !== '' || tnefHtml !== '') {
    const textIsHtml = tnefText.trim() === '';
    return { text: textIsHtml ? htmlToText(tnefHtml) : tnefText, html: tnefHtml || null, textIsHtml, found };
  }
  return { ...textOfFiles(bytes, leaves, hint, depth), textIsHtml: false, found };
}

/**
 * A text part is shown unless it is a file: an attachment by disposition, or named. Some mailers name the body itself, so a
 * named first text and a named branch of an alternative are shown, and kept as a file too. A multipart without parts is shown raw.
 */
function isShown(entity: Entity, named: boolean, isFirst: boolean): boolean {
  if (entity.type.startsWith('multipart/')) return true;
  if (!shownTypes.has(entity.type) || entity.disposition.value.startsWith('attachment')) return false;
  return !named || isFirst || entity.parent?.type === 'multipart/alternative';
}

/** The half of AppleDouble (RFC 1740) that holds icons and windows: of use on an old Macintosh alone, and named like the file. */
function isFork({ type, parent }: Entity): boolean {
  return type === 'application/applefile' && parent?.type === 'multipart/appledouble' && parent.parts > 1;
}

function showPart(
  bytes: Buffer,
  entity: Entity,
  hint: string | null,
): { part: ShownPart; files: readonly Found[] } {
  const source = textOf(bytes, entity, hint);
  if (entity.type === 'text/html') return { part: { entity, html: true, text: source }, files: [] };
  if (richTypes.has(entity.type))
    return { part: { entity, html: false, text: htmlToText(source) }, files: [] };
  const { text, files } = extractUuencoded(source);
  const found = files.flatMap(({ name, content }) => {
    const file = {
      name,
      content,
      contentType: 'application/octet-stream',
      contentId: null,
      disposition: 'attachment',
    };
    return unpack(file).files;
  });
  return { part: { entity, html: false, text }, files: found };
}

/** What an S/MIME message holds that is signed inside its envelope, as the two branches of an alternative. */
function readSigned(
  entity: Entity,
  file: Found,
  depth: number,
): { shown: readonly ShownPart[]; found: readonly Found[] } | null {
  if (!signedTypes.test(entity.type) && !/\.p7m$/i.test(file.name ?? '')) return null;
  const inner = depth < MAX_FORWARD_DEPTH ? signedContent(file.content) : null;
  if (inner === null) return null;
  const { root, leaves } = readEntities(inner);
  const content = readContent(inner, leaves, charsetHint(inner, root, leaves), depth + 1);
  const branch = (of: number) => ({
    ...entity,
    alternative: entity.alternative ?? { of: entity, branch: of },
  });
  const text = { entity: branch(0), html: false, text: content.text };
  const html = { entity: branch(1), html: true, text: content.html ?? '' };
  return { shown: [text, html], found: content.found };
}

/** An empty text part without a name is nothing; any other leaf is a file, one of 0 bytes too. */
function holdsFile(entity: Entity): boolean {
  return (
    entity.bodyEnd > entity.bodyStart || entity.disposition.value !== '' || entity.contentType.value !== ''
  );
}

/** The text of an email that has it only in files: in a text file, in a forwarded email, or in a delivery report. */
function textOfFiles(
  bytes: Buffer,
  leaves: readonly Entity[],
  hint: string | null,
  depth: number,
): Pick<Content, 'text' | 'html'> {
  const texts: string[] = [];
  let html: string | null = null;
  for (const entity of leaves.slice(0, 200)) {
    if (entity.type === 'text/html') html ??= textOf(bytes, entity, hint);
    if (entity.type === 'text/html') texts.push(htmlToText(textOf(bytes, entity, hint)));
    else if (entity.type === 'message/rfc822' && depth < MAX_FORWARD_DEPTH)
      texts.push(forwardedText(fileOf(bytes, entity, hint).content, depth));
    else if (/^(?:text|application)\/rtf$/.test(entity.type))
      texts.push(richTextOf(fileOf(bytes, entity, hint).content));
    else if (entity.type === 'text/calendar') texts.push(calendarText(textOf(bytes, entity, hint)));
    else if (/^(?:text|message)\//.test(entity.type)) texts.push(textOf(bytes, entity, hint));
  }
  return { text: texts.filter((text) => text.trim() !== '').join('\n\n'), html };
}

function richTextOf(rtf: Buffer): string {
  const { text, html } = readRtf(rtf);
  return html === null ? text : htmlToText(html);
}

function forwardedText(raw: Buffer, depth: number): string {
  const bytes = repairRaw(raw);
  const { root, leaves } = readEntities(bytes);
  const hint = charsetHint(bytes, root, leaves);
  const lines = ['From', 'Date', 'To', 'Subject'].map((name) => {
    const value = firstHeader(root.headers, name.toLowerCase());
    return value === null
      ? ''
      : `${name}: ${shorten(decodeHeaderText(value, hint), MAX_HEADER_LINE_LENGTH)}\n`;
  });
  return `${lines.join('')}\n${readContent(bytes, leaves, hint, depth + 1).text}`;
}
