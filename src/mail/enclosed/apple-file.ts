export type AppleFile = {
  /** What the Macintosh called the file. */
  readonly name: Buffer | null;
  /** The file itself; null in AppleDouble, which sends it as a part of its own. */
  readonly data: Buffer | null;
};

const APPLE_SINGLE = 0x00051600;
const APPLE_DOUBLE = 0x00051607;
const entryId = { data: 1, name: 3 };
const MAX_ENTRIES = 50;

/** What an application/applefile holds (RFC 1740): a file with its Macintosh side, or that side alone; null for anything else. */
export function readAppleFile(bytes: Buffer): AppleFile | null {
  if (bytes.length < 26) return null;
  const magic = bytes.readUInt32BE(0);
  if (magic !== APPLE_SINGLE && magic !== APPLE_DOUBLE) return null;
  const entry = (wanted: number): Buffer | null => {
    const count = Math.min(bytes.readUInt16BE(24), MAX_ENTRIES);
    for (let at = 26; at + 12 <= bytes.length && at < 26 + 12 * count; at += 12) {
      if (bytes.readUInt32BE(at) !== wanted) continue;
      const start = bytes.readUInt32BE(at + 4);
      return bytes.subarray(start, start + bytes.readUInt32BE(at + 8));
    }
    return null;
  };
  return { name: entry(entryId.name), data: magic === APPLE_SINGLE ? entry(entryId.data) : null };
}
