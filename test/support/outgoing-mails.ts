import type { MailToCompose } from '../../src/mail/outgoing/compose-mail.ts';

const desk = { name: 'Example Desk', address: 'desk@example.com' };

const reply: MailToCompose = {
  internetMessageId: '<0123456789abcdef0123456789abcdef@example.com>',
  date: new Date('2026-03-02T09:00:00Z'),
  from: desk,
  to: [{ name: 'Anna', address: 'anna@example.org' }],
  cc: [],
  replyTo: [{ name: desk.name, address: 'desk+abcdefghijklmnop@example.com' }],
  subject: 'Re: Printer',
  text: 'Please switch it off\nand on again.',
  html: null,
  inReplyTo: ['<a@example.org>'],
  references: ['<a@example.org>'],
  language: 'en',
  quoted: null,
  attachments: [],
  automatic: null,
};

/** Mails by the name of their file under test/fixtures/outgoing: each shows one thing that composing has to get right. */
export const OUTGOING_MAILS: Readonly<Record<string, MailToCompose>> = {
  '001-plain-reply': reply,
  '002-quote-and-signature': {
    ...reply,
    quoted: {
      from: { name: 'Anna', address: 'anna@example.org' },
      at: new Date('2026-03-01T18:30:00Z'),
      text: 'My printer is <on fire>.\n\n> Is it on?\nYes & burning.',
    },
    signature: 'Ann\nExample Desk, Mon to Fri',
  },
  '003-russian-with-copies': {
    ...reply,
    language: 'ru',
    from: { name: 'Служба поддержки', address: 'desk@example.com' },
    to: [{ name: 'Жанна Ёлкина', address: 'жанна@xn--e1afmkfd.example' }],
    cc: [
      { name: 'Doe, Jane "JD"', address: 'jane@example.org' },
      { name: '', address: 'paul@example.org' },
    ],
    subject: 'Re: Принтер горит, и это очень длинная тема письма, которая не помещается в одну строку',
    text: 'Выключите его.',
    quoted: { from: null, at: new Date('2026-03-01T18:30:00Z'), text: 'Горит.' },
    signature: 'Анна',
  },
  '004-notice': { ...reply, automatic: { loopMark: 'desk@example.com' }, text: 'We have your message.' },
  '005-first-mail-of-a-thread': { ...reply, inReplyTo: [], references: [], subject: 'Your order' },
  '006-inline-image-and-files': {
    ...reply,
    html: '<p>See <img src="cid:shot@mailroom" alt="shot"></p>',
    attachments: [
      {
        name: 'shot.png',
        contentType: 'image/png',
        content: Buffer.from([0x89, 0x50, 0x4e, 0x47]),
        inline: true,
        contentId: 'shot@mailroom',
      },
      {
        name: 'счёт "№1".pdf',
        contentType: 'application/pdf',
        content: Buffer.from(Array.from({ length: 200 }, (_, i) => i)),
        inline: false,
        contentId: null,
      },
      {
        name: 'lines.txt',
        contentType: 'text/plain',
        content: Buffer.from('one\ntwo\r\nthree\r'),
        inline: false,
        contentId: null,
      },
    ],
  },
  '007-long-references': {
    ...reply,
    inReplyTo: ['<59@example.org>'],
    references: Array.from({ length: 60 }, (_, i) => `<${i}@example.org>`),
  },
  '008-attempted-header-injection': {
    ...reply,
    subject: 'Re: x\r\nBcc: eve@example.net\r\n\r\nbody',
    to: [{ name: 'Anna\r\nBcc: eve@example.net', address: 'anna@example.org' }],
    from: { name: 'Desk\nX-Evil: 1', address: 'desk@example.com' },
    inReplyTo: ['<a@example.org>\r\nBcc: eve@example.net'],
    signature: '.\r\nQUIT',
    attachments: [
      {
        name: 'a"\r\nX-Evil: 1\r\n.txt',
        contentType: 'text/plain',
        content: Buffer.from('x'),
        inline: true,
        contentId: 'x>\r\nX-Evil: 1',
      },
    ],
  },
};
