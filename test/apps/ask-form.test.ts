import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FORM_LIMITS, forgetFormPosts } from '../../src/intake/form/post-form.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { settleOnPage } from '../../src/outbox/on-page/settle-on-page.ts';
import { standInAddress } from '../../src/people/requesters/page-only.ts';
import { HOUR, MINUTE } from '../../src/platform/time.ts';
import { testDatabase } from '../support/database.ts';
import { insertContact, insertRequest } from '../support/desk.ts';
import { cookieOf, formDesk, HERE, WORDS } from '../support/form-desk.ts';
import { DESK } from '../support/intake.ts';
import { requesterToken } from '../support/requester.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

let made: Awaited<ReturnType<typeof formDesk>>;
beforeEach(async () => {
  made = await formDesk(db, parsePool);
});

const filed = async () => ({
  intake: await db`select outcome from intake`,
  requests: await db`select subject from requests`,
  contacts: await db`select email from contacts`,
  events:
    await db`select type from events where type <> 'mailbox.added' and type not like 'operator%' and type not like 'token%'`,
});
const NOTHING = { intake: [], requests: [], contacts: [], events: [] };
const countOf = (answers: readonly Response[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

describe('the form of a mailbox', () => {
  test('is there only where the mailbox offers it', async () => {
    expect((await made.get(`/ask/${DESK}`)).status).toBe(200);
    expect((await made.get(`/ask/${DESK.toUpperCase()}`)).status).toBe(200);
    expect((await made.get('/ask/nobody@desk.example.com')).status).toBe(404);
    await db`update mailboxes set offers_form = false`;
    expect((await made.get(`/ask/${DESK}`)).status).toBe(404);
    expect((await made.ask()).status).toBe(404);
    expect(await db`select id from form_posts`).toEqual([]);
  });

  test('is found by an international domain as people write it', async () => {
    await db`update mailboxes set address = 'hilfe@xn--bcher-kva.example' where id = ${made.mailbox.id}`;
    expect((await made.get('/ask/Hilfe@Bücher.example')).status).toBe(200);
    const body = { mailbox: 'hilfe@bücher.example', subject: 'My parcel', text: 'It has not come.' };
    const opened = await made.call('POST', '/v1/my-requests', {
      token: requesterToken('maria@example.org', 'Maria'),
      body,
    });
    expect([opened.status, await opened.json()]).toMatchObject([
      201,
      { mailbox: { address: 'hilfe@xn--bcher-kva.example' } },
    ]);
  });

  test('files nothing before the link in the email is confirmed; a GET confirms nothing, a POST does, once', async () => {
    const { ask, mailed, get, confirm, ada, call } = made;
    const asked = await ask({ attachments: new File(['hello'], 'a.txt') });
    expect([asked.status, asked.headers.get('set-cookie')]).toEqual([200, null]);
    expect(await filed()).toEqual(NOTHING);
    const { text, token } = await mailed('form_confirm');
    expect(text).not.toMatch(/parcel|Vera|come/);
    for (let n = 0; n < 20; n += 1) expect((await get(`/ask/confirm?token=${token}`)).status).toBe(200);
    const page = await (await get(`/ask/confirm?token=${token}`)).text();
    expect(page).toContain('My &lt;i&gt;parcel&lt;/i&gt;');
    expect(page).not.toMatch(/<script|<i>/);
    expect((await call('GET', '/v1/requests?q=parcel', { token: ada.token })).status).toBe(200);
    expect(await filed()).toEqual(NOTHING);
    expect((await confirm(token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await filed()).toEqual(NOTHING);
    const both = await Promise.all([confirm(token), confirm(token)]);
    expect(countOf(both, 303)).toBe(1);
    expect(countOf(both, 404)).toBe(1);
    expect((await confirm(token)).status).toBe(404);
    expect(await filed()).toMatchObject({
      intake: [{ outcome: 'opened' }],
      requests: [{ subject: WORDS.subject }],
      contacts: [{ email: 'vera@example.org' }],
    });
    expect(
      await db`
      select matched_by, authenticity, (select name from attachments where message_id = messages.id) as file
      from messages where kind = 'inbound'`,
    ).toEqual([{ matchedBy: 'form', authenticity: 'verified', file: 'a.txt' }]);
    // The link has proven the address: she is signed in, and sees her request.
    const done = both.find(({ status }) => status === 303);
    const shown = await get(done?.headers.get('location') ?? '', done === undefined ? '' : cookieOf(done));
    expect(await shown.text()).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(await db`select raw, subject, excerpt from form_posts`).toEqual([
      { raw: null, subject: '', excerpt: '' },
    ]);
  });

  test('forgets what nobody confirmed within a day', async () => {
    const { ask, mailed, clock, confirm, deps } = made;
    await ask();
    const { token } = await mailed('form_confirm');
    clock.advance(24 * HOUR);
    expect((await confirm(token)).status).toBe(404);
    expect(await filed()).toEqual(NOTHING);
    expect(await forgetFormPosts(deps)).toBe(1);
  });

  test('takes no link once the mailbox has taken its form away', async () => {
    await made.ask();
    const { token } = await made.mailed('form_confirm');
    await db`update mailboxes set offers_form = false`;
    expect((await made.confirm(token)).status).toBe(404);
    expect(await filed()).toEqual(NOTHING);
  });

  test('keeps nothing of a program that fills in every field, and answers it as it answers people', async () => {
    const answer = await made.ask({ website: 'https://spam.example' });
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('A link is on its way to vera@example.org.'),
    ]);
    expect(await db`select id from form_posts`).toEqual([]);
    expect(await db`select kind from desk_mails`).toEqual([]);
  });

  test('names what is missing, in the language of the browser, with what was typed', async () => {
    const russian = { 'accept-language': 'ru' };
    for (const [changes, said] of [
      [{ email: 'nobody' }, 'Это не адрес электронной почты.'],
      [{ email: DESK }, 'Это не адрес электронной почты.'],
      [{ email: 'x@requester.invalid' }, 'Это не адрес электронной почты.'],
      [{ subject: ' ' }, 'Заполните все поля.'],
      [{ text: '\n' }, 'Заполните все поля.'],
      [{ subject: 's'.repeat(501) }, 'Тема или текст слишком длинные'],
      [{ text: 't'.repeat(200_001) }, 'Тема или текст слишком длинные'],
    ] as const) {
      const answer = await made.ask(changes, russian);
      const page = await answer.text();
      expect([answer.status, page.includes(said), page.includes('Vera &lt;b&gt;')]).toEqual([
        400,
        true,
        true,
      ]);
    }
    expect(await db`select id from form_posts`).toEqual([]);
  });

  test('takes a number of posts an hour for an address, and from a network, and no more', async () => {
    const { clock, ask } = made;
    for (let n = 0; n < FORM_LIMITS.perAddress; n += 1)
      expect((await ask({}, {}, `10.0.${n}.1`)).status).toBe(200);
    expect((await ask({}, {}, '10.0.99.1')).status).toBe(429);
    const another = (n: number) => ask({ email: `v${n}@example.org` }, {}, `198.51.100.${n}`);
    for (let n = 0; n < FORM_LIMITS.perNetwork - 4; n += 1) expect((await another(n)).status).toBe(200);
    // Of several at once no more than the limit leaves pass.
    const rest = await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => another(100 + n)));
    expect([countOf(rest, 200), countOf(rest, 429)]).toEqual([4, 2]);
    expect((await ask({ email: 'w@example.org' }, {}, '198.51.101.1')).status).toBe(200);
    clock.advance(FORM_LIMITS.withinMs - 1);
    // Nothing is read of what is refused, and no form is drawn for it.
    let read = 0;
    const body = new ReadableStream({ pull: () => void (read += 1) }, { highWaterMark: 0 });
    const headers = { ...HERE, 'content-type': 'multipart/form-data; boundary=x' };
    const refused = await made.app.request(
      `/ask/${DESK}`,
      { method: 'POST', headers, body, duplex: 'half' },
      { incoming: { socket: { remoteAddress: '198.51.100.200' } } },
    );
    expect([refused.status, refused.headers.get('retry-after'), read]).toEqual([429, '3600', 0]);
    expect(await refused.text()).not.toContain('<form');
    clock.advance(1);
    expect((await another(201)).status).toBe(200);
    expect((await ask({}, {}, '10.0.99.1')).status).toBe(200);
  });

  test('refuses a body that is too large by its header, before it is read, and one from another site', async () => {
    const { app, get } = made;
    let read = 0;
    const body = new ReadableStream({ pull: () => void (read += 1) }, { highWaterMark: 0 });
    const headers = {
      ...HERE,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': String(27 * 1024 * 1024),
    };
    const refused = await app.request(`/ask/${DESK}`, { method: 'POST', headers, body, duplex: 'half' });
    expect([refused.status, read]).toEqual([413, 0]);
    // What was typed is where it was typed: the browser may keep that page.
    expect(await refused.text()).toContain('what you wrote is still there');
    expect((await get(`/ask/${DESK}`)).headers.get('cache-control')).toBe('no-cache');
    expect((await made.ask({}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await db`select id from form_posts`).toEqual([]);
    // Signed in or not, nothing of a body is taken by who has no session.
    const { status, headers: answered } = await made.post('/my/1', new FormData());
    expect([status, answered.get('location')]).toEqual([303, '/my/sign-in']);
    expect((await get('/my')).headers.get('location')).toBe('/my/sign-in');
  });
});

describe('the page of one’s own requests', () => {
  const signIn = async (email: string): Promise<string> => {
    await made.post('/my/sign-in', new URLSearchParams({ email }));
    const { token } = await made.mailed('requester_sign_in');
    expect((await made.get(`/my/sign-in?token=${token}`)).headers.get('set-cookie')).toBeNull();
    const opened = await made.post('/my/sign-in', new URLSearchParams({ token }));
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/my']);
    const again = await made.post('/my/sign-in', new URLSearchParams({ token }));
    expect(again.status).toBe(400);
    return cookieOf(opened);
  };

  test('opens by a mailed link: one opens, sees, writes, attaches, rewords and withdraws there', async () => {
    const { get, post } = made;
    const cookie = await signIn('maria@example.org');
    const send = (path: string, words: Record<string, string | File>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(words)) form.append(name, value);
      return post(path, form, { cookie });
    };
    const words = {
      mailbox: DESK,
      subject: 'My parcel',
      text: 'It has <b>not</b> come.',
      once: 'one-click-only',
    };
    const opened = await send('/my/new', { ...words, attachments: new File(['hello'], '<i>.txt') });
    const path = opened.headers.get('location') ?? '';
    expect([opened.status, path]).toEqual([303, '/my/1']);
    // A second click, and Back and Send, open nothing more.
    expect((await send('/my/new', words)).status).toBe(422);
    const page = await (await get(path, cookie)).text();
    expect(page).toContain('It has &lt;b&gt;not&lt;/b&gt; come.');
    expect(page).not.toMatch(/<script|<b>not|<i>/);
    const file = /href="(\/my\/1\/files\/\d+)"/.exec(page)?.[1] ?? '';
    expect(await (await get(file, cookie)).text()).toBe('hello');
    const changed = await send(`${path}/edit`, { subject: 'My letter', text: 'Nor this.' });
    expect(changed.status).toBe(303);
    expect((await send(path, { text: 'Hello?' })).headers.get('location')).toMatch(/^\/my\/1#m\d+$/);
    expect((await send(path, { text: ' ' })).status).toBe(400);
    expect(await (await get('/my', cookie)).text()).toContain('My letter');
    // Somebody else's browser, and somebody else's page.
    const otto = await signIn('otto@example.org');
    expect((await get(path, otto)).status).toBe(404);
    expect((await get(file, otto)).status).toBe(404);
    const foreign = { cookie, 'sec-fetch-site': 'cross-site' };
    expect((await post(`${path}/withdraw`, new FormData(), foreign)).status).toBe(403);
    expect(await db`select status from requests`).toEqual([{ status: 'new' }]);
    expect((await send(`${path}/withdraw`, {})).status).toBe(303);
    expect(await db`select status from requests`).toEqual([{ status: 'closed' }]);
    const russian = await get(path, cookie, { 'accept-language': 'ru-RU' });
    expect(await russian.text()).toContain('Обращение закрыто.');
    // The session works for the interface, and on no path of an operator's.
    expect((await get('/v1/my-requests', cookie)).status).toBe(200);
    expect((await get('/v1/requests', cookie)).status).toBe(401);
    const out = await post('/my/sign-out', new URLSearchParams(), { cookie });
    expect(out.status).toBe(303);
    expect((await get('/my', cookie)).status).toBe(303);
  });

  test('is mailed to nobody who could neither see nor ask anything there', async () => {
    await db`update mailboxes set offers_form = false`;
    const ask = (email: string) => made.post('/my/sign-in', new URLSearchParams({ email }));
    const [stranger, known] = [await ask('stranger@example.org'), await ask('maria@example.org')];
    expect(stranger.status).toBe(200);
    expect(await stranger.text()).toBe(await known.text());
    expect(await db`select kind from desk_mails`).toEqual([]);
    const contactId = await insertContact(db, { email: 'maria@example.org', name: 'Maria' });
    await insertRequest(db, { mailboxId: made.mailbox.id, contactId });
    await ask('stranger@example.org');
    await ask('maria@example.org');
    expect(await db`select address from delivery_recipients`).toEqual([{ address: 'maria@example.org' }]);
  });

  test('is mailed to no address that stands for somebody without one', async () => {
    const asked = await made.post(
      '/my/sign-in',
      new URLSearchParams({ email: standInAddress('https://idp.example', 'nadia') }),
    );
    expect(asked.status).toBe(200);
    expect(await db`select kind from desk_mails`).toEqual([]);
  });

  test('shows the values of fields as they are read, and says why a held file is not given', async () => {
    const cookie = await signIn('maria@example.org');
    const token = made.ada.token;
    const fields = [
      { key: 'cost', name: 'Cost <b>', kind: 'number' },
      { key: 'due', name: 'Due', kind: 'date' },
      { key: 'paid', name: 'Paid', kind: 'yes_no' },
      { key: 'inner', name: 'Inner', kind: 'text', shownToContacts: false },
    ];
    for (const field of fields)
      await made.call('POST', '/v1/fields', {
        token,
        body: { mailboxId: null, shownToContacts: true, ...field },
      });
    const form = new FormData();
    const words = { mailbox: DESK, subject: 'My parcel', text: 'It has not come.' };
    for (const [name, value] of Object.entries(words)) form.append(name, value);
    form.append('attachments', new File(['hello'], 'a.txt'));
    await made.post('/my/new', form, { cookie });
    const values = { cost: 1234.5, due: '2026-12-24', paid: true, inner: 'Not for Maria.' };
    await db`update requests set fields = ${db.json(values)}`;
    const page = await (await made.get('/my/1', cookie)).text();
    for (const shown of ['1,234.5', '24 Dec 2026', 'Yes', 'Cost &lt;b&gt;'])
      expect(page).toContain(`>${shown}<`);
    expect(page).not.toContain('Not for Maria.');
    const russian = await (await made.get('/my/1', cookie, { 'accept-language': 'ru' })).text();
    for (const shown of ['1\u00a0234,5', 'Да']) expect(russian).toContain(`>${shown}<`);
    await db`update attachments set scan = 'held', scan_reason = 'Eicar'`;
    const file = /href="(\/my\/1\/files\/\d+)"/.exec(page)?.[1] ?? '';
    const held = await made.get(file, cookie);
    expect([held.status, await held.text()]).toEqual([409, expect.stringContaining('virus scanner holds')]);
  });

  test('gives back the other words that were typed for a request, also when somebody was faster', async () => {
    const cookie = await signIn('maria@example.org');
    const send = (path: string, words: Record<string, string>) =>
      made.post(path, new URLSearchParams(words), { cookie });
    await send('/my/new', { mailbox: DESK, subject: 'My parcel', text: 'It has not come.' });
    const blank = await send('/my/1/edit', { subject: ' ', text: 'It has come after all.' });
    const again = await blank.text();
    expect(blank.status).toBe(400);
    expect(again).toMatch(/<details class="change" open>[\s\S]*It has come after all\.<\/textarea/);
    expect((await made.call('POST', '/v1/requests/1/take', { token: made.ada.token })).status).toBe(200);
    const late = await send('/my/1/edit', { subject: 'My parcel', text: 'It has come after all.' });
    expect(late.status).toBe(409);
    expect(await late.text()).toMatch(/action="\/my\/1"[\s\S]*It has come after all\.<\/textarea/);
    expect(await db`select text from messages where direction = 'in'`).toEqual([
      { text: 'It has not come.' },
    ]);
  });

  test('is mailed three links within 15 minutes, and each holds as long', async () => {
    const ask = () => made.post('/my/sign-in', new URLSearchParams({ email: 'maria@example.org' }));
    for (let n = 0; n < 5; n += 1) expect((await ask()).status).toBe(200);
    expect(await db`select kind from desk_mails`).toHaveLength(3);
    const { token } = await made.mailed('requester_sign_in');
    made.clock.advance(15 * MINUTE);
    expect((await made.get(`/my/sign-in?token=${token}`)).status).toBe(400);
    expect((await made.post('/my/sign-in', new URLSearchParams({ token }))).status).toBe(400);
    expect((await ask()).status).toBe(200);
    expect(await db`select kind from desk_mails`).toHaveLength(4);
  });
});

describe('somebody without an email address', () => {
  const token = requesterToken(null, 'Nadia');
  const body = { mailbox: DESK, subject: 'My badge', text: 'It does not open the door.' };
  /** Nadia's request with an answer that is held for a minute. */
  const answered = async (copies: readonly string[] = []) => {
    const { call, ada } = made;
    const opened = await call('POST', '/v1/my-requests', { token, body });
    const { id } = (await opened.json()) as { id: number };
    expect(opened.status).toBe(201);
    await call('POST', `/v1/requests/${id}/take`, { token: ada.token });
    expect(await db`select id from deliveries`).toEqual([]);
    const reply = { token: ada.token, body: { text: 'Try now.', cc: copies, holdSeconds: 60 } };
    const message = (await (await call('POST', `/v1/requests/${id}/messages`, reply)).json()) as {
      id: number;
      delivery: { id: number };
    };
    const seen = async () => {
      const own = (await (await call('GET', `/v1/my-requests/${id}`, { token })).json()) as {
        messages: { text: string }[];
      };
      return own.messages.map(({ text }) => text);
    };
    return { id, message, seen };
  };

  test.each([[[]], [['colleague@example.org']]])(
    'reads nothing of an answer that was taken back while it was held, copied to %j',
    async (copies) => {
      const { call, ada, clock, deps } = made;
      const { id, message, seen } = await answered(copies);
      expect((await call('POST', `/v1/messages/${message.id}/take-back`, { token: ada.token })).status).toBe(
        200,
      );
      clock.advance(60_000);
      expect(await settleOnPage(deps)).toBe(0);
      expect(await seen()).toEqual([body.text]);
      const told = await call('GET', `/v1/deliveries/${message.delivery.id}`, { token: ada.token });
      expect(await told.json()).toMatchObject({
        state: 'cancelled',
        sentAt: null,
        recipients: ['', ...copies].map(() => ({ state: 'cancelled', reply: null })),
      });
      expect(await db`select first_response_at from requests where id = ${id}`).toEqual([
        { firstResponseAt: null },
      ]);
    },
  );

  test('is answered on their page: nothing is mailed, and the delivery says so', async () => {
    const { call, ada, clock, deps } = made;
    const {
      id,
      message: { delivery },
      seen,
    } = await answered();
    expect(await settleOnPage(deps)).toBe(0);
    expect(await seen()).toEqual([body.text]);
    clock.advance(60_000);
    expect(await seen()).toEqual([body.text, 'Try now.']);
    expect(await settleOnPage(deps)).toBe(1);
    const told = await call('GET', `/v1/deliveries/${delivery.id}`, { token: ada.token });
    expect(await told.json()).toMatchObject({
      state: 'sent',
      recipients: [{ state: 'accepted', reply: 'Shown on their page: they have no email address.' }],
      attempts: [],
    });
    expect(await db`select first_response_at from requests where id = ${id}`).toEqual([
      { firstResponseAt: clock.now() },
    ]);
    // The same person, by the same token, and nobody else.
    const other = await call('GET', `/v1/my-requests/${id}`, { token: requesterToken(null, 'Nora') });
    expect(other.status).toBe(404);
  });
});
