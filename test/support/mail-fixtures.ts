import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ParsedMail } from '../../src/mail/parsed-mail.ts';
import type { ExpectedAttachment, ExpectedMail, MailFixture } from './mail-fixture.ts';
import { generatedFixtures } from './generated-fixtures.ts';

const folder = new URL('../fixtures/mail/', import.meta.url);

/** Every pair of raw mail and expectation, by number: those kept as files, and those made by code. */
export function mailFixtures(): readonly MailFixture[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => ({
      slug: name.slice(0, -'.eml'.length),
      raw: readFileSync(new URL(name, folder)),
      expected: JSON.parse(
        readFileSync(new URL(name.replace(/eml$/, 'json'), folder), 'utf8'),
      ) as ExpectedMail,
    }));
  return [...files, ...generatedFixtures()].toSorted((one, other) => (one.slug < other.slug ? -1 : 1));
}

/** What of an expectation this module can compare, and the same of a mail: equal when the mail is as expected. */
export function comparison(
  mail: ParsedMail,
  expected: ExpectedMail,
): { actual: ExpectedMail; expected: ExpectedMail } {
  const attachments = attachmentsOf(mail);
  const same = (one: ExpectedAttachment) => JSON.stringify(one);
  const found = new Set(attachments.map(same));
  const all: Required<Omit<ExpectedMail, 'about' | 'html'>> & { html: false | 'some' } = {
    from: mail.from,
    fromHeaders: mail.fromHeaders,
    to: mail.to,
    cc: mail.cc,
    replyTo: mail.replyTo,
    subject: mail.subject,
    date: mail.date?.toISOString() ?? null,
    internetMessageId: mail.internetMessageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    text: mail.text,
    textContains: (expected.textContains ?? []).filter((words) => mail.text.includes(words)),
    html: mail.html === null ? false : 'some',
    htmlContains: (expected.htmlContains ?? []).filter((words) => mail.html?.includes(words)),
    attachments,
    attachmentsInclude: (expected.attachmentsInclude ?? []).filter((one) => found.has(same(one))),
  };
  const keys = Object.keys(expected).filter((key) => key in all);
  const pick = (from: object) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
  return { actual: pick(all), expected: pick(expected) };
}

function attachmentsOf(mail: ParsedMail): readonly ExpectedAttachment[] {
  return mail.attachments.map(({ name, contentType, content, inline, contentId }) => ({
    name,
    contentType,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    inline,
    contentId,
  }));
}
