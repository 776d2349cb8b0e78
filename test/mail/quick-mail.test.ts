import { expect, test } from 'vitest';
import { isQuick } from '../../src/mail/reading/quick-mail.ts';
import { readMail } from '../../src/mail/reading/read-mail.ts';

const MOST = 16_384;
const HEAD = 'From: Ann <ann@customer.example>\r\nSubject: x\r\n';
const context = { mailboxAddress: 'desk@example.com', ownDomain: 'example.com' };

test('what is large or has an endless header field is not quick', () => {
  const quick = (text: string) => isQuick(Buffer.from(text), MOST);
  expect(quick(`${HEAD}\r\nHello`)).toBe(true);
  expect(quick(`${HEAD}\r\n${'x'.repeat(16_000)}`)).toBe(true);
  expect(quick(`${HEAD}\r\n${'x'.repeat(MOST)}`)).toBe(false);
  expect(quick(`${HEAD}To: ${'a@b.c, '.repeat(1000)}\r\n\r\nHello`)).toBe(false);
  expect(quick(`${HEAD}References:${'\r\n <a@b.c>'.repeat(1000)}\r\n\r\nHello`)).toBe(false);
  expect(quick(`To: ${'a'.repeat(10_000)}`)).toBe(false);
});

/** What readers are slow at: the beginnings of what they look for, without its end. */
const PIECES = [
  ...'a \t>-_=(<@,;:"\\[{&%*\n',
  '=3D',
  '=20\n',
  '=?utf-8?Q?a?= ',
  'a@b.c ',
  '<a',
  '<a@',
  'On Monday, ',
  'On a wrote:\n',
  'From: a\n',
  '-- \n',
  '--\n',
  'http://',
  'begin 644 a\n',
  '&amp;',
  'Sent from my ',
  'failed to deliver ',
  'user unknown ',
  'x\n> ',
  'a: b\n',
  'é',
];
const FIELDS = [
  'From',
  'Subject',
  'References',
  'Content-Type',
  'Authentication-Results',
  'Received',
  'Message-ID',
];
/** An alarm of the sort that people notice begins here; the worst takes a tenth of it on a machine at rest. */
const MAX_MS = 1000;

test('the worst mails that are read where they arrive cost milliseconds', async () => {
  const bodies = PIECES.flatMap((piece) =>
    ['text/plain', 'text/html'].map((type) =>
      `${HEAD}Content-Type: ${type}\r\n\r\n${piece.repeat(16_000 / piece.length)}`.slice(0, MOST - 300),
    ),
  );
  const heads = PIECES.filter((piece) => !piece.includes('\n')).flatMap((piece) =>
    FIELDS.map(
      (field) => `${`${field}: ${piece.repeat(3900 / piece.length)}\r\n`.repeat(3)}${HEAD}\r\nHello`,
    ),
  );
  const took: number[] = [];
  for (const text of [...bodies, ...heads]) {
    const raw = Buffer.from(text);
    if (!isQuick(raw, MOST)) continue;
    const before = process.cpuUsage();
    expect(await readMail(raw, context)).toMatchObject({ ok: true });
    const { user } = process.cpuUsage(before);
    took.push(user / 1000);
  }
  expect(took.length).toBeGreaterThan(150);
  expect(Math.max(...took)).toBeLessThan(MAX_MS);
});
