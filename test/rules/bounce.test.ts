import { describe, expect, test } from 'vitest';
import { readBounce } from '../../src/mail/bounce/read-bounce.ts';
import { mailWith } from '../support/parsed-mail.ts';

const status = (...groups: readonly string[]) => [
  {
    contentType: 'message/delivery-status',
    text: ['Reporting-MTA: dns; mx.example', ...groups].join('\n\n'),
  },
];
const group = (address: string, action: string, code: string, diagnostic: string) =>
  `Final-Recipient: rfc822; ${address}\nAction: ${action}\nStatus: ${code}\nDiagnostic-Code: smtp; ${diagnostic}`;
const read = (wanted: Parameters<typeof mailWith>[0], raw = '') =>
  readBounce(mailWith({ from: 'mailer-daemon@mx.example', ...wanted }), raw);

/** Code and words of a refusal → lasts it, is the address dead. "5.x" alone says neither. */
test.each([
  ['5.1.1', '550 5.1.1 User unknown', true, true],
  ['5.1.2', '550 Host unknown', true, true],
  ['5.1.6', '551 User has moved', true, true],
  ['5.1.10', '550 RecipientNotFound', true, true],
  ['5.2.1', '550 mailbox disabled', true, true],
  ['5.0.0', '550 no such user here', true, true],
  ['5.2.2', '552 mailbox full', true, false],
  ['5.2.1', '450 quota exceeded', true, false],
  ['5.7.1', '550 blocked using a blacklist', true, false],
  ['5.7.26', '550 unauthenticated mail is prohibited by DMARC policy', true, false],
  ['5.3.4', '552 message size exceeds limit', true, false],
  ['5.1.1', '550 relay access denied', true, false],
  ['5.4.5', '550 5.4.5 Daily user sending limit exceeded', false, false],
  ['4.4.1', 'connection timed out', false, false],
  ['4.2.2', '452 over quota', false, false],
] as const)('%s %s', (code, diagnostic, permanent, suppress) => {
  const bounce = read({ attachments: status(group('ann@customer.example', 'failed', code, diagnostic)) });
  expect(bounce?.recipients).toEqual([
    { address: 'ann@customer.example', status: code, diagnostic, permanent, suppress },
  ]);
});

describe('reports', () => {
  test('every recipient is told apart', () => {
    const bounce = read({
      attachments: status(
        group('a@customer.example', 'failed', '5.1.1', 'unknown user'),
        group('b@customer.example', 'delayed', '4.4.1', 'timeout'),
      ),
    });
    expect(bounce?.action).toBe('failed');
    expect(bounce?.recipients.map(({ address, permanent }) => [address, permanent])).toEqual([
      ['a@customer.example', true],
      ['b@customer.example', false],
    ]);
  });

  test('the blank line between two recipients may be missing', () => {
    const text = `${group('a@customer.example', 'failed', '5.1.1', 'x')}\n${group('b@customer.example', 'failed', '5.1.1', 'x')}`;
    expect(read({ attachments: status(text) })?.recipients.map(({ address }) => address)).toEqual([
      'a@customer.example',
      'b@customer.example',
    ]);
  });

  test('the address that was written to stands before what it led to', () => {
    const text = `Original-Recipient: rfc822;sales+2B1@customer.example\n${group('inner@customer.example', 'failed', '5.1.1', 'x')}`;
    expect(read({ attachments: status(text) })?.recipients.map(({ address }) => address)).toEqual([
      'sales+1@customer.example',
      'inner@customer.example',
    ]);
  });

  test('report fields in plain text count too', () => {
    expect(
      read({ text: `Failed.\n\n${group('ann@customer.example', 'failed', '5.1.1', 'unknown')}\n` })
        ?.recipients[0]?.address,
    ).toBe('ann@customer.example');
  });
});

describe('prose', () => {
  test.each([
    ['qmail', '<ann@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)'],
    ['Exim', 'The following address(es) failed:\n\n  ann@customer.example\n    Unrouteable address'],
    ['a bullet', 'Delivery to the following recipients failed:\n\n   * ann@customer.example\n'],
    [
      'dots',
      '   ----- The following addresses had permanent fatal errors -----\n<ann@customer.example>... User unknown',
    ],
    ['a sentence', 'Your message to ann@customer.example could not be delivered.'],
    ['a session', 'Sent <<< RCPT TO:<ann@customer.example>\nReceived >>> 550 user unknown'],
    ['an alias', '<inner@customer.example> (expanded from <ann@customer.example>): unknown user'],
    ['a label', 'Undeliverable Address: ann@customer.example\n\nReason: over quota'],
    [
      'a JSON notice',
      '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"ann@customer.example"}]}}',
    ],
  ])('%s names the recipient', (_, text) => {
    expect(read({ text: `Your message could not be delivered.\n\n${text}\n` })?.addresses).toContain(
      'ann@customer.example',
    );
    const found =
      read({ text: `Your message could not be delivered.\n\n${text}\n` })?.recipients.map(
        ({ address }) => address,
      ) ?? [];
    expect(
      found.some((address) => ['ann@customer.example', 'inner@customer.example'].includes(address)),
    ).toBe(true);
  });

  test('our own addresses are nobody who failed', () => {
    const bounce = read({
      text: 'A message from desk@example.com to ann@customer.example could not be delivered.',
    });
    expect(bounce?.recipients.map(({ address }) => address)).toEqual(['ann@customer.example']);
  });

  test('without a name the recipient of the returned mail is meant', () => {
    const text =
      'Your message could not be delivered.\n\n--- Original message follows.\n\nMessage-ID: <n1@desk.example.com>\nTo: ann@customer.example\n';
    expect(read({ text })?.recipients.map(({ address }) => address)).toEqual(['ann@customer.example']);
  });

  test('a warning is a delay', () => {
    const bounce = read({
      subject: 'Warning: message still undelivered',
      text: 'Will keep trying.\n\n<ann@customer.example>: timeout\n',
    });
    expect(bounce?.action).toBe('delayed');
    expect(bounce?.recipients[0]?.permanent).toBe(false);
  });
});

test('Message-IDs are found in returned headers, in quoted-printable and in the report’s own references', () => {
  const raw =
    'Subject: x\r\nMessage-ID: <report@mx.example>\r\n\r\n--b\r\n\r\nMessage-ID:\r\n <n1.abc@desk.example.com>\r\nReferences: <n0@desk.example.com> <a@b.example>\r\n';
  const mail = {
    ...mailWith({ from: 'mailer-daemon@mx.example', inReplyTo: ['<n2@desk.example.com>'] }),
    internetMessageId: '<report@mx.example>',
  };
  expect(readBounce(mail, raw)?.originalMessageIds).toEqual([
    '<n2@desk.example.com>',
    '<n1.abc@desk.example.com>',
    '<n0@desk.example.com>',
    '<a@b.example>',
  ]);
});

test('a person’s mail is no bounce', () => {
  expect(
    readBounce(mailWith({ text: 'Where is my parcel?' }), 'Subject: x\r\n\r\nWhere is my parcel?'),
  ).toBeNull();
});

test('hostile reports come through', () => {
  for (const line of [
    'a@b.example\n',
    '<a@b.example>:\n',
    'Final-Recipient: rfc822; a@b.example\n',
    'Message-ID: <a@b.example>\n',
    '@',
    'a@',
    '\n',
    '=\n',
    'x'.repeat(100),
  ]) {
    const text = line.repeat(20_000);
    expect(read({ text }, `X: y\n\n${text}`)).not.toBeNull();
  }
});
