import { decodeHeaderText } from './encoded-words.ts';
import { firstHeader, readHeaderBlock } from './header-block.ts';
import { repairRaw } from './repair-raw.ts';

const MAX_SUBJECT_LENGTH = 150;
const HEADER_WINDOW = 256 * 1024;

/** A file name for an attached message: its subject without the characters that file systems refuse; null without a subject. */
export function mailName(raw: Buffer, hint: string | null): string | null {
  const bytes = repairRaw(raw.subarray(0, HEADER_WINDOW));
  const { headers } = readHeaderBlock(bytes, 0, bytes.length);
  const subject = decodeHeaderText((firstHeader(headers, 'subject') ?? '').slice(0, 4000), hint)
    .replaceAll(/[\\/:*?"<>|\ufffd]+/g, '_')
    .slice(0, MAX_SUBJECT_LENGTH)
    .toWellFormed()
    .replace(/^[\s._]+|[\s.]+$/g, '');
  return subject === '' ? null : `${subject}.eml`;
}
