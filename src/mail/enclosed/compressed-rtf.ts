/** What every compressor of RTF starts its dictionary with ([MS-OXRTFCP] 2.1.2.1). */
const primer =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier' +
  '{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const HEADER_LENGTH = 16;
const DICTIONARY_MASK = 0xfff;
const kind = { compressed: 0x75465a4c, plain: 0x414c454d };
/** Nobody writes a text this long: the rest is not read. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** The RTF that Outlook keeps compressed in a winmail.dat; null for anything else. Damaged data ends where the damage begins. */
export function decompressRtf(bytes: Buffer): Buffer | null {
  if (bytes.length < HEADER_LENGTH) return null;
  const length = Math.min(bytes.readUInt32LE(4), MAX_LENGTH);
  const type = bytes.readUInt32LE(8);
  if (type === kind.plain) return bytes.subarray(HEADER_LENGTH, HEADER_LENGTH + length);
  return type === kind.compressed ? unpack(bytes, length) : null;
}

/** Runs of eight: a byte of flags, then for each a literal byte or where in the last 4096 bytes to copy from, and how many. */
function unpack(bytes: Buffer, length: number): Buffer {
  const output = Buffer.alloc(primer.length + length);
  let end = output.write(primer, 'latin1');
  for (let at = HEADER_LENGTH; at < bytes.length && end < output.length;) {
    const flags = bytes[at++]!;
    for (let bit = 0; bit < 8 && at < bytes.length && end < output.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        output[end++] = bytes[at++]!;
        continue;
      }
      const reference = bytes.length - at < 2 ? -1 : bytes.readUInt16BE(at);
      at += 2;
      const back = (end - (reference >> 4)) & DICTIONARY_MASK;
      if (reference < 0 || back === 0) return output.subarray(primer.length, end);
      for (let left = (reference & 0xf) + 2; left > 0 && end < output.length; left--, end++)
        output[end] = output[end - back] ?? 0;
    }
  }
  return output.subarray(primer.length, end);
}
