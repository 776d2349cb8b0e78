import { expect, test } from 'vitest';
import { readyWords, wordsOfMessage, wordsOfRequest } from '../../src/requests/search/ready-words.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();

/** What the database makes of texts, and what it reads in the words made ready. */
async function both(texts: readonly string[]) {
  const ready = texts.map((text) => readyWords([{ text, weight: '' }]));
  const rows = await db<{ made: string; read: string | null }[]>`
    select search_words(text)::text as made, ready::tsvector::text as read
    from unnest(${[...texts]}::text[], ${ready}::text[]) with ordinality as given (text, ready, place)
    order by place`;
  return rows.map((row, place) => ({ ...row, text: texts[place]! }));
}

function unlike(rows: Awaited<ReturnType<typeof both>>) {
  return rows.filter(({ made, read }) => read !== null && read !== made);
}

test('each character, in a word and beside one, is read as the database reads it or left to it', async () => {
  const codes = [
    ...Array.from({ length: 0x600 }, (_, code) => code + 1),
    ...Array.from({ length: 0x100 }, (_, code) => 0x2000 + code),
  ];
  const rows = await both(
    codes.map((code) => String.fromCharCode(code)).map((c) => `ab${c}cd x${c} ${c}y 1${c}2 ${c}`),
  );
  expect(unlike(rows)).toEqual([]);
  const alphabets = 'azAZ09 .-_@äöüßÄÖÜéñçøåœžğабвёйЯЁі…“”–’€';
  const known = await both([...alphabets]);
  expect(known.filter(({ read }) => read === null)).toEqual([]);
});

test('words, numbers and addresses are taken apart as the database takes them', async () => {
  const texts = [
    'Model HP-4250, serial 12-AB-77: see https://intranet.example.com/a?b=1&c=2 (or call +49 30 1234567).',
    '12abc 1e5 0x1f 7e 12e abc12 1st 3d5e9 e5e 00123 12.50 1,000 -5 v2.1 a_b c/d "e" f\'g',
    'Grüße aus Köln, Straße 5мм; Ёлка — ещё «раз»',
    '',
    ' \n\t ',
    'a '.repeat(300),
  ];
  const rows = await both(texts);
  expect(unlike(rows)).toEqual([]);
  expect(rows.filter(({ read }) => read === null)).toEqual([]);
  const [number] = await both(['1e5x']);
  expect(number).toMatchObject({ made: "'1e5':1 'x':2", read: null });
  expect(readyWords([{ text: '日本語', weight: '' }])).toBeNull();
  expect(readyWords([{ text: 'a'.repeat(501), weight: '' }])).toBeNull();
  expect(readyWords([{ text: 'a '.repeat(10_001), weight: '' }])).toBeNull();
});

test('a request and a message are found by what the database would find them by', async () => {
  const subject = 'The printer is on fire';
  const from = { name: 'Zoë Example', address: 'zoe@customer.example' };
  const text = 'It burns. The printer, I mean.';
  const contact = { name: from.name, email: from.address };
  const [row] = await db<{ same: boolean }[]>`
    with made as (
      insert into contacts (email, name, created_at) values (${contact.email}, ${contact.name}, now()) returning id
    )
    select message_words(${subject}, ${db.json(from)}, ${text}) = ${wordsOfMessage({ subject, from, text })}::tsvector as same
    from made`;
  expect(row).toEqual({ same: true });
  const [request] = await db<{ same: boolean }[]>`
    select request_words(${subject}, id, '{}') = ${wordsOfRequest({ subject, contact, fields: {} })}::tsvector as same
    from contacts where email = ${contact.email}`;
  expect(request).toEqual({ same: true });
  expect(wordsOfRequest({ subject, contact, fields: { floor: '3' } })).toBeNull();
});
