/** What every compressor of RTF starts its dictionary with ([MS-OXRTFCP] 2.1.2.1). */
const primer =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier' +
  '{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const headerLength = 16;
const dictionaryMask = 0xfff;
const kind = { compressed: 0x75465a4c, plain: 0x414c454d };
/** A text of this length is no letter; what follows is not looked at. */
const longest = 8 * 1024 * 1024;

/** The RTF that Outlook keeps compressed in a winmail.dat; null when it is no such thing. Damaged data ends where the damage begins. */
export function decompressRtf(bytes: Buffer): Buffer | null {
  if (bytes.length < headerLength) return null;
  const length = Math.min(bytes.readUInt32LE(4), longest);
  const type = bytes.readUInt32LE(8);
  if (type === kind.plain) return bytes.subarray(headerLength, headerLength + length);
  return type === kind.compressed ? unpack(bytes, length) : null;
}

/** Runs of eight: a byte of flags, then for each a literal byte or where in the last 4096 bytes to copy from, and how many. */
function unpack(bytes: Buffer, length: number): Buffer {
  const dictionary = Buffer.alloc(dictionaryMask + 1);
  let end = dictionary.write(primer, 'latin1');
  const rtf = Buffer.alloc(length);
  let written = 0;
  const put = (byte: number): void => {
    dictionary[end] = byte;
    end = (end + 1) & dictionaryMask;
    rtf[written++] = byte;
  };
  for (let at = headerLength; at < bytes.length && written < length;) {
    const flags = bytes[at++]!;
    for (let bit = 0; bit < 8 && at < bytes.length && written < length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        put(bytes[at++]!);
        continue;
      }
      const reference = bytes.length - at < 2 ? -1 : bytes.readUInt16BE(at);
      at += 2;
      const from = reference >> 4;
      if (reference < 0 || from === end) return rtf.subarray(0, written);
      const count = (reference & 0xf) + 2;
      for (let i = 0; i < count && written < length; i++) put(dictionary[(from + i) & dictionaryMask]!);
    }
  }
  return rtf.subarray(0, written);
}
