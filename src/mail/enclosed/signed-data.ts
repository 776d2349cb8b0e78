type Element = { readonly tag: number; readonly start: number; readonly end: number; readonly next: number };

/** The object identifier of PKCS #7 signedData, 1.2.840.113549.1.7.2. */
const signedData = Buffer.from('2a864886f70d010702', 'hex');
const tag = { octets: 0x04, octetsInPieces: 0x24, oid: 0x06, sequence: 0x30, first: 0xa0 };
/** Real ones nest five deep. */
const MAX_DEPTH = 12;
/** Each takes 100 bytes or more, in an email of 35 MB. */
const MAX_PIECES = 350_000;

/**
 * The MIME entity inside an S/MIME message that is signed but not encrypted (RFC 8551 3.5.2); null for any other. Says nothing
 * about the signature: whether the sender is believed is decided from the receiving server's results.
 */
export function signedContent(bytes: Buffer): Buffer | null {
  const [type, body] = children(bytes, elementAt(bytes, 0, bytes.length), tag.sequence);
  if (type?.tag !== tag.oid || !bytes.subarray(type.start, type.end).equals(signedData)) return null;
  const [signed] = children(bytes, body, tag.first);
  const [, , encapsulated] = children(bytes, signed, tag.sequence);
  const [, content] = children(bytes, encapsulated, tag.sequence);
  const [octets] = children(bytes, content, tag.first);
  if (octets?.tag === tag.octets) return bytes.subarray(octets.start, octets.end);
  const pieces = children(bytes, octets, tag.octetsInPieces);
  return pieces.length === 0 || pieces.length > MAX_PIECES
    ? null
    : Buffer.concat(pieces.map(({ start, end }) => bytes.subarray(start, end)));
}

function children(bytes: Buffer, parent: Element | null | undefined, expected: number): readonly Element[] {
  if (parent?.tag !== expected) return [];
  const found: Element[] = [];
  for (let at = parent.start; at < parent.end && found.length <= MAX_PIECES;) {
    const element = elementAt(bytes, at, parent.end);
    if (element === null) break;
    found.push(element);
    at = element.next;
  }
  return found;
}

/** The BER element at `at`; one of indefinite length ends at the two zero bytes behind its last child. Lengths that lie end with the data. */
function elementAt(bytes: Buffer, at: number, limit: number, depth = 0): Element | null {
  if (at + 2 > limit || depth > MAX_DEPTH || bytes[at]! % 32 === 31) return null;
  const first = bytes[at + 1]!;
  const size = first & 0x7f;
  if (first < 0x80 || (size > 0 && size <= 4 && at + 2 + size <= limit)) {
    const start = first < 0x80 ? at + 2 : at + 2 + size;
    const length = first < 0x80 ? first : bytes.readUIntBE(at + 2, size);
    const end = Math.min(start + length, limit);
    return { tag: bytes[at]!, start, end, next: end };
  }
  if (size !== 0) return null;
  for (let child = at + 2; child < limit;) {
    if (bytes[child] === 0 && bytes[child + 1] === 0)
      return { tag: bytes[at]!, start: at + 2, end: child, next: child + 2 };
    const element = elementAt(bytes, child, limit, depth + 1);
    if (element === null) return null;
    child = element.next;
  }
  return { tag: bytes[at]!, start: at + 2, end: limit, next: limit };
}
