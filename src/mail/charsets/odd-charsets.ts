import { TextDecoder } from '@exodus/bytes/encoding.js';

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** UTF-7 (RFC 2152): base64 of UTF-16BE between `+` and `-`. */
export function decodeUtf7(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i++]!;
    if (byte !== 0x2b) {
      text += String.fromCharCode(byte);
      continue;
    }
    if (bytes[i] === 0x2d) {
      text += '+';
      i++;
      continue;
    }
    let bits = 0;
    let held = 0;
    for (; i < bytes.length; i++) {
      const value = base64.indexOf(String.fromCharCode(bytes[i]!));
      if (value < 0) break;
      held = (held << 6) | value;
      bits += 6;
      if (bits >= 16) {
        bits -= 16;
        text += String.fromCharCode((held >> bits) & 0xffff);
        held &= (1 << bits) - 1;
      }
    }
    if (bytes[i] === 0x2d) i++;
  }
  return text;
}

/** ISO-2022-KR, ISO-2022-CN and HZ: seven-bit double bytes between shifts, read by setting the eighth bit. */
export function decodeSevenBit(bytes: Uint8Array, charset: string): string {
  const lifted = new Uint8Array(bytes.length);
  let length = 0;
  let shifted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const next = bytes[i + 1];
    if (charset === 'hz-gb-2312' && byte === 0x7e) {
      i++;
      if (next === 0x7b) shifted = true;
      else if (next === 0x7d) shifted = false;
      else if (next === 0x7e) lifted[length++] = 0x7e;
      else if (next !== 0x0a) i--;
    } else if (byte === 0x0e || byte === 0x0f) {
      shifted = byte === 0x0e;
    } else if (byte === 0x1b && next === 0x24) {
      i += 3;
    } else {
      if (byte === 0x0a) shifted = false;
      lifted[length++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
    }
  }
  return new TextDecoder(charset === 'iso-2022-kr' ? 'euc-kr' : 'gb18030').decode(lifted.subarray(0, length));
}
