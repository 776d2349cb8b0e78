import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export type Keyring = {
  /** Encrypts with the first secret; the same text gives another sealed text each time. */
  readonly seal: (plain: string) => string;
  /** Decrypts what any of the secrets sealed; throws when none of them did, or when a byte was changed. */
  readonly open: (sealed: string) => string;
  /** A base64url MAC of the text under the first secret; one purpose's signature is worth nothing for another. */
  readonly sign: (purpose: string, text: string) => string;
  /** True when any of the secrets gave this signature to this text for this purpose. */
  readonly verify: (purpose: string, text: string, signature: string) => boolean;
};

const SEALED_PREFIX = 'v1.';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const REMEMBERED = 1000;

/**
 * Seals stored credentials (AES-256-GCM) and signs (HMAC-SHA256) with keys that HKDF-SHA256 derives from the APP_SECRETs,
 * one key a purpose. The first secret seals and signs, all of them open and verify, so that one can be replaced while
 * the server runs. What was opened is remembered: the relay's secret is needed with every post.
 */
export function createKeyring(secrets: readonly string[]): Keyring {
  const [first] = secrets;
  if (first === undefined) throw new Error('A keyring needs at least one secret.');
  const sealingKey = derive(first, 'seal v1');
  const openingKeys = secrets.map((secret) => derive(secret, 'seal v1'));
  const opened = new Map<string, string>();

  const signWith = (secret: string, purpose: string, text: string) =>
    createHmac('sha256', derive(secret, `sign v1 ${purpose}`))
      .update(text)
      .digest();

  return {
    seal: (plain) => SEALED_PREFIX + encrypt(sealingKey, plain),

    open(sealed) {
      const known = opened.get(sealed);
      if (known !== undefined) return known;
      const plain = sealed.startsWith(SEALED_PREFIX)
        ? decrypt(openingKeys, sealed.slice(SEALED_PREFIX.length))
        : null;
      if (plain === null)
        throw new Error('No given APP_SECRET opens a stored credential: one that sealed it is missing.');
      if (opened.size >= REMEMBERED) opened.clear();
      opened.set(sealed, plain);
      return plain;
    },

    sign: (purpose, text) => signWith(first, purpose, text).toString('base64url'),

    verify(purpose, text, signature) {
      const given = Buffer.from(signature, 'base64url');
      // Every secret is tried, whichever fits, so that the time taken tells nothing.
      const fits = secrets.map((secret) => {
        const expected = signWith(secret, purpose, text);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      return fits.includes(true);
    },
  };
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'mailroom', purpose, 32));
}

function encrypt(key: Buffer, plain: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url');
}

function decrypt(keys: readonly Buffer[], text: string): string | null {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  for (const key of keys) {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      // Sealed with another of the secrets: the tag is how one learns that.
    }
  }
  return null;
}
