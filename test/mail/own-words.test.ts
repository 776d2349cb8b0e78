import { describe, expect, test } from 'vitest';
import { visibleText, visibleTextOfHtml } from '../../src/mail/trim/trim-reply.ts';

const old = 'OLD WORDS of the desk.';
const outlook =
  'From: Desk <desk@example.com>\nSent: Monday, May 5, 2025 10:00 AM\nTo: Ann <ann@x.example>\nSubject: Printer';

describe('a sentence about who wrote what introduces no copy', () => {
  test.each([
    'On 3 May 2026 at 10:15 your colleague Jane wrote:',
    'On 3 May 2026 at 10:15 the technician wrote:',
    'am 3. Mai schrieb mir Frau Müller (info@firma.example):',
    'Am 3. Mai 2026 um 10:15 schrieb Ihre Kollegin:',
    'Am 3. Mai 2026 um 10:15 schrieb der Techniker:',
    'Le 3 mai 2026 à 10:15 votre collègue m’a écrit :',
    '3 мая 2026 в 10:15 ваш коллега написал:',
    'Il 3 maggio 2026 alle 10:15 il vostro collega mi ha scritto:',
    'Op 3 mei 2026 om 10:15 schreef uw collega mij:',
    'El 3 de mayo de 2026 a las 10:15 su colega me escribió:',
    'Em 3 de maio de 2026 às 10:15, o seu colega escreveu:',
    'W dniu 3 maja 2026 o 10:15 Państwa kolega napisał:',
    'Den 3 maj 2026 kl. 10:15 skrev vår kollega:',
    'Dne 3. 5. 2026 v 10:15 váš kolega napsal:',
    '2026年5月3日上午10:15，您的同事写道：',
  ])('%s', (line) => {
    const text = `Hi\n\n${line}\n\nWe do not ship.\n\nIs it true?`;
    expect(visibleText(text)).toBe(text);
  });

  test.each([
    'On 3 May 2026 at 10:15, Ursula von der Leyen wrote:',
    'Am 3. Mai 2026 um 10:15 schrieb Mir Ali <mir@x.example>:',
    'Am Mi., 3. Mai 2026 um 10:15 schrieb Ann:',
    'On Mon, 3 May 2026 at 10:15, Ihr Team <a@b.example> wrote:',
    'su 3. toukok. 2026 klo 10.15 Ann kirjoitti:',
    'On 3 May 2026, at 10:15, the Desk <desk@example.com> wrote:',
  ])('%s is a mail program’s', (line) => expect(visibleText(`Hi\n\n${line}\n\n${old}`)).toBe('Hi'));
});

describe('lines with a time are no introduction by that', () => {
  test.each([
    'The gate said\n\n2026-05-03 10:15 GMT door opened by ann@x.example\n2026-05-03 10:17 GMT door closed\n\nWho was it?',
    'Log\n2026-05-03 10:15 GMT Ann <ann@x.example>: login\n2026-05-03 10:16 GMT Bob <bob@x.example>: login\n\nIs this right?',
    'Chat\n10:15 Ann wrote:\nhello\n10:16 Desk wrote:\nhi\n\nPlease go on.',
  ])('%s', (text) => expect(visibleText(text)).toBe(text));
});

test('the header of another email that the writer announces stays, with his words below', () => {
  const text = `The header of that mail was:\n\n${outlook}\n\nIs this phishing?`;
  expect(visibleText(text)).toBe(text);
  expect(visibleText(`See you.\n\n${outlook}\n\n${old}`)).toBe('See you.');
});

describe('answers in the copy below are shown with it', () => {
  const copy = `\n\n${outlook}\n\nWhich printer? LX 12`;
  test.each([
    'Please see my answers below in red.',
    'See my comments inline.',
    'Hi,\n\nresponses in-line below.\n\nBest\nAnn',
    'I have replied below in blue',
    'Antworten siehe unten',
    'Habe die Fragen unten beantwortet',
    'Anmerkungen in rot',
    'Mes réponses ci-dessous en rouge',
    'Mis respuestas abajo en rojo',
    'Le mie risposte sotto in rosso',
    'Minhas respostas abaixo',
    'Antwoorden hieronder in het rood',
    'Svar nedan i rött',
    'Odpowiedzi poniżej na czerwono',
    'Ответы ниже по тексту',
    'Ответил красным в тексте',
    'Válaszok lent pirossal',
    'Cevaplar aşağıda',
    '赤字で回答しました',
    '我的回复见红色',
    '답변은 아래에',
  ])('%s', (text) => expect(visibleText(text + copy, { subject: 'Re: Printer' })).toContain('LX 12'));

  test.each(['Your answer was good.', 'Any comments?', '以下の通り返信いたします。', 'It is red.'])(
    '%s says nothing of that',
    (text) => expect(visibleText(text + copy, { subject: 'Re: Printer' })).toBe(text),
  );
});

describe('below a rule, a mark or a name', () => {
  test.each([
    ['a postscript', 'Hi\n\n-- \nAnn Example\n\nP.S. Please send ERR 12, too.'],
    ['one in German, without blank', 'Hi\n\n--\nAnn Example\nPS: bitte auch ERR 12'],
    ['one above a copy', `Hi\n\n-- \nAnn\n\nPS ERR 12\n\nOn Mon, 5 May 2025 at 10:00, Desk <desk@example.com> wrote:\n> ${old}`],
    ['an address that is announced', 'Please ship to:\n\n-- \nAnn Example\n1 Main Street ERR 12'],
    ['a choice that is announced', 'My choice:\n\n--\nERR 12'],
    ['an address behind a preposition', 'Please ship to\n\n--\nAnn Example\n1 Main Street ERR'],
    ['somebody’s name behind one', 'Bitte liefern an\n\n-Max ERR'],
    ['a second question', 'Frage 1: wo ist es\n\n--\n\nFrage 2: ERR 12'],
    ['a clause', 'Wo ist es\n--\nund wann kommt ERR'],
    ['a sentence in Japanese', 'ありがとうございます。\n--\nERRも送ってください。'],
    ['an account', 'IBAN\n--\nDE89 3704 0044 0532 0130 00 ERR'],
    ['an address', 'Lieferadresse\n--\nHauptstr. 1, 10115 Berlin ERR'],
    ['an order', 'Order\n--\n2x ERR 12\n1x toner'],
    ['two people', 'My contacts\n\n----------\nAnn Example ann@x.example\nBob Example bob@x.example ERR'],
    ['the last of a list', 'We need\n\n-Paper\n-Toner\n\n-ERR'],
    ['a letter under its greeting', 'Hi,\n\n----\nPlease take ERR 12 off the mailing list, I never asked for it!'],
    ['a letter in German', 'Guten Tag,\n\n-----\nbitte senden Sie mir die vertraulichen Unterlagen zu ERR 12'],
    ['a number under a greeting', 'Hello,\n\n____\nMy Number ERR 12\n+49 30 1234567'],
    ['a device line that is cited', 'My signature should read:\n\nSent from my ERR iPhone'],
    ['a sentence that begins like a phone’s', 'Hallo,\n\ngesendet von meinem iPhone kommt nichts an, ERR 12'],
  ])('%s stays', (_, text) => expect(visibleText(text, { subject: 'Re: Printer' })).toContain('ERR')); // prettier-ignore

  test('what a phone writes below goes, announced or not by a name', () => {
    expect(visibleText('Yes.\n\nAnn\n\nSent from my iPhone')).toBe('Yes.\n\nAnn');
    expect(visibleText('Rufen Sie mich an\n\nVon meinem iPhone gesendet')).toBe('Rufen Sie mich an');
    expect(visibleText('Thanks,\n--\nAnn Example\nExample Ltd')).toBe('Thanks,');
    expect(visibleText('Hello,\n\n-- \nAnn Example\nExample Ltd')).toBe('Hello,');
  });
});

describe('a bracket that quotes nobody', () => {
  test.each([
    'The display shows:\n\n> ERR 12 low toner',
    'Hallo,\n\ndie Ausgabe ist:\n> ERR 12\n> low',
    'I measure\n>5 V at pin 2',
    'Size > 5 and\n> 6 is too large',
    'Hi\n\n>:( it is broken again',
    'Hi >:(\n>_< help me',
  ])('%s', (text) => expect(visibleText(text, { subject: 'Re: Printer' })).toBe(text));

  test('a quote that a line in any language introduces goes', () => {
    expect(visibleText(`Yes.\n\n2.11.2026 16:05 Desk qwerty:\n> ${old}`)).not.toContain(old);
    expect(visibleText(`Yes.\n\n> ${old}\n> more`)).toBe('Yes.');
  });
});

describe('HTML in which the writer moved words in or drew a box', () => {
  test.each([
    ['Gmail and Apple', '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">ERR 12</blockquote>'],
    ['an older Gmail', '<blockquote class="gmail_quote" style="margin:0 0 0 40px; border: medium none; padding: 0px">ERR 12</blockquote>'],
    ['WebKit', '<blockquote class="webkit-indent-blockquote" style="margin: 0 0 0 40px; border: none; padding: 0px;">ERR 12</blockquote>'],
    ['Thunderbird', '<blockquote>ERR 12</blockquote>'],
    ['Outlook on the web', '<blockquote style="margin-top:0;margin-bottom:0" dir="ltr">ERR 12</blockquote>'],
    ['Word', '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"><p>ERR 12</p></div>'],
    ['a postscript in the signature', '<div class="gmail_signature">Ann<br><br>PS: ERR 12</div>'],
  ])('%s', (_, html) => expect(visibleTextOfHtml(`<p>Hi</p>${html}`)).toContain('ERR 12')); // prettier-ignore

  test.each([
    'On May 5, 2025 10:00 AM, Desk &lt;desk@example.com&gt; wrote:',
    'Desk wrote:',
    'Am 05.05.2025 um 10:00 schrieb Desk:',
  ])('a quote without marks below %s is a copy', (line) => {
    const quote = `<blockquote><p>${old}</p></blockquote>`;
    expect(visibleTextOfHtml(`<p>Yes</p><p>${line}</p>${quote}`)).toBe('Yes');
    expect(visibleTextOfHtml(`<div>Yes<br><br>${line}<br>${quote}</div>`)).toBe('Yes');
  });
});

describe('words below the element that holds the copy', () => {
  const intro = 'On 2025-05-05 10:00, Desk wrote:';
  test.each([
    ['Spark', `<div name="messageReplySection">${intro}<br><blockquote type="cite">${old}</blockquote></div>`],
    ['Yahoo', `<div id="yahoo_quoted_1" class="yahoo_quoted"><div>${intro}</div><div>${old}</div></div>`],
    ['Outlook on a phone', `<div id="ms-outlook-mobile-reference-message"><div id="divRplyFwdMsg">From: Desk</div>${old}</div>`],
    ['GMX', `<div name="quote" style="border-left:2px solid"><div><b>Von:</b> Desk</div>${old}</div>`],
    ['Zoho', `<div class="zmail_extra">---- On Mon, Desk wrote ----<blockquote>${old}</blockquote></div>`],
    ['Front', `<blockquote class="front-blockquote">${old}</blockquote>`],
    ['HubSpot', `<div class="hs_reply">${old}</div>`],
    ['Roundcube', `<p id="reply-intro">${intro}</p><blockquote type="cite"><div>${old}</div></blockquote>`],
  ])('%s', (_, copy) => {
    expect(visibleTextOfHtml(`<div>Top.</div>${copy}<div>Below.</div>`)?.split(/\n+/)).toEqual(['Top.', 'Below.']);
    expect(visibleTextOfHtml(`<div>Top.</div>${copy}`)).toBe('Top.');
    expect(visibleTextOfHtml(copy)).not.toMatch(/[\u0001\u0002]/);
  }); // prettier-ignore
});
