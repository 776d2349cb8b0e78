export type Random = (below: number) => number;

const tokens = [
  '\r\n--', '--', '\r\n\r\n', '\0', '\r', '\n', '=?utf-8?Q?', '?=', '=?gb2312?B?', '"', '<', '>', '(', ')', ';', 'boundary=', '\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n', '\r\nContent-Type: text/html\r\n',
  '\r\nContent-Transfer-Encoding: base64\r\n', '\r\nContent-Transfer-Encoding: quoted-printable\r\n', '=\r\n', '=ED=A0=80', '\xed\xa0\x80', '\xff\xfe', 'charset=utf-16', 'charset=iso-2022-jp', 'charset=utf-7', "filename*0*=utf-8''%", 'name="../../',
  'begin 644 x\r\n', '\r\nend\r\n', '<style>', '<!--', '<table><td>', '&#0;&#xd800;', '\x1b$B', '+AGE', 'From: ', 'Message-ID: <', 'message/rfc822', 'application/ms-tnef', '\r\n> ', '\r\n-- \r\n',
].map((token) => Buffer.from(token, 'latin1')); // prettier-ignore

/** A random source that repeats for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(below, 1);
  };
}

/** One of the mails after one to twelve random injuries. */
export function mutate(raws: readonly Buffer[], random: Random): Buffer {
  let mail: Buffer = Buffer.from(raws[random(raws.length)]!);
  for (let left = 1 + random(12); left > 0; left--) mail = injure(mail, raws, random);
  return mail.subarray(0, 400_000);
}

function injure(mail: Buffer, raws: readonly Buffer[], random: Random): Buffer {
  // Most faults that matter sit in headers, which are a small part of the bytes.
  const at = random(random(2) === 0 ? mail.length : Math.min(mail.length, 800));
  const length = 1 + random(random(8) === 0 ? 2000 : 40);
  const before = mail.subarray(0, at);
  const after = mail.subarray(at);
  switch (random(9)) {
    case 0: {
      const flipped = Buffer.from(mail);
      for (let i = 0; i < 1 + random(8); i++) flipped[random(mail.length)] = random(256);
      return flipped;
    }
    case 1:
      return Buffer.concat([before, after.subarray(length)]);
    case 2:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 3:
    case 4:
      return Buffer.concat([before, tokens[random(tokens.length)]!, after]);
    case 5: {
      const other = raws[random(raws.length)]!;
      const from = random(other.length);
      return Buffer.concat([before, other.subarray(from, from + length * 20), after]);
    }
    case 6:
      return random(6) === 0 ? Buffer.from(before) : mail;
    case 7: {
      const token = tokens[random(tokens.length)]!;
      return Buffer.concat([before, ...Array.from({ length: random(300) }, () => token), after]);
    }
    default:
      return Buffer.from(
        mail.toString('latin1').replaceAll('\r\n', ['\n', '\r', '\r\r\n'][random(3)]!),
        'latin1',
      );
  }
}
