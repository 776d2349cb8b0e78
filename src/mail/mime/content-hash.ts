import { createHash } from 'node:crypto';
import { firstHeader, readHeaderBlock } from './header-block.ts';
import { repairRaw } from './repair-raw.ts';

/** How far into the header From, Subject and Date are looked for: enough for every real message, bounded for a block of 10 MB. */
const HEADER_WINDOW = 1024 * 1024;

/**
 * SHA-256 (hex) of the raw From, Subject and Date fields and of the bytes after the header: the same for two copies
 * of one email, whose Received lines differ. Works on anything, broken emails too.
 */
export function contentHash(raw: Uint8Array): string {
  const bytes = repairRaw(raw);
  const headerEnd = firstEmptyLine(bytes);
  const { headers, bodyStart } = readHeaderBlock(bytes, 0, Math.min(headerEnd, HEADER_WINDOW));
  const hash = createHash('sha256');
  for (const name of ['from', 'subject', 'date'])
    hash.update(`${name}:${firstHeader(headers, name) ?? ''}\n`, 'latin1');
  // A header may end without an empty line; beyond the window only one can tell where.
  return hash.update(bytes.subarray(headerEnd > HEADER_WINDOW ? headerEnd : bodyStart)).digest('hex');
}

function firstEmptyLine(bytes: Buffer): number {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    let next = at + 1;
    while (bytes[next] === 0x0d) next++;
    if (bytes[next] === 0x0a) return next + 1;
  }
  return bytes.length;
}
