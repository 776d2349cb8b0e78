import { expect, test } from 'vitest';
import { readForwardedSender } from '../../src/mail/trim/forwarded.ts';
import { visibleText, visibleTextOfHtml } from '../../src/mail/trim/trim-reply.ts';
import { clientLanguages } from '../support/client-languages.ts';

const reply = 'The second tray works now, thank you.';
const old = 'OLD WORDS of the desk.';

test('the table knows sixty languages and more', () => {
  expect(clientLanguages().length).toBeGreaterThanOrEqual(60);
});

test.each(clientLanguages())('an Outlook answer in $language shows the answer alone', ({ block }) => {
  const text = `${reply}\n\n________________________________\n${block}\n\n${old}\n`;
  expect(visibleText(text, { subject: 'Re: Printer' })).toBe(reply);
});

test.each(clientLanguages())('a forward by Outlook in $language shows what it forwards', ({ block }) => {
  expect(visibleText(`${reply}\n\n${block}\n\n${old}\n`, { subject: 'FW: Printer' })).toContain(old);
});

test.each(clientLanguages())('an operator’s forward in $language names who wrote it', ({ block }) => {
  const mail = { subject: 'FW: Printer', text: `Please take it.\n\n${block}\n\n${old}\n`, attachments: [] };
  expect(readForwardedSender(mail)?.address).toBe('desk@example.com');
});

test.each([
  ['---- Sat, 28 Nov 2026 09:14:00 +0100 Desk <desk@example.com> schrieb ----'],
  ['---- El sáb, 28 nov 2026 09:14:00 +0100, Desk <desk@example.com> escribió ----'],
  ['---- Le sam., 28 nov. 2026 09:14:00 +0100 Desk <desk@example.com> a écrit ----'],
  ['---- On Sat, 28 Nov 2026 09:14:00 +0100 Desk<desk@example.com> wrote ----'],
  ['---- Pada Sab, 28 Nov 2026 09:14:00 +0100 Desk <desk@example.com> menulis ----'],
  ['---- в сб, 28 нояб. 2026 09:14:00 +0300 Desk <desk@example.com> написал(а) ----'],
  ['في السبت، ٢٨ نوفمبر ٢٠٢٦ في ٩:١٤ ص تمت كتابة ما يلي بواسطة Desk <desk@example.com>:'],
  ['در تاریخ شنبه ۷ آذر ۱۴۰۵ ساعت ۹:۱۴ Desk <desk@example.com> نوشت:'],
  ['शनि, २८ नव॰ २०२६ को ९:१४ बजे Desk <desk@example.com> ने लिखा:'],
  ['เมื่อ ส. 28 พ.ย. 2569 เวลา 9:14 Desk <desk@example.com> เขียนว่า:'],
  ['Mnamo Jmo, 28 Nov 2026 saa 9:14 Desk <desk@example.com> aliandika:'],
  ['Noong Sab, Nob 28, 2026 nang 9:14 AM, isinulat ni Desk <desk@example.com>:'],
  ['Am 28.11.2026 09:14 schrieb "Desk der langen Firma" <\ndesk@example.com\n>:'],
  ['On Thursday, November 26th, 2026 at 9:14 AM, Desk <desk@example.com> wrote:'],
])('%s introduces a quote', (line) => {
  expect(visibleText(`${reply}\n\n${line}\n\n> ${old}\n`)).toBe(reply);
});

test.each([
  ['English', 'On Sat, Nov 28, 2026 at 9:14 AM, Desk<desk@example.com> wrote:'],
  ['German', 'Am Sa., Nov. 28, 2026 um 9:14 schrieb Desk<desk@example.com>:'],
  ['Spanish', 'El sáb., nov. 28, 2026 a la(s) 9:14, Desk<desk@example.com> escribió:'],
  ['French', 'Le sam., nov. 28, 2026 à 9:14, Desk<desk@example.com> a écrit :'],
  ['Italian', 'Il sab, nov 28, 2026 alle 9:14, Desk<desk@example.com> ha scritto:'],
  ['Portuguese', 'Em sáb., nov. 28, 2026 às 9:14, Desk<desk@example.com> escreveu:'],
])('Yahoo on Android in %s puts the quote into the line', (_, line) => {
  expect(visibleText(`${reply}\n\n    ${line}   ${old}\nMore of it.\n`)).toBe(reply);
});

test.each([
  'Outlook for iOS を入手<https://aka.example/o0ukef>',
  'Outlook für iOS herunterladen<https://aka.example/o0ukef>',
  'Android için Outlook’u edinin<https://aka.example/x>',
  'iOS용 Outlook 다운로드<https://aka.example/x>',
  'Sent from Mail<https://go.example/fwlink/?LinkId=550986> for Windows 10',
  '从我的 iPhone 发送',
  'Изпратено от моя iPhone',
  'Poslano z mojega iPhona',
  'मेरे iPhone से भेजा गया',
  'Sent with Proton Mail secure email.',
  'Saadetud minu iPhone’ist',
  '取得 iOS 版 Outlook',
  'Invio da smartphone Huawei',
  'Enviado a través de mi Samsung Galaxy',
  '从 网易邮箱大师 发来的',
  'Odoslané z iPhonu',
  'Dapatkan Outlook untuk Android',
])('%s is a phone’s line', (line) => {
  expect(visibleText(`${reply}\n\n${line}\n`)).toBe(reply);
});

test.each([
  'It was\n\nSent from Hamburg on 3 May.',
  'Das Paket wurde\n\nGesendet von Köln am 3. Mai.',
  'Le colis :\n\nEnvoyé depuis Lyon le 3 mai',
  'My mail server tells me:\n\n<ann@customer.example>: host mx.customer.example[192.0.2.7] said:\n    550 5.7.1 blocked by policy\n\nCan you unblock me please?',
  'Log:\n\n2026-11-28 10:00:05 +0100 delivery failed to <bob@other.example>:\n550 no such user\n\nWhy?',
  'Unser Server:\n\nAm 28.11.2026 10:00 Fehler, host mx.x.example said <bob@other.example>:\n550 nein\n\nWarum?',
  'This reached me:\n\nFrom: billing@desk.example\nSubject: Invoice 77\n\nIs it really from you?',
  'Dies kam an:\n\nVon: rechnung@desk.example\nBetreff: Rechnung 77\n\nIst das von Ihnen?',
  'Мне пришло:\n\nОт: счета@desk.example\nТема: Счёт 77\n\nЭто от вас?',
  'My move:\n\nFrom: Berlin\nTo: Hamburg\nDate: 5 May 2025\nSubject: two rooms\n\nCan you do it for 900 euros?',
  'Umzug:\n\nVon: Berlin\nAn: Hamburg\nDatum: 5.5.2025\nBetreff: zwei Zimmer\n\nGeht das für 900 Euro?',
  'Trajet :\n\nDe : Paris\nÀ : Lyon\nDate : 5 mai\nObjet : deux pièces\n\nPossible ?',
  'Paket:\n\nVon: Berlin\nGesendet: 5.5.2025\nAn: Hamburg\n\nWo ist es?',
  'Tramo:\n\nDe: Madrid\nPara: Sevilla\nFecha: 5/5/2025\nAsunto: dos cajas\n\n¿Puede ser?',
  'My order:\n\n------------------------------\nArticle 4711\nQuantity 3\nColour blue',
  'Bestellung\n\n==========\nArtikel 4711\nMenge 3\nFarbe blau',
  'Заказ\n\n----------\nАртикул 4711\nКоличество 3',
  'Data\n\n__________\nName: Ann\nTel: 030 1234567\nModel: LX 12',
  'Plan\n\n*****\nRed chair\nBlue table\nGreen lamp',
  'On 3 November 2026 at 10:15 our invoice to <accounts@customer.example>:\n\n40.00 EUR\n\nRight?',
])('what a person wrote stays: %s', (text) => {
  expect(visibleText(text, { subject: 'Printer' })).toBe(text);
});

test('text between rules stays', () => {
  const text =
    'The display shows\n\n==========\nERR 12\n==========\n\nand sometimes\n\n==========\nERR 13 low toner';
  expect(visibleText(`${text}\n==========\n`)).toBe(text);
});

test.each([
  'Your message\n\n  To:      Bob Other\n  Subject: Printer\n  Sent:    Mon, 5 May 2025 10:00:00 +0200\n\ndid not reach the following recipient:\n\nbob@other.example',
  'From: desk@example.com\nTo: bob@other.example\nDate: Mon, 5 May 2025 10:00:00 +0200\nSubject: Printer\n\nwas refused: 550 no such user',
  'Von: desk@example.com\nAn: bob@other.example\nGesendet: Montag, 5. Mai 2025 10:00\n\nkonnte nicht zugestellt werden: Postfach voll',
  'On Mon, 5 May 2025 10:00:00 +0200, <bob@other.example> wrote:\n\nmailbox full',
  'De : desk@example.com\nÀ : bob@other.example\nEnvoyé : lundi 5 mai 2025 10:00\n\nadresse inconnue',
])('a server’s report shows why: %s', (text) => {
  expect(visibleText(text, { isReport: true })).toBe(text);
});

test('of a report the returned copy goes', () => {
  const copy = '------ This is a copy of the message, including all the headers. ------\n\nOLD';
  expect(visibleText(`Bob: 550 unknown\n\n${copy}`, { isReport: true })).toBe('Bob: 550 unknown');
});

test.each([
  [
    'WG: Rechnung',
    'Von: Bob <bob@other.example>\nGesendet: Montag, 5. Mai 2025 09:12\nAn: Ann\nBetreff: Rechnung',
  ],
  ['TR: Facture', 'De : Bob <bob@other.example>\nEnvoyé : lundi 5 mai 2025 09:12\nÀ : Ann\nObjet : Facture'],
  [
    'RV: Factura',
    'De: Bob <bob@other.example>\nEnviado el: lunes, 5 de mayo de 2025 9:12\nPara: Ann\nAsunto: Factura',
  ],
  ['VS: Faktura', 'Fra: Bob <bob@other.example>\nSendt: 5. maj 2025 09:12\nTil: Ann\nEmne: Faktura'],
  [
    'ENC: Fatura',
    '-----Mensagem original-----\nDe: Bob <bob@other.example>\nEnviada em: 5 de maio de 2025 09:12\nPara: Ann',
  ],
  [
    'Fwd: Invoice',
    '> Begin forwarded message:\n>\n> From: Bob Other <bob@other.example>\n> Subject: Invoice',
  ],
  ['Fwd: Facture', '> Début du message transféré :\n>\n> De: Bob <bob@other.example>\n> Objet: Facture'],
  ['転送: 請求書', '差出人: Bob <bob@other.example>\n送信日時: 2025年5月5日 9:12\n宛先: Ann\n件名: 請求書'],
])('%s shows the mail it forwards', (subject, block) => {
  const quoted = block.startsWith('>') ? '>\n> The amount must be 120.' : '\nThe amount must be 120.';
  expect(visibleText(`Please check.\n\n${block}\n${quoted}\n`, { subject })).toContain(
    'The amount must be 120.',
  );
});

test.each([
  '-------- Փոխանցվող նամակը --------',
  '-------- Áframsendur póstur --------',
  '-------- Pārsūtītā vēstule --------',
  '-------- 转发的消息 --------',
  '-------- Dalej pósrědnjona powěsć --------',
  '--- Treść przekazanej wiadomości ---',
  '-------- Välitetty viesti / Fwd.Msg --------',
  '-------- Preposlaná správa --- Forwarded Message --------',
  'Początek przekazywanej wiadomości:',
  'Začiatok preposlanej správy:',
  '下記は転送メールです：',
])('%s shows what it forwards', (marker) => {
  expect(visibleText(`Please check.\n\n${marker}\nFrom: Bob <bob@other.example>\n\n${old}`)).toContain(old);
});

test('VS: in Finnish answers', () => {
  const block =
    'Lähettäjä: Bob <bob@other.example>\nLähetetty: 5. toukokuuta 2025 9.12\nVastaanottaja: Ann\nAihe: Lasku';
  expect(visibleText(`Kiitos.\n\n${block}\n\n${old}`, { subject: 'VS: Lasku' })).toBe('Kiitos.');
});

const unknown = 'Xat: Desk Support\nYub: 28 Zed 2026\nKuz: Asha\nMav: Re: Printer';
const html = unknown.replaceAll('\n', '<br>');
test.each([
  ['Outlook', `<div>${reply}</div><hr><div id="divRplyFwdMsg">${html}</div><div>${old}</div>`],
  [
    'Outlook mobile',
    `<div>${reply}</div><div id="ms-outlook-mobile-reference-message">${html}<br>${old}</div>`,
  ],
  [
    'new Outlook',
    `<p>${reply}</p><div id="mail-editor-reference-message-container"><div>${html}</div>${old}</div>`,
  ],
  ['Yahoo', `<div>${reply}</div><div class="yahoo_quoted"><div>${html}</div>${old}</div>`],
  ['Zoho', `<div>${reply}</div><div class="zmail_extra"><div>${html}</div>${old}</div>`],
  [
    'Gmail',
    `<div>${reply}</div><div class="gmail_quote"><div class="gmail_attr">${html}</div><blockquote class="gmail_quote">${old}</blockquote></div>`,
  ],
  [
    'Thunderbird',
    `<p>${reply}</p><div class="moz-cite-prefix">${html}</div><blockquote type="cite">${old}</blockquote>`,
  ],
])('the marks of %s decide beside a plain part in words that nobody knows', (_, page) => {
  expect(visibleText(`${reply}\n\n${unknown}\n\n${old}\n`, { html: page })).toBe(reply);
  expect(visibleTextOfHtml(page)).toBe(reply);
});

test('words below a quote that HTML marks stay', () => {
  const page = `<p>Yes</p><div class="gmail_quote"><div class="gmail_attr">${html}</div><blockquote class="gmail_quote">${old}</blockquote></div><p>${reply}</p>`;
  expect(visibleText(`Yes\n\n${unknown}\n> ${old}\n\n${reply}`, { html: page })).toContain(reply);
  expect(visibleTextOfHtml(page)).toContain(reply);
});
