import { describe, expect, test } from 'vitest';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import type { ParsedMail } from '../../src/mail/parsed-mail.ts';
import { comparison, mailFixtures } from '../support/mail-fixtures.ts';

const fixtures = mailFixtures();

describe('every raw mail reads as its fixture says', () => {
  test.each(fixtures)('$slug', async ({ raw, expected }) => {
    const before = Buffer.from(raw);
    const { actual, expected: wanted } = comparison(await parseMail(raw), expected);
    expect(actual).toEqual(wanted);
    expect(raw.equals(before)).toBe(true);
  });
});

describe('whatever the mail, PostgreSQL takes what is read from it', () => {
  test.each(fixtures)('$slug', async ({ raw }) => {
    const mail = await parseMail(raw);
    expect(textsOf(mail).filter((text) => text.includes('\0') || !text.isWellFormed())).toEqual([]);
    expect(mail.visibleText.trim() === '').toBe(mail.text.trim() === '');
    expect(mail.attachments.filter(({ name }) => !/^[^/\\\r\n]+$/.test(name))).toEqual([]);
    expect(mail.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('at least a hundred fixtures of parsing expect something, and nothing the comparison does not know', async () => {
  const own = fixtures.filter(({ slug }) => slug < '500');
  expect(own.length).toBeGreaterThanOrEqual(100);
  for (const { raw, expected } of own) {
    const { about: _about, ...keys } = expected;
    expect(Object.keys(comparison(await parseMail(raw), expected).expected)).toEqual(Object.keys(keys));
  }
});

function textsOf(mail: ParsedMail): readonly string[] {
  const addresses = [mail.from, ...mail.to, ...mail.cc, ...mail.replyTo].flatMap((entry) =>
    entry ? [entry.name, entry.address] : [],
  );
  return [
    mail.subject,
    mail.text,
    mail.visibleText,
    mail.html ?? '',
    mail.internetMessageId ?? '',
    ...mail.references,
    ...mail.inReplyTo,
    ...addresses,
    ...mail.headers.flatMap(({ name, value }) => [name, value]),
    ...mail.attachments.flatMap(({ name, contentType, contentId }) => [name, contentType, contentId ?? '']),
  ];
}
