import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { rebuildSearch } from '../../src/requests/search/rebuild-search.ts';
import { rewriteOldWords } from '../../src/requests/search/search-queries.ts';
import { csvCell } from '../../src/platform/csv.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';
import { type MailParts, receive, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const made = testApp(db, { parsePool });
const { deps, call } = made;

/** Ann, and a request of each mail, numbered from 1 in their order. */
async function desk(...mails: readonly MailParts[]) {
  await testMailbox(deps);
  const { token } = await testOperator(deps, { name: 'Ann' });
  for (const [index, mail] of mails.entries()) {
    await receive(made, { from: `Contact ${index + 1} <c${index + 1}@customer.example>`, ...mail });
  }
  return { token };
}

async function found(token: string, q: string): Promise<number[]> {
  const response = await call('GET', `/v1/requests?sort=id&q=${encodeURIComponent(q)}`, { token });
  const answer = (await response.json()) as { items?: { id: number }[] };
  if (answer.items === undefined) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer.items.map((request) => request.id);
}

test('every word must be found, anywhere in a request, and the last one may be a beginning', async () => {
  const { token } = await desk(
    { subject: 'Invoice 4711', text: 'The total is wrong.' },
    { subject: 'Printer', text: 'It prints the invoice twice.' },
    { from: 'Zoë Invoicer <zoe@billing.example>', subject: 'Hello', text: 'Nothing special.' },
  );
  expect(await found(token, 'invoice')).toEqual([1, 2, 3]);
  expect(await found(token, 'INVOICE wrong')).toEqual([1]);
  expect(await found(token, 'invoice tota')).toEqual([1]);
  expect(await found(token, 'tota invoice')).toEqual([]);
  expect(await found(token, '4711')).toEqual([1]);
  expect(await found(token, 'zoë hello')).toEqual([3]);
  expect(await found(token, 'billing.example')).toEqual([3]);
});

test('an exact phrase is found in its order only', async () => {
  const { token } = await desk(
    { subject: 'a', text: 'The red printer is loud, and quick.' },
    { subject: 'b', text: 'My printer, red as it is, is loud.' },
  );
  expect(await found(token, 'red printer')).toEqual([1, 2]);
  expect(await found(token, '"red printer"')).toEqual([1]);
  expect(await found(token, '"red printer" quick')).toEqual([1]);
  expect(await found(token, '"printer red" my')).toEqual([2]);
  expect(await found(token, '"red print"')).toEqual([]);
});

test('from: finds contacts and senders, not who is merely mentioned; # finds a number', async () => {
  const { token } = await desk(
    { from: 'Carla Contact <carla@customer.example>', text: 'Ask dave@other.example.' },
    { from: 'Dave <dave@other.example>', text: 'Carla told me to write.' },
  );
  expect(await found(token, 'from:carla')).toEqual([1]);
  expect(await found(token, 'from:dave@other.example')).toEqual([2]);
  expect(await found(token, 'FROM:"Carla Contact"')).toEqual([1]);
  expect(await found(token, 'from:customer.example')).toEqual([1]);
  expect(await found(token, '#2')).toEqual([2]);
  expect(await found(token, '#2 carla')).toEqual([2]);
  expect(await found(token, '#2 from:carla')).toEqual([]);
  expect(await found(token, '#999999999999999')).toEqual([]);
});

test.each([
  ['Russian', 'Не работает ПРИНТЕР, помогите', 'принтер', 'принтера'],
  ['Greek', 'Ο εκτυπωτής δεν λειτουργεί', 'ΕΚΤΥΠΩΤΉΣ δεν', 'σκύλος'],
  ['Russian without ё', 'Ёлка зелёная', 'елка зеленая', 'ель'],
  ['German', 'Die Größe der Straße', 'straße größe', 'grossen'],
  ['Chinese', '我忘记了我的密码，请帮忙重置', '密码', '码密'],
  ['Japanese', 'パスワードをリセットしてください', 'リセット', 'セリット'],
  ['Korean', '비밀번호를 잊어버렸습니다', '번호를', '호번'],
  ['Thai', 'ฉันลืมรหัสผ่านของฉัน', 'รหัสผ่าน', 'ผ่านรหัส'],
  ['Arabic', 'لقد نسيت كلمة المرور', 'كلمة المرور', 'مدرسة'],
  ['Hindi', 'मैं अपना पासवर्ड भूल गया', 'पासवर्ड', 'हाथी'],
  ['full width', 'ＡＢＣ１２３', 'abc123', 'abd'],
  ['decomposed', 'Cafe\u0301 ferme\u0301', 'caf\u00e9', 'cafeteria'],
])('%s text is found by its words', async (_, text, there, notThere) => {
  const { token } = await desk({ text }, { text: 'Something else.' });
  expect(await found(token, there)).toEqual([1]);
  expect(await found(token, notThere)).toEqual([]);
});

/** What was written, and what somebody types on another keyboard. */
test.each([
  ['Wohnungsfotos aus Rödermark', 'rodermark'],
  ['Crème brûlée', 'creme brulee'],
  ['Magazyn w Łodzi, ul. Żółta', 'lodzi zolta'],
  ['Die Straße', 'strasse'],
  ['DIE STRAẞE', 'straße'],
  ['Die Strasse', 'straße'],
  ['IĞDIR ve ısı', 'igdir isi'],
  ['İstanbul', 'ISTANBUL'],
  ['istanbul', 'İSTANBUL'],
  ['Ёлка и счёт', 'елка счет'],
  ['Елка и счет', 'ёлка счёт'],
  ['Мой йогурт', 'МОИ ИОГУРТ'],
  ['ПРИНТЕР НЕ ПЕЧАТАЕТ', 'принтер печатает'],
  ['Ο εκτυπωτής μου', 'ΕΚΤΥΠΩΤΗΣ'],
  ['ΤΟ ΤΙΜΟΛΌΓΙΟ', 'τιμολογιο'],
  ['Řehoř, Škoda, Dvořák', 'rehor skoda dvorak'],
  ['Smørrebrød på Ærø', 'smorrebrod aero'],
  ['Đơn hàng của tôi', 'don hang cua toi'],
  ['Þórður', 'thordur'],
  ['Œuvre', 'oeuvre'],
  ['Găină și țară', 'gaina si tara'],
  ['مُدَرِّسَة أحمد', 'مدرسة احمد'],
  ['שָׁלוֹם', 'שלום'],
  ['Ґанок, звʼязок', 'ганок зв’язок'],
  ['Donau\u00addampf', 'donaudampf'],
  ['Cafe\u0301', 'cafe'],
])('%s is found by %s', async (text, typed) => {
  const { token } = await desk({ text }, { text: 'Something else.' });
  expect(await found(token, typed)).toEqual([1]);
});

test('scripts whose marks are letters keep them', async () => {
  const { token } = await desk({ text: 'がぎぐ' }, { text: 'かきく' }, { text: '한글' }, { text: 'हिन्दी' });
  expect(await found(token, 'がぎ')).toEqual([1]);
  expect(await found(token, 'かき')).toEqual([2]);
  expect(await found(token, '한글')).toEqual([3]);
  expect(await found(token, 'हिन्दी')).toEqual([4]);
});

test('capitals are no others in a database of locale C', async () => {
  const [row] = await db<{ words: string }[]>`
    select search_text('ПРИНТЕР Ёж ΕΚΤΥΠΩΤΉΣ ŁÓDŹ ẞ' collate "C") as words`;
  expect(row?.words).toBe('принтер еж εκτυπωτησ lodz ss');
});

describe('words that an older version stored', () => {
  async function oldDesk() {
    const { token } = await desk({ subject: 'Rödermark', text: 'Crème' }, { text: 'Łódź' });
    const place = await insertDesk(db, 'other@example.com');
    const attachment = { name: 'Größe.pdf', contentType: 'application/pdf', content: Buffer.from('x') };
    const requestId = await insertRequest(db, place);
    await insertInbound(db, place, requestId, { attachment });
    await db`update search_entries set version = 0, words = ''`;
    return { token, requestId };
  }

  test('are rewritten: of subjects, people, messages and files', async () => {
    const { token, requestId } = await oldDesk();
    expect(await found(token, 'creme')).toEqual([]);
    const before = await db`select 1 from search_entries`;
    expect(await rebuildSearch(deps, {})).toEqual({ rewritten: before.length, done: true });
    expect(await found(token, 'creme rodermark')).toEqual([1]);
    expect(await found(token, 'lodz from:c2')).toEqual([2]);
    expect(await found(token, 'grosse')).toEqual([requestId]);
    expect(await rebuildSearch(deps, {})).toEqual({ rewritten: 0, done: true });
  });

  test('are rewritten in as many runs as it takes, and what was written in between stays', async () => {
    const { token } = await oldDesk();
    await db`
      insert into search_entries (request_id, message_id, words, version)
      select 1, 1000000 + n, '', 0 from generate_series(1, 500) n`;
    const stop = new AbortController();
    stop.abort();
    expect(await rebuildSearch(deps, { signal: stop.signal })).toEqual({ rewritten: 0, done: false });
    const first = await rewriteOldWords(db);
    expect(first).toEqual({ rewritten: 200, more: true });
    await db`update requests set subject = 'Zweibrücken' where id = 1`;
    const rest = await rebuildSearch(deps, {});
    expect(rest.done).toBe(true);
    expect(await found(token, 'zweibrucken')).toEqual([1]);
    expect(await db`select from search_entries where version < search_version()`).toEqual([]);
  });

  test('that somebody is writing are left to them', async () => {
    await oldDesk();
    await db.begin(async (tx) => {
      await tx`select from search_entries where request_id = 1 and message_id = 0 for update`;
      expect((await rebuildSearch(deps, {})).done).toBe(false);
    });
    expect(await rebuildSearch(deps, {})).toEqual({ rewritten: 1, done: true });
  });
});

test('notes, answers and names of attachments are found, the words of notices are not', async () => {
  const { token } = await desk({ subject: 'Parcel' });
  await call('POST', '/v1/requests/1/take', { token });
  await call('POST', '/v1/requests/1/notes', { token, body: { text: 'Suspicious walrus.' } });
  await call('POST', '/v1/requests/1/messages', { token, body: { text: 'Your parcel left Reykjavik.' } });
  const second = await insertDesk(db);
  const requestId = await insertRequest(db, second);
  const attachment = {
    name: 'Rechnung_März-2026.pdf',
    contentType: 'application/pdf',
    content: Buffer.from('x'),
  };
  await insertInbound(db, second, requestId, { attachment });
  expect(await found(token, 'walrus')).toEqual([1]);
  expect(await found(token, 'reykjavik')).toEqual([1]);
  expect(await found(token, 'rechnung')).toEqual([requestId]);
  expect(await found(token, 'märz 2026')).toEqual([requestId]);
  const [notice] = await db<{ text: string }[]>`select text from messages where notice = 'created' limit 1`;
  expect(notice?.text).toMatch(/received/i);
  expect(await found(token, 'received')).toEqual([]);
});

test('what changes is found as it is now: subject, contact, text, moved and deleted messages', async () => {
  const { token } = await desk({ subject: 'Alpha', text: 'one' }, { subject: 'Beta', text: 'two' });
  await db`update requests set subject = 'Gamma' where id = 1`;
  await db`update contacts set name = 'Renamed Person' where email = 'c1@customer.example'`;
  await db`update messages set text = 'three' where request_id = 2 and kind = 'inbound'`;
  expect(await found(token, 'gamma')).toEqual([1]);
  expect(await found(token, 'renamed')).toEqual([1]);
  expect(await found(token, 'two')).toEqual([]);
  expect(await found(token, 'three')).toEqual([2]);
  await db`update messages set request_id = 1 where request_id = 2`;
  expect(await found(token, 'three')).toEqual([1]);
  await db`update intake set message_id = null`;
  await db`delete from messages where text = 'three'`;
  expect(await found(token, 'three')).toEqual([]);
  await db`delete from requests where id = 1`;
  const left = await db`select request_id, message_id from search_entries where request_id = 1`;
  expect(left).toEqual([]);
});

test('a text of any size and kind is taken in and found by its beginning', async () => {
  const { token } = await desk();
  const place = await insertDesk(db, 'other@example.com');
  const requestId = await insertRequest(db, place);
  const every = Array.from({ length: 60_000 }, (_, n) => String.fromCodePoint(0x3400 + (n % 27_000))).join(
    '',
  );
  const words = Array.from({ length: 150_000 }, (_, n) => `w${n.toString(36)}`).join(' ');
  const long = `${'x'.repeat(5000)} ${'\u{1F600}'.repeat(1000)} ${'\uFDFA'.repeat(20_000)}`;
  for (const text of [`walrus ${every}`, `seal ${words}`, `otter ${long}`]) {
    await insertInbound(db, place, requestId);
    await db`update messages set text = ${text} where id = (select max(id) from messages)`;
  }
  expect(await found(token, 'walrus')).toEqual([requestId]);
  expect(await found(token, 'seal w1')).toEqual([requestId]);
  expect(await found(token, 'otter')).toEqual([requestId]);
});

test('a search with nothing to look for is refused by its name', async () => {
  const { token } = await desk();
  for (const q of ['', ' ', '!!!', '""', 'from:""', 'a '.repeat(21), 'x'.repeat(501), 'a\0b']) {
    const problem = await problemOf(
      await call('GET', `/v1/requests?q=${encodeURIComponent(q)}`, { token }),
      400,
      'invalid_input',
    );
    expect(problem.errors).toMatchObject([{ pointer: 'q' }]);
  }
});

test('a search finds nothing in mailboxes that the operator does not serve', async () => {
  const { token } = await desk({ text: 'walrus' });
  const other = await insertDesk(db, 'other@example.com');
  const bob = await testOperator(deps, { name: 'Bob', mailboxIds: [other.mailboxId] });
  expect(await found(token, 'walrus')).toEqual([1]);
  expect(await found(bob.token, 'walrus')).toEqual([]);
  expect(await found(bob.token, '#1')).toEqual([]);
});

test('the export holds the same requests as the list, all of them, and no cell that a spreadsheet would run', async () => {
  const { token } = await desk({ subject: '=HYPERLINK("http://evil.example";"x")', text: 'walrus' });
  const place = await insertDesk(db, 'other@example.com');
  await db`
    insert into requests (mailbox_id, contact_id, subject, status, reply_tag, created_at, updated_at, last_message_at)
    select ${place.mailboxId}, ${place.contactId}, 'Request ' || n, 'new', translate(lpad(n::text, 16, 'a'), '0189', 'wxyz'),
      now(), now(), now()
    from generate_series(1, 1200) n`;
  const response = await call('GET', '/v1/requests.csv', { token });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
  const lines = (await response.text()).split('\r\n');
  expect(lines[0]).toMatch(/^"id","mailbox","contactEmail"/);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"";""x"")"`);
  expect(lines.slice(1, -1).map((line) => Number(line.split(',')[0]))).toEqual(
    Array.from({ length: 1201 }, (_, n) => n + 1),
  );
  const filtered = await (await call('GET', '/v1/requests.csv?q=walrus&assignee=none', { token })).text();
  expect(filtered.split('\r\n')).toHaveLength(3);
  await problemOf(await call('GET', '/v1/requests.csv?limit=3', { token }), 400, 'invalid_input');
});

test('cells keep every text as text', () => {
  expect(csvCell(null)).toBe('');
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell(-3)).toBe('-3');
  for (const text of ['=1', '+1', '-1', '@x', '\t=1', ' =1', '\r=1', '＝1'])
    expect(csvCell(text)).toBe(`"'${text}"`);
});
