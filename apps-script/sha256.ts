namespace Relay {
  const BLOCK = 64;

  /**
   * HMAC-SHA-256 of ASCII texts put end to end, block by block. Apps Script's own takes a binary key only with a byte
   * array, and an array of forty million numbers is more than a run may hold.
   */
  export function hmacOfLongText(key: number[], texts: string[]): number[] {
    const block = key.length > BLOCK ? sha256([String.fromCharCode.apply(null, key.map(unsigned))]) : key;
    const padded: number[] = [];
    for (let i = 0; i < BLOCK; i += 1) padded.push(unsigned(block[i] || 0));
    const inner = sha256([masked(padded, 0x36)].concat(texts));
    return sha256([masked(padded, 0x5c), String.fromCharCode.apply(null, inner)]);
  }

  function masked(bytes: number[], mask: number): string {
    return String.fromCharCode.apply(
      null,
      bytes.map((byte) => byte ^ mask),
    );
  }

  function unsigned(byte: number): number {
    return byte & 0xff;
  }

  /** FIPS 180-4, over texts of characters below 256. */
  function sha256(texts: string[]): number[] {
    const k = roundConstants(3, 64);
    const hash = Int32Array.from(roundConstants(2, 8));
    const words = new Int32Array(64);
    let length = 0;
    function put(byte: number): void {
      const at = length % BLOCK;
      if (at % 4 === 0) words[at >> 2] = 0;
      words[at >> 2] |= byte << (24 - (at % 4) * 8);
      length += 1;
      if (length % BLOCK === 0) compress(hash, words, k);
    }
    for (const text of texts) for (let i = 0; i < text.length; i += 1) put(text.charCodeAt(i));
    const bits = length * 8;
    put(0x80);
    while (length % BLOCK !== 56) put(0);
    for (let shift = 56; shift >= 0; shift -= 8) put(Math.floor(bits / Math.pow(2, shift)) & 0xff);
    const digest: number[] = [];
    for (let i = 0; i < 32; i += 1) digest.push((hash[i >> 2] >>> (24 - (i % 4) * 8)) & 0xff);
    return digest;
  }

  /** The first 32 bits of the fractions of the square or cube roots of the first primes. */
  function roundConstants(root: 2 | 3, count: number): Int32Array {
    const constants = new Int32Array(count);
    let found = 0;
    for (let candidate = 2; found < count; candidate += 1) {
      let prime = true;
      for (let divisor = 2; divisor * divisor <= candidate; divisor += 1)
        if (candidate % divisor === 0) prime = false;
      if (!prime) continue;
      const value = root === 2 ? Math.sqrt(candidate) : Math.cbrt(candidate);
      constants[found] = Math.floor((value - Math.floor(value)) * 4294967296) | 0;
      found += 1;
    }
    return constants;
  }

  function compress(hash: Int32Array, words: Int32Array, k: Int32Array): void {
    for (let i = 16; i < 64; i += 1) {
      const x = words[i - 15];
      const y = words[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    let a = hash[0];
    let b = hash[1];
    let c = hash[2];
    let d = hash[3];
    let e = hash[4];
    let f = hash[5];
    let g = hash[6];
    let h = hash[7];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    hash[0] += a;
    hash[1] += b;
    hash[2] += c;
    hash[3] += d;
    hash[4] += e;
    hash[5] += f;
    hash[6] += g;
    hash[7] += h;
  }
}
