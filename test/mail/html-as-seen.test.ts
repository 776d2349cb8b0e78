import { describe, expect, test } from 'vitest';
import { htmlToText } from '../../src/mail/html/html-to-text.ts';
import { sanitizeHtml } from '../../src/mail/html/sanitize-html.ts';
import { safeFileName } from '../../src/mail/mime/file-name.ts';
import { textOfAlternative } from '../../src/mail/mime/stub-text.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { cleanLine } from '../../src/mail/text.ts';
import { visibleTextOfHtml } from '../../src/mail/trim/trim-reply.ts';

describe('hidden words are in no text', () => {
  test.each([
    '<div style="display:none;max-height:0">SECRET</div>',
    '<span style="visibility:hidden">SECRET</span>',
    '<p hidden>SECRET</p>',
    '<div style="max-height:0px;overflow:hidden">SECRET</div>',
    '<span style="font-size:0px">SECRET</span>',
    '<div style="opacity:0">SECRET</div>',
    '<div style="position:absolute;left:-9999px">SECRET</div>',
    '<style>.pre{display:none !important}</style><div class="pre">SECRET</div>',
    '<td><span style="display:none">SECRET</td>',
    '<xml><o:Settings>SECRET</o:Settings></xml>',
    '<div style="DISPLAY: NONE !important">SECRET</div>',
    '<p style="/* x */display:/**/none">SECRET</p>',
    '<p style="display&#58;none">SECRET</p>',
    '<div style="height:0px;width:0px;overflow:hidden;">SECRET</div>',
    '<div style="max-height:0;overflow-y:hidden">SECRET</div>',
    '<span style="font:0/0 a">SECRET</span>',
    '<style>.pre{font-size:0}</style><span class=pre>SECRET</span>',
    '<style>/* c */ #h , .pre { color:red; display:none!important; }</style><span class="x pre">SECRET</span>',
    '<style>p.pre{visibility:hidden}</style><p class=pre>SECRET</p>',
    '<span style="color:#fff;background-color:#FFFFFF">SECRET</span>',
    '<span style="color:white;background:white">SECRET</span>',
    '<span style="color:#ffffff;background-color:rgb(255,255,255)">SECRET</span>',
    '<table><tr><td bgcolor="#ffffff"><font color="#FFFFFF">SECRET</font></td></tr></table>',
    '<div style="background-color:#eee"><p>x</p><p style="color:#eeeeee">SECRET</p></div>',
    '<body bgcolor=white><font color=white>SECRET</font>',
    '<style>.d{font-size:14px}</style><div style="font-size:0"><span class=e>SECRET</span></div>',
    '<style>.h{display:none}.h{font-size:14px}</style><div class=h><span style="font-size:14px">SECRET</span></div>',
    '<style>.w{background:#fff}</style><div class="w"><span style="color:#fff">SECRET</span></div>',
    '<style>#w{background-color:white}</style><td id=w><font color="#ffffff">SECRET</font></td>',
    '<style>td.w , .z{ background: #EEE !important }</style><td class="w x"><font color="#eeeeee">SECRET</font></td>',
    '<style>body{background:#000} .w{background:rgb(255,255,255)}</style><p class=w style="color:white">SECRET</p>',
    '<style>.w{background:none}</style><td bgcolor="#fff"><a class=w style="color:#fff">SECRET</a></td>',
    '<style>.w{background:#fff}</style><td class=w bgcolor="#000"><font color=white>SECRET</font></td>',
    '<style>.w{color:#fff;background:#fff}</style><div class=w>SECRET</div>',
    '<style>.w{color:white}</style><td bgcolor="#ffffff"><span class=w>SECRET</span></td>',
    '<style>#h{color:#FFF}</style><div style="background:#fff"><p id=h>SECRET</p></div>',
    '<style>span.w{color:rgb(255,255,255)} a{color:red}</style><p style="background:white"><span class="w x">SECRET</span></p>',
    '<style>.w{color:#000}</style><table bgcolor=black><tr><td class=w>SECRET</td></tr></table>',
    '<div style="color:rgba(0,0,0,0)">SECRET</div>',
    '<div style="clip-path:inset(100%)">SECRET</div>',
    '<div style="position:fixed;top:-200em">SECRET</div>',
    '<noscript>SECRET</noscript><select><option>SECRET</option></select>',
  ])('%s', (html) => {
    const page = `${html}<p>parcel 5 is late</p>`;
    for (const text of [sanitizeHtml(page), htmlToText(page), visibleTextOfHtml(page)]) {
      expect(text).not.toContain('SECRET');
      expect(text).toContain('parcel 5 is late');
    }
  });

  test.each([
    '<td style="font-size:0"><div style="font-size:14px">WORDS</div></td>',
    '<a style="mso-hide:all">WORDS</a>',
    '<style>@media screen{.m{display:none}}</style><p class="m">WORDS</p>',
    '<div style="display:none">WORDS',
    '<!-- <div style="display:none"> --><p>WORDS</p></div>',
    '<p style="display:none">x<div>WORDS</div></p>',
    '<style>@media only screen and (max-width:600px){.m{display:none !important}}</style><p class=m>WORDS</p>',
    '<style>p.m{display:none}</style><div class=m>WORDS</div>',
    '<style>.m{display:none}.m{display:block}</style><p class=m>WORDS</p>',
    '<style>.m:hover{display:none}</style><p class=m>WORDS</p>',
    '<div style="visibility:hidden"><span style="visibility:visible">WORDS</span></div>',
    '<div style="height:0">WORDS</div>',
    '<div style="overflow:hidden;max-height:100px">WORDS</div>',
    '<p style="text-indent:-18pt">WORDS</p>',
    '<p style="margin-left:141.6pt;text-indent:-141.6pt">WORDS</p>',
    '<p style="margin:0cm 0cm 8pt 141.6pt;text-indent:-141.6pt">WORDS</p>',
    '<style>p.h{padding-left:150px;text-indent:-150px}</style><p class=h>WORDS</p>',
    '<div style="font-size:0"><font size=3>WORDS</font></div>',
    '<h1 style="color:transparent;-webkit-background-clip:text;background-image:linear-gradient(red,blue)">WORDS</h1>',
    '<p style="color:transparent;text-shadow:0 0 1px #000">WORDS</p>',
    '<table bgcolor="#000"><tr><td><font color=white>WORDS</font></td></tr></table>',
    '<td bgcolor="#fff" style="background:#036"><font color=white>WORDS</font></td>',
    '<td bgcolor="#fff" background="dark.png"><font color=white>WORDS</font></td>',
    '<style>.b{background:#036}</style><td bgcolor="#fff"><a class=b style="color:#fff">WORDS</a></td>',
    '<style>.d{color:#000}</style><div style="color:#fff;background:#fff"><span class=d>WORDS</span></div>',
    '<style>.a p{color:#000}</style><div style="color:#fff;background:#fff"><p>WORDS</p></div>',
    '<style>.d{font-size:14px}</style><div style="font-size:0"><span class=d>WORDS</span></div>',
    '<style>td{font-size:14px}</style><table style="font-size:0"><tr><td>WORDS</td></tr></table>',
    '<style>.z{font-size:0}</style><div class=z><span style="font-size:14px">WORDS</span></div>',
    '<style>.z{font-size:0}.z{font-size:14px}</style><div class=z>WORDS</div>',
    '<style>.v{visibility:visible}</style><div style="visibility:hidden"><span class=v>WORDS</span></div>',
    '<style>.h{visibility:hidden}</style><div class=h><span style="visibility:visible">WORDS</span></div>',
    '<style>.d{color:#000}</style><table bgcolor="#fff"><tr><td><font class=d color="#fff">WORDS</font></td></tr></table>',
    '<style>.w{background:#036}</style><td class=w bgcolor="#fff"><font color=white>WORDS</font></td>',
    '<style>.w{background:#fff}.d{background:#000}</style><td class="w d"><font color=white>WORDS</font></td>',
    '<style>.w{background:#fff}.a .w{background:#000}</style><td class=w><font color=white>WORDS</font></td>',
    '<style>.w{background:#fff}@media screen{.w{background:#000}}</style><td class=w><font color=white>WORDS</font></td>',
    '<style>.w{background:#fff url(x.png)}</style><td class=w><font color=white>WORDS</font></td>',
    '<style>.w{background-color:#fff;background-image:url(x.png)}</style><td class=w><font color=white>WORDS</font></td>',
    '<style>td{background:#000}</style><table bgcolor="#fff"><tr><td class=w><font color=white>WORDS</font></td></tr></table>',
    '<style>.w{background:#000 !important}</style><p class=w style="background:#fff;color:#fff">WORDS</p>',
    '<style>p.w{background:#fff}</style><div class=w style="color:#fff">WORDS</div>',
    '<style>.w{background:#fff}</style><div class=w style="background:navy;color:#fff">WORDS</div>',
    '<style>.w{color:#fff}.d{color:#000}</style><p style="background:#fff" class="w d">WORDS</p>',
    '<style>.w{color:#fff}@media screen{.w{color:#000}}</style><p style="background:#fff" class=w>WORDS</p>',
    '<style>.w{color:#fff} div .w{color:#000}</style><p style="background:#fff" class=w>WORDS</p>',
    '<style>.w{color:#fff}</style><p style="background:#fff;color:#000" class=w>WORDS</p>',
    '<style>.w{color:#fff}</style><p style="background:#fff" class=w><b style="color:red">WORDS</b></p>',
    '<style>.w{color:#fff}</style><p class=w>WORDS</p>',
    '<div style="color:#fff;background:#fff"><span style="color:#000">WORDS</span></div>',
    '<div style="background:#fff"><p style="color:#fff;background:navy">WORDS</p></div>',
  ])('what is shown stays: %s', (html) => {
    expect(htmlToText(`<p>a</p>${html}`)).toContain('WORDS');
  });
});

test.each([
  ['<span style="background:yellow">x</span>', 'background-color:yellow'],
  ['<span style="background:#ff0 none repeat scroll 0 0">x</span>', 'background-color:#ff0'],
  ['<span style="text-decoration:line-through solid red">x</span>', 'text-decoration:line-through'],
  ['<span style="text-decoration-line:underline">x</span>', 'text-decoration-line:underline'],
  ['<div style="white-space:break-spaces">x</div>', 'white-space:pre-wrap'],
  ['<td bgcolor="#000000"><font color="white">x</font></td>', 'color="white"'],
  ['<div style="background:#000;color:#fff">x</div>', 'background-color:#000;color:#fff'],
])('%s is shown with %s', (html, kept) => {
  expect(sanitizeHtml(`<table><tr>${html}</tr></table>`)).toContain(kept);
});

test.each([
  '<div style="background:url(x.png);color:#fff">x</div>',
  '<div style="background:var(--x);color:white">x</div>',
  '<div class="dark"><span style="color:#fefefe">x</span></div>',
  '<td background="x.png"><font color="#ffffff">x</font></td>',
  '<div style="background:#000;color:var(--ink)">x</div>',
])('half a pair of colours is none: %s', (html) => {
  expect(sanitizeHtml(html)).not.toMatch(/color/);
});

test.each(['page', '/page', '//host/page', '#top', 'https:page', '\\\\host', '/\\host', '?a=1'])(
  'a link to %s leads nowhere',
  (href) => {
    expect(sanitizeHtml(`<a href="${href}">x</a>`)).not.toContain('href');
  },
);

test.each([
  '<img width="9999" src="cid:x">',
  '<img height="100%" src="cid:x">',
  '<div style="height:100%">x</div>',
  '<div style="width:9999px">x</div>',
  '<p style="margin:999em">x</p>',
  '<p style="font-size:99em">x</p>',
  '<p style="line-height:999px">x</p>',
  '<p style="border:9999px solid">x</p>',
])('sizes are bounded: %s', (html) => {
  expect(sanitizeHtml(html)).not.toMatch(/9{2,}|100%/);
});

/** Left-to-right, right-to-left and Arabic marks, embeddings, overrides, isolates, and the deprecated ones. */
const directionMarks = '\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f';

test.each([...directionMarks])(
  '%j is gone from names, subjects, files and the words of links',
  async (mark) => {
    const word = `mo${mark}c`;
    const entity = `mo&#${mark.codePointAt(0)};c`;
    const link = (words: string) => `<a href="https://x.example/${mark}a">${words}</a>`;
    expect(cleanLine(word)).toBe('moc');
    for (const html of [link(word), link(entity), link(`<b>${entity}</b>`), link(`<img alt="${word}">`)]) {
      expect(sanitizeHtml(html)).not.toContain(mark);
      for (const text of [htmlToText(html), visibleTextOfHtml(html)]) {
        expect(text).toContain('moc');
        expect(text).toContain(`<https://x.example/${encodeURIComponent(mark)}a>`);
        expect(text).not.toContain(mark);
      }
    }
    const encoded = `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`;
    const mail = await parseMail(
      Buffer.from(
        `From: ${encoded} <a@x.example>\r\nReply-To: ${word} <a@x${mark}.example>\r\nSubject: ${encoded}\r\n` +
          `Content-Type: text/plain; charset=utf-8; name="${word}"\r\n\r\nUp to ${word} words`,
      ),
    );
    expect(mail).toMatchObject({
      from: { name: 'moc', address: 'a@x.example' },
      replyTo: [{ name: 'moc', address: 'a@x.example' }],
      subject: 'moc',
      visibleText: 'Up to moc words',
    });
    expect(safeFileName(`${word}.txt`, 'text/plain', 1)).toBe('moc.txt');
  },
);

test('what turns the rest of a text is gone from all of it; a mark that orders its punctuation stays in the whole text', async () => {
  const { text } = await parseMail(
    Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\na\u202Eb\u2067c \u200Fd'),
  );
  expect(text).toBe('abc \u200Fd');
});

test('a marked-up direction is no way around: bdo is left out', () => {
  expect(sanitizeHtml('<a href="https://x.example"><bdo dir="rtl">moc</bdo></a>')).not.toContain('bdo');
});

test.each([
  ['<ol><li>a</li><li>b</li></ol>', '1. a\n2. b'],
  ['<ol start="4"><li>a</li></ol>', '4. a'],
  ['<ol type="A"><li>a</li><li>b</li></ol>', 'A. a\nB. b'],
  ['<ol><li value="9">a</li><li>b</li></ol>', '9. a\n10. b'],
  ['<ol style="list-style-type:lower-roman"><li>a</li><li>b</li></ol>', 'i. a\nii. b'],
  ['<a href="https://c.example/1">this</a>', 'this <https://c.example/1>'],
  ['<a href="https://c.example/1"><img src="cid:x"></a>', '<https://c.example/1>'],
  [
    '<a href="https://evil.example/">https://good.example/</a>',
    'https://good.example/ <https://evil.example/>',
  ],
  ['<div style="white-space:pre-wrap">a\nb</div>', 'a\nb'],
])('%s reads %s in every text', (html, text) => {
  expect(htmlToText(html)).toBe(text);
  expect(visibleTextOfHtml(html)).toBe(text);
});

test.each([
  'This message is in HTML format. Please use a mail program that can show HTML.',
  'Ihr E-Mail-Programm kann kein HTML anzeigen.',
  'Votre messagerie ne lit pas le HTML.',
  'Для просмотра нужен браузер.',
  'この メールは HTML です',
  'Falls diese E-Mail nicht korrekt angezeigt wird, klicken Sie bitte hier: https://x.example',
  'Si vous ne parvenez pas à lire cet e-mail, cliquez ici',
  'Se non riesci a visualizzare questo messaggio, clicca qui',
  'Plain text version not available',
  '[image: logo.png]',
  '<https://x.example/logo.png>',
  '[cid:image001.png@01D]',
  'null',
  '{{content}}',
])('a stub gives way to the words of the HTML: %s', (plain) => {
  const html = '<p>The chair of order twelve has a brokenleg.</p>';
  expect(textOfAlternative(plain, html)).toEqual({
    text: 'The chair of order twelve has a brokenleg.',
    isHtml: true,
  });
});

test('a plain part with words of its own stays', () => {
  expect(textOfAlternative('The chair broke.', '<p>The chair broke.</p>').isHtml).toBe(false);
  const asks = 'I cannot read this mail on my phone.';
  expect(textOfAlternative(asks, `<p>${asks}</p>`).text).toBe(asks);
});
