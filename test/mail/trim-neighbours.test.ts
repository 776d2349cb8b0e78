import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readForwardedSender } from '../../src/mail/trim/forwarded.ts';
import { visibleText, visibleTextOfHtml } from '../../src/mail/trim/trim-reply.ts';

const reply = 'The second tray works now, thank you.';
const old = 'OLD WORDS of the desk.';
const desk = 'Desk <desk@example.com>';

function rows(name: string): readonly (readonly string[])[] {
  return readFileSync(new URL(`../fixtures/clients/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}

/** The members of a table that do not read as they should. */
function failing(name: string, holds: (row: readonly string[]) => boolean): readonly string[] {
  const all = rows(name);
  expect(all.length).toBeGreaterThan(30);
  return all.filter((row) => !holds(row)).map((row) => row.join(' '));
}

/** Wrapped as a mail program does it, with a longer name. */
function wrapped(line: string, width: number): string {
  const long = line.replace(/Desk(?= ?\(?<|" <)/, 'Desk Support of the Example Company');
  return long.replace(new RegExp(`(?=.{${width + 1}})(.{1,${width}}) `, 'g'), '$1\n');
}

describe('186 lines of mail programs introduce a quote', () => {
  test.each([
    ['below the answer', (line: string) => `${reply}\n\n${line}\n\n> ${old}\n> more\n`],
    ['above it', (line: string) => `${line}\n> ${old}\n> more\n\n${reply}\n`],
  ])('%s', (_, text) => {
    expect(failing('attributions.txt', ([line = '']) => visibleText(text(line)) === reply)).toEqual([]);
  }); // prettier-ignore

  test.each([56, 66, 72, 76])('wrapped at %d', (width) => {
    const text = (line: string) => `${reply}\n\n${wrapped(line, width)}\n\n> ${old}\n`;
    expect(failing('attributions.txt', ([line = '']) => visibleText(text(line)) === reply)).toEqual([]);
  });
});

test('Samsung’s copy of the earlier email goes, in 77 languages', () => {
  const copy = ([, line, from, date, to, subject]: readonly string[]) =>
    `-------- ${line} --------\n${from}: ${desk} \n${date}: 23/11/2026  10:04  (GMT+01:00) \n${to}: ann@customer.example \n${subject}: Re: Printer \n\n${old}`;
  expect(failing('samsung.tsv', (row) => visibleText(`${reply}\n\n\n${copy(row)}\n`) === reply)).toEqual([]);
});

test('what Apple Mail and Outlook forward is shown, and names who wrote it', () => {
  const forwards = (subject: string, text: string) =>
    visibleText(text, { subject }).includes(old) &&
    readForwardedSender({ subject, text, attachments: [] })?.address === 'bob@other.example';
  const apple = ([, subject = '', line, from, about, date, to]: readonly string[]) =>
    ['', '> '].every((mark) =>
      forwards(
        subject,
        `See.\n\n${[line, '', `${from}: Bob <bob@other.example>`, `${about}: Printer`, `${date}: 23 November 2026`, `${to}: Ann`, '', old].map((words) => mark + words).join('\n')}`,
      ),
    );
  const outlook = ([, subject = '', from, sent, to, about]: readonly string[]) =>
    forwards(
      subject,
      `See.\n\n${from}: Bob <bob@other.example>\n${sent}: 23.11.2026 10:04\n${to}: Ann\n${about}: Printer\n\n${old}`,
    );
  expect([...failing('apple-forwards.tsv', apple), ...failing('outlook-forwards.tsv', outlook)]).toEqual([]);
});

describe('who wrote what is forwarded', () => {
  const bob = 'Bob Other <bob@other.example>';
  test.each([
    ['Gmail in Hebrew', 'Fwd: מדפסת', `---------- Forwarded message ---------\n\u202bמאת: ${bob}\u202c\nDate: 23 Nov 2026`],
    ['eM Client', 'Fw: Printer', `------ Forwarded Message ------\nFrom "Bob Other" <bob@other.example>\nTo "Ann" <ann@x.example>`],
    ['NetEase', 'Fw: 打印机', `---- 转发的原邮件 ----\n| 发件人 | Bob<bob@other.example> |\n| 日期 | 2026年11月23日 10:04 |`],
    ['GroupWise', 'Fwd: Printer', `>>> ${bob} 23.11.2026 10:04 >>>`],
    ['Icelandic', 'Áfram: Prentari', `Frá: ${bob}\nSent: 23. nóvember 2026 18:00\nTil: Ann\nEfni: Prentari`],
  ])('%s', (_, subject, block) => {
    const text = `See\n\n${block}\n\n${old}`;
    expect(readForwardedSender({ subject, text, attachments: [] })?.address).toBe('bob@other.example');
    expect(visibleText(text, { subject })).toContain(old);
  }); // prettier-ignore
});

describe('rarer introductions', () => {
  test.each([
    ['GroupWise', `>>> ${desk} 23.11.2026 10:04 >>>\n${old}`],
    ['QQ', `------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "Desk" <desk@example.com>;\n发送时间: 2026年11月23日(星期一) 上午10:04\n收件人: "Ann"<ann@x.example>;\n\n${old}`],
    ['Yandex', `----------------\nКому: ann@x.example (ann@x.example);\nТема: Re: Printer;\n23.11.2026, 10:04, "Desk" <desk@example.com>:\n${old}`],
    ['an old Proton Mail', `‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, November 23, 2026 10:04 AM, ${desk} wrote:\n\n> ${old}`],
    ['The Bat', `Monday, November 23, 2026, 10:04:11 AM, you wrote:\n\nD> ${old}\nD> more`],
    ['bars', `On Nov 23, 2026 10:04 AM, "Desk" <desk@example.com> wrote:\n| ${old}\n| more`],
  ])('%s', (_, quote) => expect(visibleText(`${reply}\n\n${quote}\n`)).toBe(reply)); // prettier-ignore

  test.each(['D> ', 'DS> ', '| '])('below a quote marked %s stands the answer', (mark) => {
    const line = `On Mon, 23 Nov 2026 at 10:04, ${desk} wrote:`;
    expect(visibleText(`${line}\n${mark}${old}\n${mark}more\n\n${reply}\n`)).toBe(reply);
  });
});

describe('phones’ lines', () => {
  test.each([
    'Sent from my Verizon, Samsung Galaxy smartphone',
    '\u2063Get BlueMail for Android \u200b',
    'Yahoo Mail: Search, Organize, Conquer',
    'Yahoo Mail: busque, organize, conquiste',
    'Gauti „Outlook“, skirtą „Android“',
    'Λήψη Outlook για Android',
    'Outlook for Android を入手する',
    '传送自我的 iPhone',
    'Von meinem iPhone 12 Pro gesendet',
    'Envoyé de mon iPhone 12 mini',
  ])('%s', (line) => expect(visibleText(`${reply}\n\n${line}\n`)).toBe(reply));
});

describe('what a person wrote stays', () => {
  test.each([
    'See:\n\nOn 5 May 2026 the technician wrote:\n\nPart broken.\n\nWhat now?',
    'Siehe:\n\nAm 5. Mai 2026 hat der Techniker geschrieben:\n\nTeil kaputt.\n\nUnd nun?',
    'Mire:\n\nEl 5 de mayo de 2026 el técnico escribió en el informe:\n\nPieza rota.\n\n¿Y ahora?',
    'Ecco:\n\nIl 5 maggio 2026 il tecnico ha scritto:\n\nPezzo rotto.\n\nE adesso?',
    'Вот:\n\n5 мая 2026 мастер написал:\n\nДеталь сломана.\n\nЧто теперь?',
    'Proszę:\n\nW dniu 5 maja 2026 serwisant napisał:\n\nCzęść zepsuta.\n\nCo teraz?',
    'Se:\n\nDen 5 maj 2026 skrev teknikern:\n\nDel trasig.\n\nVad nu?',
    '報告:\n\n2026年5月5日に担当者が書きました:\n\n部品が壊れています。\n\nどうしますか',
    '报告:\n\n2026年5月5日，技术员写道：\n\n零件坏了。\n\n怎么办？',
    'Bakın:\n\n5 Mayıs 2026 tarihinde teknisyen yazdı:\n\nParça kırık.\n\nŞimdi ne olacak?',
    'I run this:\n\nSQL> select 1;\nSQL> quit\n\nWhy does it fail?',
    '>>> import printer\n>>> printer.run()\n\nWhat is wrong?',
    'Appointments:\n\n23 Nov 2026 10:04 by ann@customer.example\n24 Nov 2026 11:00 by bob@customer.example',
    'Zitat von Goethe:\n\nMehr Licht.\n\nUnd Sie?',
    'Hi,\n\nGet Outlook for iOS does not open for me. Why?',
    'Sent from Mail app fails\n\nPlease help.',
    'Отправлено с почты 5 мая\n\nГде посылка?',
    'Gesendet von Samsung Shop am 5. Mai\n\nWo ist es?',
    '我用手机发送\n\n可是没有收到',
  ])('%s', (text) => expect(visibleText(text)).toBe(text));
});

describe('signatures and footers', () => {
  test.each([
    'Ta wiadomość jest poufna i przeznaczona wyłącznie dla adresata.',
    'Tato zpráva je důvěrná a je určena pouze adresátovi.',
    'Bu e-posta gizlidir ve yalnızca alıcısına aittir.',
    'This email has been checked for viruses by AVG.\nhttps://www.avg.com',
    'Diese E-Mail wurde auf Viren geprüft.\nwww.avast.com',
    'С уважением, Анна Петрова\n+7 495 1234567',
    '山田 太郎\nTEL: 03-1234-5678\nyamada@customer.example',
  ])('%s goes below a rule', (footer) => {
    const rule = footer.startsWith('С') ? '--' : '________________________________';
    expect(visibleText(`${reply}\n\n${rule}\n${footer}\n`)).toBe(reply);
  });

  test.each([
    'We need:\n\n--\nred paper\n--\nblue paper',
    '+----+----+\n| a  | b  |\n+----+----+\n| 1  | 2  |\n+----+----+',
    'First matter\n\n----\n\nSecond matter: call me at +49 30 123456 please',
    'Erstens\n\n____\n\nSie erreichen mich heute unter +49 30 123456',
    'Step 1\n-----\nOpen tray\n-----\nStep 2\n-----\nClose tray',
    'Deliver to\n\n----------\nJane Doe\nMain Street 5\n12345 Berlin',
  ])('stays: %s', (text) => expect(visibleText(text)).toBe(text));
});

describe('marks of programs in HTML', () => {
  const line = 'Zed 28, 2026 Desk kwiz:';
  test.each([
    ['an older Gmail', `<div>${reply}</div><div class="gmail_extra"><br><div class="gmail_quote">${line}<br><blockquote class="gmail_quote">${old}</blockquote></div></div>`],
    ['K-9', `${reply}<br><br><div class="gmail_quote">${line}<blockquote class="gmail_quote">${old}</blockquote></div>`],
    ['Samsung', `<div>${reply}</div><!-- originalMessage --><div>-------- Xriginal --------</div><div>Xat: Desk</div><div>${old}</div>`],
    ['Yahoo on a phone', `${reply}<br><div id="ymail_android_signature"><a href="https://y.example">Xent zrom Yahoo</a></div> <blockquote><div>${line}</div><div>${old}</div></blockquote>`],
    ['Proton Mail’s signature', `<div>${reply}</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-user">Ann<br>030 1</div></div><div class="protonmail_quote">${line}</div>`],
  ])('%s', (_, html) => expect(visibleTextOfHtml(html)).toBe(reply)); // prettier-ignore

  test.each([
    ['below a phone’s line', `<p>Hi</p><div id="AppleMailSignature">Sent from my iPhone<br><br>Yes please, two of them</div>`, 'two of them'],
    ['below a quote in Gmail', `<div class="gmail_quote">As you say:<blockquote class="gmail_quote">${old}</blockquote>No, I want two.</div>`, 'As you say:'],
    ['a quotation of their own', '<p>As the manual says:</p><blockquote>Pull the lever.</blockquote><p>There is no lever.</p>', 'Pull the lever.'],
  ])('words stay: %s', (_, html, words) => expect(visibleTextOfHtml(html)).toContain(words)); // prettier-ignore
});
