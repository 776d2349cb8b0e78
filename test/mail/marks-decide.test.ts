import { describe, expect, test } from 'vitest';
import { classifyMail } from '../../src/mail/kind/classify.ts';
import { mailWith } from '../support/parsed-mail.ts';

const context = { mailboxAddress: 'desk@example.com' };
const kindOf = (wanted: Parameters<typeof mailWith>[0]) => classifyMail(mailWith(wanted), context);
const OURS = ['<n1@desk.example.com>'];

describe('words alone make no mail automatic', () => {
  test.each([
    ['Automatische Antwort einrichten', 'Können Sie für unser Konto eine automatische Antwort einrichten?'],
    ['Auto: Kaufvertrag', 'Anbei der Vertrag für das Auto.'],
    ['Auto: oferta', 'Me interesa el coche, ¿sigue disponible?'],
    ['Automatic reply keeps going out', 'Your automatic reply goes out for each mail. Please stop it.'],
    ['Réponse automatique', 'Merci de désactiver la réponse automatique de notre compte.'],
    ['Risposta automatica: da togliere', 'Vorrei togliere la risposta automatica dal mio indirizzo.'],
    [
      'Automatisch antwoord aanpassen',
      'Graag het automatisch antwoord aanpassen naar onze nieuwe openingstijden.',
    ],
    ['Автоответ', 'Отключите, пожалуйста, автоответ на нашем ящике.'],
    ['自動返信について', '自動返信の設定方法を教えてください。'],
    ['Autosvar', 'Jeg vil gerne have slået autosvar fra.'],
    ['Otomatik yanıt', 'Otomatik yanıtı kapatır mısınız?'],
    ['Odpowiedź automatyczna', 'Proszę wyłączyć automatyczną odpowiedź.'],
    ['Ticket received', 'We have received your request, but your ticket 12 is for somebody else, I think.'],
  ])('%s', (subject, text) => expect(kindOf({ subject, text }).class).toBe('human'));

  test.each([
    'I am out of the office this week but option B is fine, please go ahead with it.',
    'Tom no longer works here, so his laptop can be wiped. Please contact me for the key.',
    'Ich bin bis Freitag im Urlaub, nehmen Sie bitte Variante A. In dringenden Fällen vertritt mich Eva.',
    'Je suis en congé jusqu’à lundi, mais la livraison peut partir. En cas d’urgence, contacter Paul.',
    'Estoy de vacaciones, pero el pedido es correcto: adelante.',
    'Sono in ferie, ma la fattura va bene così. Per urgenze contattare Marco.',
    'Я в отпуске до 12-го, но счёт оплачен, отгружайте.',
    'Jestem na urlopie, ale proszę wysłać wersję B.',
    'Ik ben op vakantie, maar de offerte is akkoord.',
    '本日は外出しておりますが、B案でお願いします。',
  ])('an answer that mentions absence: %s', (text) => {
    expect(kindOf({ subject: 'Re: Delivery', text, inReplyTo: OURS })).toMatchObject({
      class: 'human',
      absenceNote: false,
    });
  });
});

describe('a program’s mail is a matter, and nothing automatic answers it', () => {
  test.each([
    ['an alarm', { from: 'nagios@ops.example', headers: [['auto-submitted', 'auto-generated']] }],
    ['a backup that failed', { from: 'root@ops.example', headers: [['auto-submitted', 'auto-notified']] }],
    ['a cron job', { headers: [['x-cron-env', '<SHELL=/bin/sh>']] }],
    ['another desk’s agent', { subject: 'Re: Delivery', inReplyTo: OURS, headers: [['auto-submitted', 'auto-generated'], ['x-auto-response-suppress', 'All']] }],
    ['Outlook that wants no absence notes', { headers: [['x-auto-response-suppress', 'DR, OOF, AutoReply']] }],
    ['a parcel service', { from: 'no-reply@orders.example' }],
    ['nobody who reads, in French', { from: 'ne-pas-repondre@service.example' }],
    ['nobody who reads, in Spanish', { from: 'noresponder@banco.example' }],
    ['nobody who reads, in German', { from: 'keine-antwort@amt.example' }],
    ['nobody who reads, behind a tag', { from: 'billing-noreply@shop.example' }],
    ['a number behind no-reply', { from: 'noreply+12@shop.example' }],
    ['FirstClass', { headers: [['x-fc-machinegenerated', 'true']] }],
    ['an invitation of Google', { headers: [['auto-submitted', 'auto-generated']], attachments: [{ contentType: 'text/calendar', text: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n' }] }],
    ['an invitation of Outlook', { headers: [['content-type', 'text/calendar; method=REQUEST']] }],
    ['a meeting that is off', { attachments: [{ contentType: 'application/ics', text: 'BEGIN:VCALENDAR\nMETHOD:CANCEL\n' }] }],
    ['a published date', { attachments: [{ contentType: 'text/calendar', text: 'METHOD:PUBLISH\n' }] }],
    ['another time proposed', { attachments: [{ contentType: 'text/calendar', text: 'METHOD:COUNTER\n' }] }],
  ] as const)('%s', (_, wanted) => {
    expect(kindOf(wanted)).toMatchObject({ class: 'human', answerable: false });
  }); // prettier-ignore

  test.each([
    'norma@customer.example',
    'noah.reply@customer.example',
    'nonna@c.example',
    'reply@c.example',
    'donata@c.example',
  ])('%s is a person', (from) =>
    expect(kindOf({ from })).toMatchObject({ class: 'human', answerable: true }),
  );
});

describe('a mark of absence makes an automatic reply', () => {
  test.each([
    ['Will not send another autoreply', [['x-autoresponder', 'Will not send another autoreply for 86400 seconds']]],
    ['RFC 3834', [['auto-submitted', 'auto-replied (vacation)']]],
    ['cPanel', [['x-autorespond', 'Question']]],
    ['Gmail', [['auto-submitted', 'auto-replied'], ['precedence', 'bulk']]],
    ['Mail.ru', [['x-autoreply', 'zoe@customer.example']]],
    ['an old vacation program', [['return-path', '<>'], ['precedence', 'junk']]],
  ] as const)('%s', (_, headers) => expect(kindOf({ headers }).class).toBe('auto_reply')); // prettier-ignore

  test.each([
    ['Automatic reply: Delivery', 'Thank you for your message. I am out of the office until Monday.'],
    [
      'Automatische Antwort: Lieferung',
      'Ich bin vom 1. bis 9. Mai nicht im Büro.\n\nMit freundlichen Grüßen',
    ],
    ['Réponse automatique : Livraison', 'Bonjour,\n\nJe suis absent jusqu’à lundi.\n\nCordialement'],
    ['Automatisch antwoord: Levering', 'Ik ben afwezig tot en met vrijdag.'],
    ['Автоответ: Доставка', 'Здравствуйте!\nЯ в отпуске до 12 мая.\nС уважением'],
  ])('Exchange, whose only header asks for no answer: %s', (subject, text) => {
    const headers = [['x-auto-response-suppress', 'All']] as const;
    expect(kindOf({ subject, text, headers, inReplyTo: OURS }).class).toBe('auto_reply');
    expect(kindOf({ subject, text, inReplyTo: OURS })).toMatchObject({ class: 'human', absenceNote: true });
  });
});

describe('a reaction', () => {
  const part = { contentType: 'text/vnd.google.email-reaction+json', text: '{"emoji":"👍","version":1}' };
  test.each([
    ['👍\n\nZoe reacted via Gmail'],
    ['❤️\n\nZoe hat über Gmail reagiert'],
    ['🎉\n\nZoe a réagi via Gmail <https://www.google.com/gmail/about>'],
    ['😂\n\nZoe отреагировала через Gmail'],
    ['👍🏽'],
  ])('%s is recorded', (text) => {
    expect(kindOf({ subject: 'Re: A question', text, attachments: [part], inReplyTo: OURS }).class).toBe(
      'receipt',
    );
  });

  test('does not hide what somebody wrote beside it', () => {
    const text = 'Please send three more of them. '.repeat(12);
    expect(kindOf({ text, attachments: [part], inReplyTo: OURS }).class).toBe('human');
  });
});

test('a tracker’s comment through a list is a list’s', () => {
  const headers = [['list-id', '<shop.tracker.example>'], ['precedence', 'list'], ['x-auto-response-suppress', 'All']] as const; // prettier-ignore
  expect(kindOf({ subject: 'Re: [shop] Printer (Issue #34)', text: 'Any news?', headers }).class).toBe(
    'list',
  );
});

test.each([
  ['    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nbob@other.example: Envelope expired\n'],
  ['Hi!\n\n   This is the mail delivery program at mx.other.example.\nThe following address failed:\n\nbob@other.example: no such user\n'],
])('a program that greets with an indented line is no person', (text) => {
  const headers = [['return-path', '<>']] as const;
  const report = kindOf({ from: 'robot@mx.other.example', subject: 'Delivery status notification: error', text, headers });
  expect(report.class).toBe('bounce');
}); // prettier-ignore

test.each([
  ['PROBLEM - host mx1 is DOWN: host unreachable', 'postmaster@kunde.example', 'Host: mx1\nState: DOWN\nInfo: CRITICAL - Host Unreachable'],
  ['RECOVERY: mail queue on mx2', 'root@ops.example', 'The queue is empty again.'],
  ['[alert] disk full on mail server', 'postmaster@ops.example', 'Disk /var is 97 % full on mail1.'],
  ['Zertifikat läuft ab', 'postmaster@amt.example', 'Hallo, das Zertifikat von mail.amt.example läuft am 3. Mai ab.'],
  ['DMARC question', 'postmaster@isp.example', 'Hello, could you add our new address to your SPF record? Thank you.'],
])('no bounce: %s', (subject, from, text) => {
  expect(kindOf({ subject, from, text }).class).toBe('human');
}); // prettier-ignore
