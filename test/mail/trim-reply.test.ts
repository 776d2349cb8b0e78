import { describe, expect, test } from 'vitest';
import { visibleText } from '../../src/mail/trim/trim-reply.ts';

const reply = 'Thank you, that helped.';

/** "On … wrote:" as Gmail, Thunderbird, Apple Mail, Outlook and web mailers put it. */
const attributions = [
  '2026 թ. նոյ. 21, Շբթ 18:00-ին Օլգա <olga@desk.example> գրել է՝',
  'շբ, 21 նոյեմբերի, 2026 թ.-ին 18:00-ին Օլգա <olga@desk.example>-ը գրեց՝',
  'Օլգա <olga@desk.example>, 21.11.2026 18:00, գրել է։',
  'On Mon, Nov 2, 2026 at 4:05 PM Desk <desk@example.com> wrote:',
  'On 02/11/2026 16:05, Desk wrote:',
  'On 2 Nov 2026, at 16:05, Desk <desk@example.com> wrote:',
  '---- On Mon, 02 Nov 2026 16:05:00 +0100 Desk<desk@example.com> wrote ----',
  'Desk <desk@example.com> wrote:',
  'Am 02.11.26 um 16:05 schrieb Desk:',
  'Am Mo., 2. Nov. 2026 um 16:05 Uhr schrieb Desk <desk@example.com>:',
  'Desk <desk@example.com> schrieb am Mo., 2. Nov. 2026 um 16:05 Uhr:',
  'Le lun. 2 nov. 2026 à 16:05, Desk <desk@example.com> a écrit :',
  'El lun, 2 nov 2026 a las 16:05, Desk (<desk@example.com>) escribió:',
  'Il giorno lun 2 nov 2026 alle ore 16:05 Desk <desk@example.com> ha scritto:',
  'Em seg., 2 de nov. de 2026 às 16:05, Desk <desk@example.com> escreveu:',
  'Op ma 2 nov 2026 om 16:05 schreef Desk <desk@example.com>:',
  'Op 2 nov. 2026 om 16:05 heeft Desk <desk@example.com> het volgende geschreven:',
  'pon., 2 lis 2026 o 16:05 Desk <desk@example.com> napisał(a):',
  'W dniu 2.11.2026 o 16:05, Desk pisze:',
  'po 2. 11. 2026 v 16:05 odesílatel Desk <desk@example.com> napsal:',
  'po 2. 11. 2026 o 16:05 Desk <desk@example.com> napísal(a):',
  'Den mån 2 nov. 2026 kl 16:05 skrev Desk <desk@example.com>:',
  'Den man. 2. nov. 2026 kl. 16.05 skrev Desk <desk@example.com>:',
  'man. 2. nov. 2026 kl. 16:05 skrev Desk <desk@example.com>:',
  'Desk asiakaspalvelu kirjoitti 2.11.2026 kello 16:05:',
  'ma 2. marrask. 2026 klo 16.05 Desk (desk@example.com) kirjoitti:',
  'пн, 2 нояб. 2026 г. в 16:05, Desk <desk@example.com>:',
  '02.11.2026 16:05, Desk пишет:',
  '2 ноября 2026 г., 16:05 пользователь Desk <desk@example.com> написал:',
  'Понедельник, 2 ноября 2026, 16:05 +03:00 от Desk <desk@example.com>:',
  'пн, 2 лист. 2026 р. о 16:05 Desk <desk@example.com> пише:',
  'Desk <desk@example.com> ezt írta (időpont: 2026. nov. 2., H, 16:05):',
  'Desk <desk@example.com>, 2 Kas 2026 Pzt, 16:05 tarihinde şunu yazdı:',
  'În lun., 2 nov. 2026 la 16:05, Desk <desk@example.com> a scris:',
  'Στις Δευ 2 Νοε 2026 στις 4:05 μ.μ., ο/η Desk <desk@example.com> έγραψε:',
  'בתאריך יום ב׳, 2 בנוב׳ 2026 ב-16:05 מאת ‪Desk‬‏ <‪desk@example.com‬‏>:‬',
  '在 2026年11月2日，下午4:05，Desk <desk@example.com> 写道：',
  'Desk <desk@example.com> 於 2026年11月2日 週一 下午4:05寫道：',
  '2026年11月2日(月) 16:05 Desk <desk@example.com>:',
  '2026년 11월 2일 (월) 오후 4:05, Desk <desk@example.com>님이 작성:',
  'Vào 16:05, Th 2, 2 thg 11, 2026 Desk <desk@example.com> đã viết:',
  'Pada tanggal Sen, 2 Nov 2026 16.05, Desk <desk@example.com> menulis:',
  '2026-11-02 16:05 GMT+01:00 Desk <desk@example.com>:',
  'Wiadomość napisana przez Desk <desk@example.com> w dniu 2 lis 2026, o godz. 16:05:',
  'في ٠٢/١١/٢٠٢٦ الساعة ٤:٠٥ م، كتب/كتبت Desk <desk@example.com>:',
  'On Nov 30, desk wrote:',
];

describe('what introduces a quote', () => {
  test.each(attributions)('%s, the quote marked', (line) => {
    expect(visibleText(`${reply}\n\n${line}\n\n> Did it help?\n>\n> Desk\n`)).toBe(reply);
  });

  test.each(attributions)('%s, the quote unmarked', (line) => {
    expect(visibleText(`${reply}\r\n\r\n${line}\r\n\r\nDid it help?\r\n`)).toBe(reply);
  });

  test('a line wrapped over three is one', () => {
    expect(
      visibleText(
        `${reply}\n\nOn Nov 2, 2026, at 4:05 PM, Desk <\ndesk+abcdefghijklmnop@example.com>\nwrote:\n\nHi\n`,
      ),
    ).toBe(reply);
  });

  test('it may share its line with the reply', () => {
    expect(visibleText('Fine On Wed, Nov 4, 2026 at 3:59 PM, desk@example.com wrote:\n> Hi')).toBe('Fine');
  });
});

const headerBlocks = [
  'From: Desk <desk@example.com>\nSent: Monday, November 2, 2026 4:05 PM\nTo: Ann\nSubject: A question',
  '*From:* Desk [mailto:desk@example.com]\n*Sent:* Monday, November 2, 2026 4:05 PM\n*To:* Ann\n*Subject:* A question',
  'Von: Desk <desk@example.com>\nGesendet: Montag, 2. November 2026 16:05\nAn: Ann\nBetreff: Eine Frage',
  'De : Desk <desk@example.com>\nEnvoyé : lundi 2 novembre 2026 16:05\nÀ : Ann\nObjet : Une question',
  'De: Desk <desk@example.com>\nEnviado el: lunes, 2 de noviembre de 2026 16:05\nPara: Ann\nAsunto: Una pregunta',
  'De: Desk <desk@example.com>\nEnviada em: segunda-feira, 2 de novembro de 2026 16:05\nPara: Ann\nAssunto: Uma pergunta',
  'Da: Desk <desk@example.com>\nInviato: lunedì 2 novembre 2026 16:05\nA: Ann\nOggetto: Una domanda',
  'Van: Desk <desk@example.com>\nVerzonden: maandag 2 november 2026 16:05\nAan: Ann\nOnderwerp: Een vraag',
  'От: Desk <desk@example.com>\nОтправлено: 2 ноября 2026 г. 16:05\nКому: Ann\nТема: Вопрос',
  'Від: Desk <desk@example.com>\nНадіслано: 2 листопада 2026 р. 16:05\nКому: Ann\nТема: Питання',
  'Od: Desk <desk@example.com>\nWysłano: poniedziałek, 2 listopada 2026 16:05\nDo: Ann\nTemat: Pytanie',
  'Od: Desk <desk@example.com>\nOdesláno: pondělí 2. listopadu 2026 16:05\nKomu: Ann\nPředmět: Dotaz',
  'Från: Desk <desk@example.com>\nSkickat: den 2 november 2026 16:05\nTill: Ann\nÄmne: En fråga',
  'Fra: Desk <desk@example.com>\nSendt: 2. november 2026 16:05\nTil: Ann\nEmne: Et spørgsmål',
  'Lähettäjä: Desk <desk@example.com>\nLähetetty: maanantai 2. marraskuuta 2026 16.05\nVastaanottaja: Ann\nAihe: Kysymys',
  'Feladó: Desk <desk@example.com>\nElküldve: 2026. november 2., hétfő 16:05\nCímzett: Ann\nTárgy: Kérdés',
  'Kimden: Desk <desk@example.com>\nGönderildi: 2 Kasım 2026 16:05\nKime: Ann\nKonu: Soru',
  '发件人: Desk <desk@example.com>\n发送时间: 2026年11月2日 16:05\n收件人: Ann\n主题: 问题',
  'Date: Mon, 2 Nov 2026 16:05:00 +0000 From: desk@example.com To: ann@customer.example Subject: A question',
  '差出人: Desk <desk@example.com>\n送信日時: 2026年11月2日 16:05\n宛先: Ann\n件名: 質問',
];

test.each(headerBlocks)('a header block ends the reply: %s', (block) => {
  expect(visibleText(`${reply}\n\n${block}\n\nDid it help?\n`)).toBe(reply);
  expect(
    visibleText(
      `${reply}\n________________________________\n${block.replaceAll('\n', '\n\n')}\n\nDid it help?\n`,
    ),
  ).toBe(reply);
});

test.each([
  '-----Original Message-----',
  '-------- Original message --------',
  '-----Ursprüngliche Nachricht-----',
  '-----Message d’origine-----',
  '-------- Ursprüngliche Nachricht --------Von: "Desk"  Datum: 02.11.26  16:05  (GMT+01:00) An: Betreff: Hilfe',
  '-----Mensaje original-----',
  '-----Messaggio originale-----',
  '-----Mensagem original-----',
  '-----Oorspronkelijk bericht-----',
  '-----Исходное сообщение-----',
  '-----Oryginalna wiadomość-----',
  '-------- Oprindelig besked --------',
  '-----Původní zpráva-----',
  '------------------ 原始邮件 ------------------',
  '----- 元のメッセージ -----',
  '##- Please type your reply above this line -##',
  '--- Reply above. Do not remove this line. ---',
  '## Bitte gib deine Antwort oberhalb dieser Zeile ein. ##',
  '##- Skriv ditt svar ovanför den här raden -##',
])('%s ends the reply', (line) => {
  expect(visibleText(`${reply}\n\n${line}\nDid it help?\n`)).toBe(reply);
});

test.each([
  'Sent from my iPhone',
  'Sent from my Galaxy S24, please excuse any typos.',
  'Get Outlook for Android<https://aka.example/x>',
  'Sent wirelessly from my BlackBerry device on the Bell network.',
  'Envoyé sans fil par mon terminal mobile BlackBerry sur le réseau de Bell.',
  'Az iPhone-omról küldve',
  'Von meinem iPhone gesendet',
  'Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.',
  'Envoyé de mon iPhone',
  'Télécharger Outlook pour iOS',
  'Enviado desde mi iPhone',
  'Enviado do meu iPhone',
  'Inviato da iPhone',
  'Verstuurd vanaf mijn iPad',
  'Отправлено с iPhone',
  'Отправлено из мобильной Почты Mail',
  'Надіслано з iPhone',
  'Wysłane z iPhone',
  'Skickat från min iPhone',
  'Sendt fra min iPhone',
  'Lähetetty iPhonesta',
  'Odesláno z iPhonu',
  "iPhone'umdan gönderildi",
  '发自我的 iPhone',
  'iPhoneから送信',
])('the device line %s is not the writer’s', (line) => {
  expect(visibleText(`${reply}\n\n${line}\n`)).toBe(reply);
  expect(visibleText(`${reply}\n\n${line}\n\nOn 02/11/2026 16:05, Desk wrote:\n> Hi\n`)).toBe(reply);
});

test.each([
  'Մենք 21.11.2026 18:00-ին գրել ենք ձեզ՝\n\nՊատվերի համարը՝\n4711\n\nԳրեք ann@customer.example հասցեով՝\nշնորհակալություն',
  'Please book:\nFrom: London\nTo: Paris\nDate: 3 May\n\nThank you',
  'Dear team,\n\nhe wrote:\n\nthis is what he said.\n\nBye',
  'At 10:30 the system printed:\n\nError 17\n\nWhat now?',
  'Am 12.03. haben wir bestellt:\n\n2 Tische\n4 Stühle\n\nWann kommen sie?',
  'As agreed.\n\nOn 5 May 2026 I wrote to you:\nplease cancel my order\nand nobody answered.',
  'On the other hand, 5 of them work.\nOn average.',
  'Bitte lesen.\n\nAm 12.03.2026 schrieb ich Ihnen:\n\nBitte stornieren.',
  'Bonjour,\n\nLe 12/03/2026 je vous ai écrit :\n\nmerci d’annuler.',
  'Points:\n----\n\n1. Faster\n\n----\n\nThe dashes above are mine, not a signature.\n\n====\n\nAnd so are these equal signs here.',
  'Look.\n\nOn page 5 the author wrote:\n\nall is well.',
  'Sent from my desk, this is much easier to type.',
  'I need:\n\n-\nBread\n*\nMilk',
  'Look:\n\n```\n-- comment\n> quoted\n####\n```\n\nEnd.',
  'From: London To: Paris Subject: trains',
  'A <b@c.example> and https://example.com/wrote:x',
])('the writer’s own words stay: %s', (text) => {
  expect(visibleText(text)).toBe(text);
});

test('words below a quote stay, the quote above them goes', () => {
  expect(visibleText('Yes.\n\nOn 02/11/2026 16:05, Desk wrote:\n\n> Ok?\n\nRegards, Ann')).toBe(
    'Yes.\n\nRegards, Ann',
  );
});

test('a passage quoted below a greeting stays with its answer', () => {
  expect(visibleText('Hello Ann,\n\nOn 02/11/2026 16:05, Desk wrote:\n> Ok?\n\nIt is.\n')).toBe(
    'Hello Ann,\n\n> Ok?\n\nIt is.',
  );
});

test('text that is only a signature, a quote or an introduction is shown whole', () => {
  for (const text of [
    '-- \nAnn',
    '> a\n> b',
    'On 02/11/2026 16:05, Desk wrote:',
    'Sent from my iPhone',
    '-----Original Message-----\nHi',
  ]) {
    expect(visibleText(text)).not.toBe('');
  }
  expect(visibleText(' \n\t\n')).toBe('');
});

test('hostile text comes through', () => {
  const long = [
    '\n'.repeat(100_000),
    'a'.repeat(1_000_000),
    '>'.repeat(1_000_000),
    '_'.repeat(1_000_000),
    ' '.repeat(1_000_000),
    '\r'.repeat(1_000_000),
  ];
  const many = [
    'On 2026 \n',
    '--\n',
    'a\n> b\n',
    'From: a@b.example\n',
    'x:\n',
    'Bob <a@b.example> 2026\n',
    'Sent from my iPhone\n',
    '```\n',
    'On wrote ',
    `---${' '.repeat(190)}\n`,
    `date: 1${' to:'.repeat(250)}\n`,
  ];
  for (const text of [...long, ...many.map((line) => line.repeat(20_000))]) {
    expect(visibleText(text) === '').toBe(text.trim() === '');
  }
});
