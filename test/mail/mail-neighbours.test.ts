import { describe, expect, test } from 'vitest';
import { readBounce } from '../../src/mail/bounce/read-bounce.ts';
import { classifyMail } from '../../src/mail/kind/classify.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { readForwardedSender } from '../../src/mail/trim/forwarded.ts';
import { visibleText } from '../../src/mail/trim/trim-reply.ts';
import { answerSubject } from '../../src/outbox/writing/outgoing-context.ts';
import { mailWith } from '../support/parsed-mail.ts';

const context = { mailboxAddress: 'desk@example.com' };
const kindOf = (wanted: Parameters<typeof mailWith>[0]) => classifyMail(mailWith(wanted), context);
const OURS = ['<n1@desk.example.com>'];

function attribute(level: number, id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(level, 0);
  head.writeUInt32LE(id, 1);
  head.writeUInt32LE(data.length, 5);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(data.reduce((total, byte) => (total + byte) & 0xffff, 0));
  return Buffer.concat([head, data, sum]);
}

/** A winmail.dat with a text in a code page and one file. */
function winmail(codePage: number, text: Buffer, fileName: Buffer): Buffer {
  const page = Buffer.alloc(8);
  page.writeUInt32LE(codePage);
  return Buffer.concat([
    Buffer.from([0x78, 0x9f, 0x3e, 0x22, 1, 0]),
    attribute(1, 0x00069007, page),
    attribute(1, 0x0002800c, Buffer.concat([text, Buffer.from([0])])),
    attribute(2, 0x00069002, Buffer.alloc(14)),
    attribute(2, 0x00018010, Buffer.concat([fileName, Buffer.from([0])])),
    attribute(2, 0x0006800f, Buffer.from('the file')),
  ]);
}

const mixed = (parts: readonly string[]) =>
  Buffer.from(
    `From: ann@customer.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
  );
const encoded = (type: string, bytes: Buffer) =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}`;

describe('winmail.dat', () => {
  test.each([
    ['Russian', 1251, 'd1f7e5f220b93520e2ee20e2ebeee6e5ede8e8', 'Счет №5 во вложении', 'f1f7e5f22e706466', 'счет.pdf'],
    ['Japanese', 932, '90bf8b818f9182f0919782e882dc82b7', '請求書を送ります', '90bf8b818f912e706466', '請求書.pdf'],
    ['Greek', 1253, 'cae1ebe7ecddf1e1', 'Καλημέρα', 'f4e9ecefebfce3e9ef2e706466', 'τιμολόγιο.pdf'],
    ['Hebrew of DOS', 862, '998c858d', 'שלום', '879981858f2e706466', 'חשבון.pdf'],
    ['Czech', 1250, '50f8ed6c6f6861', 'Příloha', 'fae865742e706466', 'účet.pdf'],
    ['Korean', 949, 'bec8b3e7c7cfbcbcbfe4', '안녕하세요', 'b0dfc0fbbcad2e706466', '견적서.pdf'],
  ])('%s text and names', async (_, page, text, read, name, file) => {
    const data = winmail(page, Buffer.from(text, 'hex'), Buffer.from(name, 'hex'));
    const mail = await parseMail(mixed([encoded('application/ms-tnef; name=winmail.dat', data)]));
    expect(mail.text).toBe(read);
    const [inside] = mail.attachments.filter(({ contentType }) => contentType !== 'application/ms-tnef');
    expect(inside?.name).toBe(file);
    expect(Buffer.from(inside?.content ?? '').toString()).toBe('the file');
  }); // prettier-ignore
});

describe('AppleDouble', () => {
  const fork = (name: string) => {
    const bytes = Buffer.from(name, 'utf8');
    const head = Buffer.alloc(38);
    head.writeUInt32BE(0x00051607, 0);
    head.writeUInt32BE(0x00020000, 4);
    head.writeUInt16BE(1, 24);
    head.writeUInt32BE(3, 26);
    head.writeUInt32BE(38, 30);
    head.writeUInt32BE(bytes.length, 34);
    return Buffer.concat([head, bytes]);
  };
  test.each([
    ['a Japanese name', 'application/pdf', "filename*=utf-8''%E8%AB%8B%E6%B1%82.pdf", '請求.pdf'],
    ['a picture', 'image/jpeg', 'filename="Foto Müller.jpg"', 'Foto Müller.jpg'],
    ['a sheet', 'application/vnd.ms-excel', 'filename="účet.xls"', 'účet.xls'],
    ['an archive', 'application/zip', 'filename=archive.zip', 'archive.zip'],
    ['an encoded word', 'application/octet-stream', 'filename="=?utf-8?B?0YHRh9C10YIucGRm?="', 'счет.pdf'],
  ])('%s stays one file, without its fork', async (_, type, name, shown) => {
    const double =
      'Content-Type: multipart/appledouble; boundary=d\r\n\r\n--d\r\n' +
      `${encoded('application/applefile', fork('x'))}\r\n--d\r\n` +
      `Content-Type: ${type}\r\nContent-Disposition: attachment; ${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from('data').toString('base64')}\r\n--d--`;
    const mail = await parseMail(mixed(['Content-Type: text/plain\r\n\r\nSee the file', double]));
    expect(mail.attachments.map((file) => file.name)).toEqual([shown]);
    expect(mail.text.trim()).toBe('See the file');
  });
});

describe('of a report the returned copy alone is cut', () => {
  test.each([
    ['Postfix', 'bob@other.example: host mx said: 550 5.1.1 unknown'],
    ['Exim', 'A message that you sent could not be delivered.\n\n  bob@other.example\n    Unrouteable address'],
    ['Exchange, Portuguese', 'Não foi possível entregar a sua mensagem.\n\nDe: bob\nPara: ann@x.example\nAssunto: Pedido'],
    ['Exchange, Japanese', '次の受信者へ配信できませんでした。\n\n差出人: ann@x.example\n宛先: bob@other.example\n件名: 注文'],
    ['qmail, Polish', 'Przepraszam, nie dostarczono.\n<bob@other.example>:\nBrak takiego użytkownika.\n\nPozdrawiam'],
    ['a rule between the words', 'The mail was refused.\n\n----------\nReason: full\n----------\nPlease ask your administrator.'],
  ])('%s', async (_, words) => {
    const raw = Buffer.from(
      `From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n` +
        `--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${words}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; bob@other.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n` +
        `--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: desk@example.com\r\nSubject: Order\r\n\r\nSECRET\r\n--b--\r\n`,
    );
    const mail = await parseMail(raw);
    expect(mail.visibleText.replaceAll('\r', '').trim()).toBe(words);
  }); // prettier-ignore
});

describe('text between rules is the writer’s', () => {
  test.each([
    'Hei,\n\n--------\nTilaus 4711\nToimitus 12.5.\n--------\n\nMilloin se tulee?',
    'Merhaba\n\n**********\nSipariş: 55\nTutar: 120 TL\n**********\n\nLütfen onaylayın.',
    'Bună ziua,\n\n_______________\nFactura 12\nSuma 300 lei\n_______________\n\nEste corectă?',
    'こんにちは。\n\n==========\n注文番号 55\n数量 3\n==========\n\nご確認ください。',
    'Добрий день\n\n----------\nРахунок 77\nСума 500 грн\n----------\n\nКоли оплата?',
    'Xin chào,\n\n~~~~~~~~~~\nĐơn hàng 9\n~~~~~~~~~~\n\nKhi nào giao?',
  ])('%s', (text) => expect(visibleText(text)).toBe(text));
});

describe('delays are told from failures', () => {
  const report = (subject: string, text: string) =>
    Buffer.from(
      `Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n\r\n<bob@other.example>\r\n`,
    );
  test.each([
    ['delayed', 'Leveransen är försenad', 'Servern kommer att fortsätta försöka leverera meddelandet i två dagar.'],
    ['delayed', 'Levering forsinket', 'Meddelelsen er endnu ikke leveret. Serveren vil fortsat forsøge.'],
    ['delayed', 'Toimitus viivästyy', 'Viestiä ei ole vielä toimitettu. Toimitusta yritetään edelleen.'],
    ['delayed', 'Teslim gecikti', 'İletiniz henüz teslim edilmedi. Teslim yeniden denenecek.'],
    ['delayed', 'A kézbesítés késik', 'Az üzenetet még nem kézbesítettük. A szerver további kísérleteket tesz.'],
    ['delayed', '邮件延迟', '您的邮件尚未送达，服务器将继续尝试投递。'],
    ['delayed', '배달 지연', '메일이 아직 배달되지 않았습니다. 서버가 다시 시도합니다.'],
    ['delayed', 'Livrare întârziată', 'Mesajul nu a fost încă livrat. Serverul va mai încerca 3 zile.'],
    ['delayed', 'Забавена доставка', 'Съобщението още не е доставено. Сървърът ще прави нови опити.'],
    ['delayed', 'Pengiriman tertunda', 'Pesan belum terkirim. Server akan terus mencoba.'],
    ['failed', 'Livrare eșuată', 'Mesajul nu a putut fi livrat și nu se va mai încerca.'],
    ['delayed', 'Καθυστέρηση παράδοσης', 'Το μήνυμα δεν έχει παραδοθεί ακόμα. Ο διακομιστής θα συνεχίσει να προσπαθεί.'],
    ['failed', 'Olevererat meddelande', 'Meddelandet kunde inte levereras: user unknown. Inga fler försök görs.'],
    ['failed', 'Nedoručitelná zpráva', 'Zprávu se nepodařilo doručit po 5 dnech. Další pokusy nebudou.'],
    ['failed', 'Niedoręczona wiadomość', 'Nie udało się dostarczyć wiadomości; kolejne próby nie będą podejmowane.'],
    ['failed', 'Teslim edilemedi', 'Sunucu vazgeçti, bir daha denenmeyecek.'],
    ['failed', 'Kézbesíthetetlen', 'A szerver feladta, további kísérlet nem lesz.'],
    ['failed', '投递失败', '多次重试后仍无法投递，服务器已放弃。'],
  ])('%s: %s', async (action, subject, text) => {
    const raw = report(subject, text);
    expect(readBounce(await parseMail(raw), raw.toString('latin1'))?.action).toBe(action);
  }); // prettier-ignore
});

describe('another desk’s number stays in our subject', () => {
  test.each([
    ['[#ABC-123-45678]', 'Re: [#ABC-123-45678] Delivery'],
    ['[JIRA] (SUP-42)', 'Re: [JIRA] (SUP-42) Delivery'],
    ['Ticket#2026112810000015', 'Re: [Ticket#2026112810000015] Delivery'],
    ['Case ##1234##', 'Re: ##1234## Delivery'],
    ['behind', 'AW: Delivery [Vorgang 88-21]'],
    ['Russian', 'Re: [Заявка №1234] Delivery'],
    ['Japanese', 'Re: [受付番号:1234] Delivery'],
    ['Polish', 'Odp: Delivery (Zgłoszenie 5512)'],
  ])('%s', (_, subject) => {
    const answer = answerSubject({
      subject: 'Delivery',
      lastFromContact: { subject },
    } as unknown as Parameters<typeof answerSubject>[0]);
    expect(answer.replace(/^re: /i, '')).toBe(subject.replace(/^\w+: /, ''));
  });
});

describe('who wrote what an operator forwards', () => {
  const writer = 'Olga <olga@customer.example>';
  const olga = { name: 'Olga', address: 'olga@customer.example' };
  test.each([
    ['Icelandic Outlook', 'Framsenda: Prentari', `Frá: ${writer}\nSent: laugardagur, 21. nóvember 2026 18:00\nTil: Ann\nEfni: Prentari`],
    ['Lithuanian Outlook', 'PD: Spausdintuvas', `Nuo: ${writer}\nIšsiųsta: 2026 m. lapkričio 21 d. 18:00\nKam: Ann\nTema: Spausdintuvas`],
    ['Latvian Outlook', 'PĀRS.: Printeris', `No: ${writer}\nNosūtīts: sestdiena, 2026. gada 21. novembris 18:00\nKam: Ann\nTēma: Printeris`],
    ['Estonian Outlook', 'Edasi: Printer', `Saatja: ${writer}\nSaadetud: laupäev, 21. november 2026 18:00\nAdressaat: Ann\nTeema: Printer`],
    ['Vietnamese Outlook', 'FW: Máy in', `Từ: ${writer}\nĐã gửi: Thứ Bảy, 21 Tháng Mười Một 2026 18:00\nTới: Ann\nChủ đề: Máy in`],
    ['Thai Outlook', 'FW: Printer', `จาก: ${writer}\nส่ง: 21 พฤศจิกายน 2569 18:00\nถึง: Ann\nเรื่อง: Printer`],
    ['Hebrew Outlook', 'FW: מדפסת', `מאת: ${writer}\nנשלח: שבת 21 נובמבר 2026 18:00\nאל: Ann\nנושא: מדפסת`],
    ['Arabic Outlook', 'FW: طابعة', `من: ${writer}\nتاريخ الإرسال: 21/نوفمبر/2026 18:00\nإلى: Ann\nالموضوع: طابعة`],
    ['Slovenian Outlook', 'FW: Tiskalnik', `Od: ${writer}\nPoslano: sobota, 21. november 2026 18:00\nZa: Ann\nZadeva: Tiskalnik`],
    ['Georgian Gmail', 'Fwd: პრინტერი', `---------- Forwarded message ---------\nგამგზავნი: ${writer}\nDate: შაბ, 21 ნოე. 2026`],
  ])('%s', (_, subject, text) => {
    expect(readForwardedSender({ subject, text: `Look\n\n${text}\n\nIt is broken.`, attachments: [] })).toEqual(olga);
  }); // prettier-ignore

  test.each([
    ['Finnish', 'VL: Tulostin', 'Tulostin'],
    ['Greek', 'ΠΡΘ: Εκτυπωτής', 'Εκτυπωτής'],
    ['Turkish', 'İLT: Yazıcı', 'Yazıcı'],
    ['Polish', 'PD: Drukarka', 'Drukarka'],
    ['Chinese', '转发: 打印机', '打印机'],
    ['Korean', '전달: 프린터', '프린터'],
    ['Hebrew', 'הועבר: מדפסת', 'מדפסת'],
    ['Indonesian', 'TRS: Pencetak', 'Pencetak'],
  ])('as a file: %s', (_, subject, inner) => {
    const content = Buffer.from(
      `From: ${writer}\r\nSubject: =?utf-8?B?${Buffer.from(inner).toString('base64')}?=\r\n\r\nx`,
    );
    const file = { name: 'm.eml', contentType: 'message/rfc822', content, inline: false, contentId: null };
    expect(readForwardedSender({ subject, text: '', attachments: [file] })).toEqual(olga);
  });
});

describe('marks of automatic mail', () => {
  test.each([
    ['SES’s answerer', [['x-amazon-auto-reply', 'true']]],
    ['the vacation program', [['x-mailer', 'vacation']]],
    ['vacation 1.2.7', [['x-mailer', 'vacation 1.2.7.0']]],
    ['Exchange’s class', [['x-ms-exchange-inbox-rules-loop', 'zoe@customer.example'], ['auto-submitted', 'auto-replied']]],
    ['Zoho', [['x-zohomail-autoreply', 'true'], ['auto-submitted', 'auto-replied']]],
    ['a value with a comment', [['auto-submitted', 'Auto-Replied; owner-email="zoe@x.example"']]],
    ['Kerio', [['x-autoreply', 'yes']]],
    ['CommuniGate', [['precedence', 'auto_reply']]],
  ] as const)('an answer: %s', (_, headers) => expect(kindOf({ headers }).class).toBe('auto_reply')); // prettier-ignore

  test.each([
    ['a watcher of a forum', [['x-auto-response-suppress', 'All']]],
    [
      'a ticket system',
      [
        ['auto-submitted', 'auto-generated'],
        ['x-mailer', 'Redmine'],
      ],
    ],
    ['a watcher', [['auto-submitted', 'auto-notified; owner="x"']]],
    ['Exchange suppresses', [['x-auto-response-suppress', 'OOF, DR']]],
    ['a person who says no', [['auto-submitted', 'no']]],
    ['a mailer of a holiday firm', [['x-mailer', 'Vacations Mailer 2']]],
  ] as const)('a matter: %s', (_, headers) => expect(kindOf({ headers }).class).toBe('human'));
});

describe('calendars', () => {
  const calendar = (method: string, contentType = 'text/calendar') => ({
    contentType,
    text: `BEGIN:VCALENDAR\r\n${method}\r\nBEGIN:VEVENT\r\nSUMMARY:Talk\r\nEND:VEVENT\r\nEND:VCALENDAR`,
  });
  test.each([
    ['a declined counter', calendar('METHOD:DECLINECOUNTER'), 'human', false],
    ['a refresh', calendar('METHOD:REFRESH'), 'human', false],
    ['a request in small letters', calendar('method:request'), 'human', false],
    ['a type with a parameter', calendar('METHOD:REQUEST', 'text/calendar; charset=utf-8'), 'human', false],
    ['a cancellation as a file', calendar('METHOD:CANCEL', 'application/ics'), 'human', false],
    ['a parameter on the method', calendar('METHOD;X-A=1:REPLY'), 'receipt', false],
    ['an answer', calendar('METHOD:REPLY', 'application/ics'), 'receipt', false],
    ['an answer of Exchange without words', calendar('METHOD:REPLY\r\nCOMMENT;LANGUAGE=en-US:\\n'), 'receipt', false],
    ['an answer of Exchange with words', calendar('METHOD:REPLY\r\nCOMMENT;LANGUAGE=en-US:Please\r\n  bring toner\\n'), 'human', true],
    ['an answer of Google with words', calendar('METHOD:REPLY\r\nATTENDEE;PARTSTAT=ACCEPTED;X-RESPONSE-COMMENT="Bring toner":mailto:a@x.example'), 'human', true],
    ['a calendar without a method', calendar('PRODID:x'), 'human', true],
  ] as const)('%s', (_, part, kind, answerable) => {
    expect(kindOf({ attachments: [part] })).toMatchObject({ class: kind, answerable });
  }); // prettier-ignore
});

describe('clear-signed text', () => {
  const signed = (body: string, headers = 'Hash: SHA512\n') =>
    `-----BEGIN PGP SIGNED MESSAGE-----\n${headers}\n${body}\n-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v2\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n`;
  test.each([
    ['two hashes', signed('Drucker defekt', 'Hash: SHA256\nHash: SHA512\n'), 'Drucker defekt'],
    ['a list with dashes', signed('- - eins\n- - zwei'), '- eins\n- zwei'],
    ['a signature of its own', signed('プリンターが壊れました\n\n- -- \n田中'), 'プリンターが壊れました'],
    ['a quote below', signed('Tak, poproszę.\n\nOn 5 May 2026, Desk <desk@example.com> wrote:\n> Chcesz?'), 'Tak, poproszę.'],
    ['inside a quote', 'Yes.\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n> Hash: SHA1\n>\n> Old\n> -----BEGIN PGP SIGNATURE-----\n> abc\n> -----END PGP SIGNATURE-----', 'Yes.'],
    ['two after another', `${signed('один')}${signed('два')}`, 'один\nдва'],
    ['a comment of Mailvelope', signed('Bonjour').replace('Version: GnuPG v2', 'Version: Mailvelope v4\nComment: https://mailvelope.com'), 'Bonjour'],
    ['line ends of Windows', signed('Здравствуйте').replaceAll('\n', '\r\n'), 'Здравствуйте'],
  ])('%s', async (_, text, shown) => {
    const mail = await parseMail(Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`));
    expect(mail.visibleText.trim()).toBe(shown);
  }); // prettier-ignore
});

describe('reactions of Gmail', () => {
  const part = { contentType: 'text/vnd.google.email-reaction+json', text: '{"emoji":"🙏","version":1}' };
  test.each([
    '🙏\n\nZoe heeft gereageerd via Gmail',
    '😮\n\nZoe ha reaccionado a través de Gmail',
    '🇵🇱\n\nUżytkownik Zoe zareagował za pomocą Gmaila',
    '👨‍👩‍👧\n\nZoe さんが Gmail でリアクションしました',
    '💯\n\nZoe đã bày tỏ cảm xúc qua Gmail',
    '❤️\n\nZoe Gmail üzerinden tepki verdi',
  ])('%s', (text) => {
    expect(kindOf({ subject: 'Re: A question', text, attachments: [part], inReplyTo: OURS }).class).toBe(
      'receipt',
    );
  });

  test.each([
    ['without the part', '👍\n\nZoe reacted via Gmail', []],
    [
      'a part of another kind',
      '👍 thanks, and please send two more',
      [{ ...part, contentType: 'application/json' }],
    ],
  ] as const)('no reaction %s', (_, text, attachments) => {
    expect(kindOf({ text, attachments, inReplyTo: OURS }).class).toBe('human');
  });
});
