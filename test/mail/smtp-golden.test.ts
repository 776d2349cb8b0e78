import { readdir, readFile } from 'node:fs/promises';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { composeMail } from '../../src/mail/outgoing/compose-mail.ts';
import { OUTGOING_MAILS } from '../support/outgoing-mails.ts';

const FOLDER = new URL('../fixtures/outgoing/', import.meta.url);
const golden = (name: string): Promise<Buffer> => readFile(new URL(`${name}.eml`, FOLDER));
const names = Object.keys(OUTGOING_MAILS);

test('every mail has its file, and every file its mail', async () => {
  const files = await readdir(FOLDER);
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.eml`));
});

test.each(names)('%s is composed to exactly the bytes of its file', async (name) => {
  const raw = await composeMail(OUTGOING_MAILS[name]!);
  expect(raw.toString('latin1')).toBe((await golden(name)).toString('latin1'));
});

// Read by a parser that shares no code with the composer.
const headersOf = async (name: string): Promise<string[]> =>
  (await PostalMime.parse(await golden(name))).headers.map(({ key }) => key);

const REPLY = [
  'from',
  'to',
  'reply-to',
  'in-reply-to',
  'references',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
];

test.each([
  ['001-plain-reply', REPLY],
  ['003-russian-with-copies', ['from', 'to', 'cc', ...REPLY.slice(2)]],
  ['005-first-mail-of-a-thread', REPLY.filter((key) => key !== 'in-reply-to' && key !== 'references')],
  ['008-attempted-header-injection', REPLY.filter((key) => key !== 'in-reply-to')],
])('%s has these headers and no others', async (name, expected) => {
  expect((await headersOf(name)).toSorted()).toEqual(expected.toSorted());
});

test('a notice adds the three marks of automatic mail', async () => {
  const added = (await headersOf('004-notice')).filter((key) => !REPLY.includes(key));
  expect(added.toSorted()).toEqual(['auto-submitted', 'x-auto-response-suppress', 'x-mailroom-loop']);
});

test('read back, names, texts, quote and signature are what was written', async () => {
  const mail = await PostalMime.parse(await golden('003-russian-with-copies'));
  expect(mail.from).toMatchObject({ name: 'Служба поддержки', address: 'desk@example.com' });
  expect(mail.to).toMatchObject([{ name: 'Жанна Ёлкина' }]);
  expect(mail.cc).toMatchObject([
    { name: 'Doe, Jane "JD"', address: 'jane@example.org' },
    { address: 'paul@example.org' },
  ]);
  expect(mail.subject).toBe(OUTGOING_MAILS['003-russian-with-copies']?.subject);
  expect(mail.text).toContain(
    'Выключите его.\n\n-- \nАнна\n\n01.03.2026 в 18:30 UTC, вы написали:\n\n> Горит.',
  );
  const quoted = await PostalMime.parse(await golden('002-quote-and-signature'));
  expect(quoted.text).toContain(
    '-- \nAnn\nExample Desk, Mon to Fri\n\nOn 1 Mar 2026 at 18:30 UTC, Anna <anna@example.org> wrote:\n\n' +
      '> My printer is <on fire>.\n>\n>> Is it on?\n> Yes & burning.',
  );
  expect(quoted.html).toContain('My printer is &lt;on fire&gt;.');
});

test('read back, files are byte for byte, and the image inside is the one that the HTML shows', async () => {
  const mail = await PostalMime.parse(await golden('006-inline-image-and-files'));
  for (const { name, content, inline } of OUTGOING_MAILS['006-inline-image-and-files']?.attachments ?? []) {
    const part = mail.attachments.find(({ filename }) => filename === name);
    expect([name, part?.disposition]).toEqual([name, inline ? 'inline' : 'attachment']);
    expect(Buffer.from(part?.content as ArrayBuffer).equals(content)).toBe(true);
  }
  expect(mail.attachments.find(({ filename }) => filename === 'shot.png')?.contentId).toBe('<shot@mailroom>');
});

test('References name the thread from its first mail on to the one answered (RFC 5322, 3.6.4)', async () => {
  const mail = await PostalMime.parse(await golden('007-long-references'));
  const references = mail.references?.split(/\s+/) ?? [];
  expect(references).toHaveLength(20);
  expect(references.at(0)).toBe('<0@example.org>');
  expect(references.at(-1)).toBe('<59@example.org>');
  expect(mail.inReplyTo).toBe('<59@example.org>');
});
