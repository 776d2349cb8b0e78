import { expect, test } from 'vitest';
import { contentHash } from '../../src/mail/mime/content-hash.ts';
import { normalizeAddress } from '../../src/mail/headers/addresses.ts';
import { readMessageIds } from '../../src/mail/headers/message-ids.ts';

const fields = 'From: a@b.example\r\nSubject: s\r\nDate: Tue, 3 Nov 2026 10:15:00 +0100\r\n';
const hashOf = (raw: string): string => contentHash(Buffer.from(raw));

test('copies of one mail that came different ways have one content hash', () => {
  const copy = hashOf(`Received: from x\r\n${fields}\r\nbody`);
  expect(hashOf(`Delivered-To: y\r\nReceived: from z\r\n by q\r\n${fields}X-Spam: no\r\n\r\nbody`)).toBe(
    copy,
  );
  expect(hashOf(`From a@b.example Tue\r\n${fields}\r\nbody`)).toBe(copy);
});

test('another body, subject, sender or date is another content hash', () => {
  const hashes = [
    hashOf(`${fields}\r\nbody`),
    hashOf(`${fields}\r\nbody2`),
    hashOf(`${fields.replace('Subject: s', 'Subject: t')}\r\nbody`),
    hashOf(`${fields.replace('a@b', 'c@b')}\r\nbody`),
    hashOf(`${fields.replace('10:15', '10:16')}\r\nbody`),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test.each([
  ['Ann@Example.COM', 'ann@example.com'],
  [' <ann@example.com> ', 'ann@example.com'],
  ['ann+tag@gmail.com', 'ann+tag@gmail.com'],
  ['a.n.n@gmail.com', 'a.n.n@gmail.com'],
  ['info@Bücher.example', 'info@xn--bcher-kva.example'],
  ['"ann"@example.com', 'ann@example.com'],
  ['"a n n"@example.com', '"a n n"@example.com'],
  ['ann@[192.0.2.1]', 'ann@[192.0.2.1]'],
  ['ann@example.com.', 'ann@example.com'],
  ['MAILER-DAEMON', 'mailer-daemon'],
  ['ann@ex ample.com', ''],
  ['', ''],
  ['x'.repeat(2000), ''],
])('the address %j is compared as %j', (written, address) => {
  expect(normalizeAddress(written)).toBe(address);
});

test('of very many References the first and the last are kept', () => {
  const ids = Array.from({ length: 5000 }, (_, i) => `<${i}@x.example>`);
  const kept = readMessageIds(ids.join(' '));
  expect(kept).toHaveLength(200);
  expect([kept[0], kept.at(-1)]).toEqual([ids[0], ids.at(-1)]);
});
