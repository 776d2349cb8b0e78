import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { type MailToCompose, composeMail } from '../../src/mail/outgoing/compose-mail.ts';

const plain: MailToCompose = {
  internetMessageId: '<0123456789abcdef0123456789abcdef@example.com>',
  date: new Date('2026-03-02T09:00:00Z'),
  from: { name: 'Example Desk', address: 'desk@example.com' },
  to: [{ name: 'Anna', address: 'anna@example.org' }],
  cc: [],
  replyTo: [{ name: 'Example Desk', address: 'desk+abcdefghijklmnop@example.com' }],
  subject: 'Re: Printer',
  text: 'Please switch it off\nand on again.',
  html: null,
  inReplyTo: ['<a@example.org>'],
  references: ['<a@example.org>'],
  language: 'en',
  quoted: null,
  signature: '',
  attachments: [],
  automatic: null,
};

async function compose(mail: Partial<MailToCompose>) {
  const raw = await composeMail({ ...plain, ...mail });
  const parsed = await PostalMime.parse(raw);
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n');
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  const header = (name: string): string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim());
  return { raw, parsed, lines, header };
}

test('a reply has exactly these bytes', async () => {
  const { raw } = await compose({});
  expect(raw.toString('latin1').split('\r\n')).toEqual([
    'From: Example Desk <desk@example.com>',
    'To: Anna <anna@example.org>',
    'Reply-To: Example Desk <desk+abcdefghijklmnop@example.com>',
    'In-Reply-To: <a@example.org>',
    'References: <a@example.org>',
    'Subject: Re: Printer',
    'Message-ID: <0123456789abcdef0123456789abcdef@example.com>',
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ' boundary="--_NmP-0123456789abcdef0123456789abcdefexamplec-Part_1"',
    '',
    '----_NmP-0123456789abcdef0123456789abcdefexamplec-Part_1',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    'Please switch it off',
    'and on again.',
    '----_NmP-0123456789abcdef0123456789abcdefexamplec-Part_1',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    '<p dir="auto">Please switch it off<br>',
    'and on again.</p>',
    '----_NmP-0123456789abcdef0123456789abcdefexamplec-Part_1--',
    '',
  ]);
});

test('the same mail gives the same bytes again', async () => {
  const content = Buffer.from('%PDF-1.7');
  const attachments = [
    { name: 'a.pdf', contentType: 'application/pdf', content, inline: false, contentId: null },
  ];
  expect((await compose({ attachments })).raw).toEqual((await compose({ attachments })).raw);
});

test('a notice says that it is automatic, and a reply does not', async () => {
  const notice = await compose({ automatic: { loopMark: 'desk@example.com' } });
  expect(notice.header('auto-submitted')).toEqual(['auto-replied']);
  expect(notice.header('x-auto-response-suppress')).toEqual(['All']);
  expect(notice.header('x-mailroom-loop')).toEqual(['desk@example.com']);
  const first = await compose({ automatic: { loopMark: 'desk@example.com' }, inReplyTo: [], references: [] });
  expect(first.header('auto-submitted')).toEqual(['auto-generated']);
  expect(first.header('in-reply-to')).toEqual([]);
  const reply = await compose({});
  for (const name of ['auto-submitted', 'x-auto-response-suppress', 'x-mailroom-loop', 'precedence']) {
    expect(reply.header(name)).toEqual([]);
  }
});

test('long References keep the first id and the last nineteen', async () => {
  const references = Array.from({ length: 60 }, (_, i) => `<${i}.${'x'.repeat(60)}@example.org>`);
  const { header, raw } = await compose({ references });
  expect(header('references')).toEqual([[references[0], ...references.slice(-19)].join(' ')]);
  const longest = Math.max(
    ...raw
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.length),
  );
  expect(longest).toBeLessThanOrEqual(998);
});

test.each([
  ['a long word', 'x'.repeat(1500)],
  ['a long link', `Re: see https://customer.example/${'a%20'.repeat(400)} please`],
  ['a long word beside an umlaut', `Größe ${'y'.repeat(1200)}`],
  ['Chinese without a blank', '打印机无法连接'.repeat(200)],
  ['characters outside the basic plane', `${'🐈'.repeat(300)}${'z'.repeat(300)}`],
  ['Thai', 'เครื่องพิมพ์'.repeat(120)],
  ['short words', 'ab '.repeat(700).trim()],
])(
  'no line is longer than 998 octets when the subject is %s, and it reads back the same',
  async (_, subject) => {
    const { raw, parsed } = await compose({
      subject,
      to: [{ name: 'n'.repeat(500), address: `${'a'.repeat(64)}@${'b'.repeat(60)}.example` }],
      text: 'w'.repeat(3000),
    });
    const lines = raw.toString('latin1').split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(parsed.subject).toBe(subject);
  },
);

test('ids that are none, and would break the header for the others, are left out', async () => {
  const { header } = await compose({
    inReplyTo: ['<a b@example.org>', '<good@example.org>'],
    references: [
      '<>',
      '<a\r\nBcc: x@example.net>',
      'naked@example.org',
      '<ü@example.org>',
      '<good@example.org>',
    ],
  });
  expect(header('references')).toEqual(['<good@example.org>']);
  expect(header('in-reply-to')).toEqual(['<good@example.org>']);
  expect(header('bcc')).toEqual([]);
});

test.each(['subject', 'name', 'attachment', 'loop mark'])(
  'a line break in a %s opens no header',
  async (where) => {
    const evil = 'Hello\r\nBcc: victim@example.net\r\n\r\nBody';
    const { parsed, lines } = await compose({
      ...(where === 'subject' ? { subject: evil } : {}),
      ...(where === 'name' ? { to: [{ name: evil, address: 'anna@example.org' }] } : {}),
      ...(where === 'loop mark' ? { automatic: { loopMark: evil } } : {}),
      ...(where === 'attachment'
        ? {
            attachments: [
              {
                name: evil,
                contentType: 'text/plain',
                content: Buffer.from('x'),
                inline: false,
                contentId: evil,
              },
            ],
          }
        : {}),
    });
    expect(lines.filter((line) => /^bcc/i.test(line))).toEqual([]);
    expect(parsed.headers.some(({ key }) => key === 'bcc')).toBe(false);
    expect(parsed.text).toContain('Please switch it off');
    expect(`${parsed.subject}${parsed.to?.[0]?.name}`).not.toMatch(/[\r\n]/);
  },
);

test('a notice has no mark of reading direction in its subject and names', async () => {
  const { parsed } = await compose({
    subject: 'Re: gpj\u202e.exe \u200f5\u061c',
    to: [{ name: 'An\u2067na', address: 'anna@example.org' }],
    automatic: { loopMark: 'desk@example.com' },
  });
  expect(parsed).toMatchObject({ subject: 'Re: gpj.exe 5', to: [{ name: 'Anna' }] });
});

test('unicode subjects, names and file names are read back as written', async () => {
  const name = 'Анна «Ä» 王';
  const content = Buffer.from([0, 1, 2, 253, 254, 255]);
  const { parsed, raw } = await compose({
    subject: `Re: ${'Принтер не печатает '.repeat(12)}🙂`,
    to: [{ name, address: 'anna@xn--mnchen-3ya.example' }],
    text: 'Добрый день 🙂',
    attachments: [
      {
        name: 'счёт №1.bin',
        contentType: 'application/octet-stream',
        content,
        inline: false,
        contentId: null,
      },
    ],
  });
  expect(parsed.subject).toBe(`Re: ${'Принтер не печатает '.repeat(12)}🙂`);
  expect(parsed.to?.[0]).toMatchObject({ name });
  expect(parsed.text?.trim()).toBe('Добрый день 🙂');
  expect(parsed.attachments[0]?.filename).toBe('счёт №1.bin');
  expect(new Uint8Array(parsed.attachments[0]?.content as ArrayBuffer)).toEqual(new Uint8Array(content));
  // eslint-disable-next-line no-control-regex
  expect(raw.toString('latin1').split('\r\n\r\n')[0]).toMatch(/^[\x09\x0a\x0d\x20-\x7e]*$/);
});

test('a carriage return alone is a line end, and leaves as none', async () => {
  const text = 'one\rtwo\r\nthree';
  const { raw, parsed } = await compose({ text, html: text, signature: 'Anna\rDesk' });
  expect(raw.toString('latin1')).not.toMatch(/\r(?!\n)/);
  expect(parsed.text).toContain('one\ntwo\nthree');
});

test('lines of any length and a lone dot survive', async () => {
  const text = `${'long '.repeat(3000)}\n.\n..\n${'x'.repeat(5000)}\nFrom here`;
  const { parsed, raw } = await compose({ text, html: '<p>short</p>' });
  expect(parsed.text?.replace(/\r\n/g, '\n').trimEnd()).toBe(text);
  expect(
    Math.max(
      ...raw
        .toString('latin1')
        .split('\r\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(998);
});

test("the contact's mail is quoted below, in the text and as text in the HTML", async () => {
  const quoted = {
    from: { name: 'Anna', address: 'anna@example.org' },
    at: new Date('2026-03-01T17:05:00Z'),
    text: 'It is <b>broken</b>.\n\n> earlier\n',
  };
  const { parsed } = await compose({ quoted });
  expect(parsed.text?.replace(/\r\n/g, '\n').trimEnd()).toBe(
    [
      'Please switch it off',
      'and on again.',
      '',
      'On 1 Mar 2026 at 17:05 UTC, Anna <anna@example.org> wrote:',
      '',
      '> It is <b>broken</b>.',
      '>',
      '>> earlier',
    ].join('\n'),
  );
  expect(parsed.html).toContain('It is &lt;b&gt;broken&lt;/b&gt;.');
  expect(parsed.html).toMatch(/<blockquote class="gmail_quote"/);
  const russian = await compose({ quoted, language: 'ru' });
  expect(russian.parsed.text).toContain('01.03.2026 в 17:05 UTC, Anna <anna@example.org> пишет:');
});

test('a web address in a text is a link in its HTML, and nothing else becomes one', async () => {
  const text =
    'See https://desk.example/a?b=1&c="2", (https://x.example/y). <https://z.example>\n  http:// javascript:alert(1)';
  const { parsed } = await compose({ text, signature: 'https://desk.example' });
  const link = (url: string): string => `<a href="${url}">${url}</a>`;
  expect(parsed.html).toContain(
    [
      `<p dir="auto">See ${link('https://desk.example/a?b=1&amp;c=')}&quot;2&quot;, (${link('https://x.example/y')}). &lt;${link('https://z.example')}&gt;<br>`,
      '&nbsp;&nbsp;http:// javascript:alert(1)</p>',
    ].join('\n'),
  );
  expect(parsed.html).toContain(`-- <br>\n${link('https://desk.example')}`);
});

test('what a text has moved in by blanks or tabs is so in its HTML', async () => {
  const { parsed } = await compose({ text: 'if so\n\tthen  this\n    that' });
  const four = '&nbsp;'.repeat(4);
  expect(parsed.html).toContain(`if so<br>\n${four}then&nbsp;&nbsp;this<br>\n${four}that`);
});

test('an inline image is related to the HTML, an attachment stands beside it', async () => {
  const { parsed, raw } = await compose({
    html: '<p>See <img src="cid:shot@desk"></p>',
    attachments: [
      {
        name: 'shot.png',
        contentType: 'image/png',
        content: Buffer.from('png'),
        inline: true,
        contentId: 'shot@desk',
      },
      {
        name: 'log.txt',
        contentType: 'text/plain',
        content: Buffer.from('log'),
        inline: false,
        contentId: null,
      },
    ],
  });
  expect(raw.toString('latin1').match(/multipart\/\w+/g)).toEqual([
    'multipart/mixed',
    'multipart/alternative',
    'multipart/related',
  ]);
  expect(
    parsed.attachments.map(({ filename, disposition, contentId }) => [filename, disposition, contentId]),
  ).toEqual([
    ['shot.png', 'inline', '<shot@desk>'],
    ['log.txt', 'attachment', undefined],
  ]);
});
