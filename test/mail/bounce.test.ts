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
    { address: 'ann@customer.example', status: code, diagnostic, failed: true, permanent, suppress },
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
    expect(bounce?.recipients.map(({ address, failed, permanent }) => [address, failed, permanent])).toEqual([
      ['a@customer.example', true, true],
      ['b@customer.example', false, false],
    ]);
  });

  test.each([
    ['expired', 'failed'],
    ['undeliverable', 'failed'],
    ['deliverable', 'delivered'],
    ['deferred', 'delayed'],
  ] as const)('the action %s, which no standard knows', (written, action) => {
    const text = group('ann@customer.example', written, '', 'x');
    expect(read({ attachments: status(text) })?.action).toBe(action);
  });

  test.each([
    ['=?utf-8?Q?ann+=F0=9F=90=88?=@customer.example', 'ann+🐈@customer.example'],
    ['\\x{1F408}ann@customer.example', '🐈ann@customer.example'],
    ['@hub.example:ann@customer.example', 'ann@customer.example'],
    ['"ann lee"@customer.example', '"ann lee"@customer.example'],
  ])('the address %s is %s', (written, address) => {
    const found = read({ attachments: status(group(written, 'failed', '5.1.1', 'x')) });
    expect(found?.recipients.map((each) => each.address)).toEqual([address]);
  });

  test('the blank line between two recipients may be missing', () => {
    const text = `${group('a@customer.example', 'failed', '5.1.1', 'x')}\n${group('b@customer.example', 'failed', '5.1.1', 'x')}`;
    expect(read({ attachments: status(text) })?.recipients.map(({ address }) => address)).toEqual([
      'a@customer.example',
      'b@customer.example',
    ]);
  });

  test.each([
    [
      'indented',
      'message/delivery-status',
      ' Reporting-MTA: dns; x\n\n Final-Recipient: rfc822; ann@customer.example\n Action: failed\n Status: 5.1.1',
    ],
    [
      'with a blank line between any two fields',
      'message/delivery-status',
      'Final-Recipient: rfc822; ann@customer.example\n\nAction: failed\n\nStatus: 5.1.1',
    ],
    [
      'of another type',
      'application/octet-stream',
      'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ann@customer.example\nAction: failed\nStatus: 5.1.1',
    ],
    [
      'by an X.400 name',
      'message/delivery-status',
      'Final-Recipient: x400; /G=Ann/\nAction: failed\nStatus: 5.1.1',
    ],
  ])('a status %s', (_, contentType, text) => {
    const said = 'The following recipient could not be reached:\nann@customer.example\n';
    expect(read({ text: said, attachments: [{ contentType, text }] })?.recipients).toMatchObject([
      { address: 'ann@customer.example', status: '5.1.1', suppress: true },
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
    ['a date', "      'ann@customer.example' am 29.04.2010 23:34\n            <mx.customer.example #5.1.1>"],
    ['a transcript', '>>> MAIL From:<desk@example.com>\n554 <ann@customer.example>... Remote protocol error'],
    ['wide punctuation', '收件人：ann@customer.example\n退信原因：发件人（desk@example.com）域名'],
    ['the only address', 'Nothing else helps\n\nann@customer.example? Nobody by that name'],
    [
      'a summary before',
      'This report relates to a message you sent with the following header fields:\n\n  Message-id: <n1@desk.example.com>\n  To: list@customer.example\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: ann@customer.example\n',
    ],
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

  test('a server on the way knows better than To, and of several nobody is dead', () => {
    const text = (received: string) =>
      `Your message could not be delivered: user unknown.\n\n--- Original message follows.\n\nReceived: from x by y${received}; Thu, 1 Jan 2026 10:00:00 +0000\nTo: a@customer.example,\n b@customer.example\n`;
    const found = (received: string) => read({ text: text(received) })?.recipients;
    expect(found(' for <b@customer.example>')?.map(({ address }) => address)).toEqual(['b@customer.example']);
    expect(found('')?.map(({ address, suppress }) => [address, suppress])).toEqual([
      ['a@customer.example', false],
      ['b@customer.example', false],
    ]);
  });

  test('who writes to himself gets the report about himself', () => {
    const text = 'The following address(es)\nfailed:\n\ndesk@example.com:\nuser unknown\n';
    expect(read({ text })?.recipients.map(({ address }) => address)).toEqual(['desk@example.com']);
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

/** What a notice says → is the mail late, or lost. */
test.each([
  [
    'it',
    'delayed',
    'Il messaggio non è ancora stato consegnato. Il server continuerà a tentare per 2 giorni.',
  ],
  ['pt', 'delayed', 'A mensagem ainda não foi entregue. O servidor continuará tentando por 48 horas.'],
  ['nl', 'delayed', 'Uw bericht is nog niet afgeleverd. De server blijft het 3 dagen proberen.'],
  ['sv', 'delayed', 'Meddelandet har försenats. Servern kommer att fortsätta försöka i 2 dygn.'],
  ['pl', 'delayed', 'Wiadomość nie została jeszcze dostarczona. Kolejne próby będą podejmowane przez 4 dni.'],
  ['tr', 'delayed', 'İletiniz gecikti. Sunucu 2 gün boyunca denemeye devam edecek.'],
  ['zh', 'delayed', '您的邮件投递延迟，系统将继续尝试投递。'],
  ['uk', 'delayed', 'Лист затримано. Сервер продовжить намагатися доставити його.'],
  ['sendmail', 'delayed', 'WARNING MESSAGE ONLY. Will keep trying until message is 5 days old.'],
  ['exchange', 'delayed', 'The server will keep trying to deliver this message for the next 1 days.'],
  ['qmail', 'failed', "I'm not going to try again; this message has been in the queue too long."],
  [
    'de',
    'failed',
    'Ihre Nachricht wurde verzögert und konnte nicht zugestellt werden. Es gibt keine weiteren Versuche.',
  ],
  ['es', 'failed', 'El mensaje se retrasó y no se entregó; no se volverá a intentar.'],
  ['ru', 'failed', 'Сообщение не доставлено. Повторных попыток больше не будет.'],
  ['people’s advice', 'failed', 'Could not be delivered: user unknown. Correct the address and try again.'],
] as const)('a notice in the words of %s is late or lost', (_, action, said) => {
  expect(read({ subject: 'Delivery report', text: `${said}\n\nann@customer.example\n` })?.action).toBe(
    action,
  );
});

test('the reply kept begins on the line of its address', () => {
  const text =
    'A message that you sent could not be delivered. This is a permanent error. The following address failed:\n\n' +
    '  ann@customer.example\n    SMTP error from remote mail server after RCPT TO:<ann@customer.example>:\n    550 5.7.1 blocked';
  const [found] =
    read({ text, headers: [['x-failed-recipients', 'ann@customer.example']] })?.recipients ?? [];
  expect(found?.diagnostic).toMatch(/^ann@customer\.example SMTP error .* 550 5\.7\.1 blocked$/);
});

test.each([
  ['550 5.1.1 unknown user', true],
  ['550 <ann@customer.example>: mailbox does not exist', true],
  ['550 5.1.1 Onbekende gebruiker', true],
  ['550 5.1.1 Nie ma takiego użytkownika', true],
  ['550 5.1.1 宛先が存在しません', true],
  ['550 El buzón no existe', true],
  ['550 La casella è inesistente', true],
  ['550 Empfänger unbekannt', true],
  ['556 5.1.10 Domain customer.example does not accept mail', true],
  ['550 5.4.1 Recipient address rejected: Access denied', true],
  ['550 5.4.1 Relay access denied', false],
  ['550 unknown error', false],
  ['554 errore sconosciuto', false],
  ['550 неизвестная ошибка', false],
  ['550 5.1.1 over the rate of this hour', false],
  ['550 5.7.1 HELO name does not exist', false],
  ['553 5.1.8 Sender domain not found', false],
  ['550 Absenderadresse existiert nicht', false],
] as const)('%s: the address is dead: %s', (diagnostic, suppress) => {
  const status = /5\.\d\.\d+/.exec(diagnostic)?.[0] ?? '5.0.0';
  const entry = `Final-Recipient: rfc822; ann@customer.example\nAction: failed\nStatus: ${status}\nDiagnostic-Code: smtp; ${diagnostic}`;
  const attachments = [{ contentType: 'message/delivery-status', text: `Reporting-MTA: dns; x\n\n${entry}` }];
  expect(read({ attachments })?.recipients[0]).toMatchObject({ permanent: true, suppress });
});
