import { expect, test } from 'vitest';
import { createKeyring } from '../../src/platform/keyring.ts';
import { decodeWebhookSecret, generateWebhookSecret } from '../../src/platform/webhook-secret.ts';

const first = 'a'.repeat(32);
const second = 'b'.repeat(32);

test('what was sealed is opened again, and is sealed differently each time', () => {
  const keyring = createKeyring([first]);
  const sealed = [keyring.seal('geheim ✓'), keyring.seal('geheim ✓')];
  expect(new Set(sealed).size).toBe(2);
  expect(sealed.map((text) => createKeyring([first]).open(text))).toEqual(['geheim ✓', 'geheim ✓']);
  expect(sealed[0]).toMatch(/^v1\.[\w-]+$/);
});

test('the first secret seals, every secret opens', () => {
  const sealed = createKeyring([first]).seal('text');
  const rotating = createKeyring([second, first]);
  expect(rotating.open(sealed)).toBe('text');
  const resealed = rotating.seal('text');
  expect(createKeyring([second]).open(resealed)).toBe('text');
  expect(() => createKeyring([first]).open(resealed)).toThrow(/APP_SECRET/);
});

test('a sealed text with any byte changed, cut or of another version is not opened', () => {
  const keyring = createKeyring([first]);
  const sealed = keyring.seal('text');
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (const index of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => keyring.open(`v1.${changed.toString('base64url')}`)).toThrow(/APP_SECRET/);
  }
  expect(() => keyring.open(sealed.slice(0, 20))).toThrow(/APP_SECRET/);
  expect(() => keyring.open(sealed.replace('v1.', 'v2.'))).toThrow(/APP_SECRET/);
  expect(() => keyring.open('')).toThrow(/APP_SECRET/);
});

test('a signature holds for its text, its purpose and any of the secrets', () => {
  const signature = createKeyring([first]).sign('session', 'text');
  const keyring = createKeyring([second, first]);
  expect(keyring.verify('session', 'text', signature)).toBe(true);
  expect(keyring.verify('session', 'text!', signature)).toBe(false);
  expect(keyring.verify('link', 'text', signature)).toBe(false);
  expect(keyring.verify('session', 'text', '')).toBe(false);
  expect(createKeyring([second]).verify('session', 'text', signature)).toBe(false);
});

test('a generated relay secret decodes to 32 bytes and is another each time', () => {
  const secrets = [generateWebhookSecret(), generateWebhookSecret()];
  expect(secrets.map((secret) => decodeWebhookSecret(secret)?.length)).toEqual([32, 32]);
  expect(new Set(secrets).size).toBe(2);
});
