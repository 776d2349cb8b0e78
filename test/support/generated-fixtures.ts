import { createHash } from 'node:crypto';
import type { MailFixture } from './mail-fixture.ts';

const head =
  'From: Ann Writer <ann@customer.example>\r\nTo: Desk <desk@example.com>\r\nSubject: A question\r\n' +
  'Date: Tue, 3 Nov 2026 10:15:00 +0100\r\nMessage-ID: <m1@customer.example>\r\n';

const mixed = (boundary: string) => `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`;

/** Fixtures of many equal lines, made here because as files they would hide the others. */
export function generatedFixtures(): readonly MailFixture[] {
  return [manyAttachments(), deepNesting(), manyParts(), blankLines(), boundaryStorm(), chainOfMails()];
}

function manyAttachments(): MailFixture {
  const files = Array.from({ length: 300 }, (_, index) => ({
    name: `f${index}.n`,
    content: Buffer.from(`${index}`),
  }));
  const parts = files.map(
    ({ name, content }) =>
      `--b1\r\nContent-Type: application/x-n; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}\r\n`,
  );
  return fixture(
    '209-many-attachments',
    `${mixed('b1')}--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlain words\r\n${parts.join('')}--b1--\r\n`,
    {
      text: 'Plain words',
      attachments: files.map(({ name, content }) => ({
        name,
        contentType: 'application/x-n',
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        inline: false,
        contentId: null,
      })),
    },
  );
}

function deepNesting(): MailFixture {
  const levels = Array.from(
    { length: 1000 },
    (_, level) => `${mixed(level.toString(16))}--${level.toString(16)}\r\n`,
  );
  return fixture('251-deep-nesting', `${levels.join('')}Content-Type: text/plain\r\n\r\nat the bottom`, {
    text: 'at the bottom',
    from: { name: 'Ann Writer', address: 'ann@customer.example' },
  });
}

function manyParts(): MailFixture {
  return fixture('252-many-parts', `${mixed('b')}${'--b\r\n\r\nw\r\n'.repeat(2000)}--b--\r\n`, {
    text: Array.from({ length: 2000 }, () => 'w').join('\n'),
  });
}

function blankLines(): MailFixture {
  return fixture('257-blank-lines', `${'\r\n'.repeat(20_000)}word${'\n'.repeat(30_000)}`, {
    textContains: ['word'],
  });
}

function boundaryStorm(): MailFixture {
  return fixture(
    '262-own-boundary-storm',
    `${mixed('b1')}--b1\r\nContent-Type: text/plain\r\n\r\n${'--b\r\n--\r\n---\r\n'.repeat(500)}\r\n` +
      '--b1\r\nContent-Type: text/plain\r\n\r\nend\r\n--b1--\r\n',
    { textContains: ['---', 'end'] },
  );
}

function chainOfMails(): MailFixture {
  return fixture(
    '264-rfc822-chain',
    `${'Content-Type: message/rfc822\r\n\r\nSubject: s\r\n'.repeat(100)}Content-Type: message/rfc822\r\n\r\nSubject: end\r\n\r\nwords`,
    { subject: 'A question', textContains: ['Subject: s'] },
  );
}

function fixture(slug: string, rest: string, expected: MailFixture['expected']): MailFixture {
  return { slug, raw: Buffer.from(head + rest), expected };
}
