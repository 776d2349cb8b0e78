import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { RATING_URL } from '../../src/mailboxes/templates/rating-url.ts';
import { renderNotice } from '../../src/mailboxes/templates/render-notice.ts';
import { LANGUAGES } from '../../src/mail/language.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { problemOf } from '../support/app.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();
const DAY = 86_400_000;
const LINK = /https:\/\/desk\.example\.com(\/rate\/[A-Za-z0-9_-]{43})/g;

async function lastMail() {
  await desk.deliver();
  const raw = smtp.mails.at(-1)?.raw ?? Buffer.alloc(0);
  return { raw: raw.toString(), ...(await PostalMime.parse(raw)) };
}

/** Closes the request; the path of the link in the notice that left. */
async function closed(): Promise<string> {
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/close');
  const paths = [...((await lastMail()).text ?? '').matchAll(LINK)].map(([, path]) => path);
  expect(paths).toHaveLength(1);
  return paths[0] ?? '';
}

const get = async (path: string, method = 'GET') => desk.app.request(path, { method });
const vote = (path: string, form: Readonly<Record<string, string>>) =>
  desk.app.request(path, { method: 'POST', body: new URLSearchParams(form) });
const request = () => desk.ok(desk.ann.token, 'GET', '/v1/requests/1');
const found = async (query: string): Promise<number[]> =>
  (await desk.ok(desk.ann.token, 'GET', `/v1/requests?${query}`)).items.map(({ id }: any) => id);
const votes = () =>
  db`select actor_kind, contact_id, old, new from events where type = 'request.rated' order by id`;

test('a vote with its comment is on the request, in the list, the export, the console and the history', async () => {
  const path = await closed();
  expect(await found('rating=none')).toEqual([1]);
  const voted = await vote(path, { rating: 'unhelpful', comment: ' Slow.\0\r\nStill <b>burns</b>. ' });
  expect([voted.status, voted.headers.get('location')]).toEqual([303, path]);
  const comment = 'Slow.\r\nStill <b>burns</b>.';
  const ratedAt = desk.clock.now().toISOString();
  expect(await request()).toMatchObject({
    status: 'closed',
    rating: 'unhelpful',
    ratingComment: comment,
    ratedAt,
  });
  expect(await votes()).toEqual([
    {
      actorKind: 'contact',
      contactId: 1,
      old: { rating: null, comment: null },
      new: { rating: 'unhelpful', comment },
    },
  ]);
  expect(await found('rating=unhelpful')).toEqual([1]);
  expect(await found('rating=unhelpful&rating=none')).toEqual([1]);
  expect(await found('rating=helpful')).toEqual([]);
  expect(await found('rating=none')).toEqual([]);
  const wrong = await desk.call('GET', '/v1/requests?rating=good', { token: desk.ann.token });
  await problemOf(wrong, 400, 'invalid_input');
  const csv = await desk.call('GET', '/v1/requests.csv', { token: desk.ann.token });
  expect(await csv.text()).toContain('"unhelpful"');
  const { session } = await db.begin((tx) => openSession(tx, desk.ann.id, desk.clock.now()));
  const seen = async (where: string) =>
    (
      await desk.app.request(where, {
        headers: { cookie: `mailroom=${session}; __Host-mailroom=${session}` },
      })
    ).text();
  expect(await seen('/requests/1')).toMatch(/Not helpful\s*<small>Slow\.\s+Still &lt;b&gt;/);
  expect(await seen('/requests/1/history')).toContain('Rated by the contact');
  expect(await seen('/requests?rating=unhelpful')).toMatch(
    /<bdi>Rating<\/bdi>: <b dir="auto">Not helpful<\/b>/,
  );
  const page = await (await get(path)).text();
  expect(page).toContain('Still &lt;b&gt;burns&lt;/b&gt;.');
  expect(page).toMatch(/value="unhelpful"\s+required\s+checked/);
});

test('scanners open the link a thousand times, and nobody has voted', async () => {
  const path = await closed();
  const before = await request();
  for (let times = 0; times < 1000; times += 100) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, turn) =>
        get(`${path}${turn % 4 === 0 ? '?rating=helpful' : ''}`, turn % 2 === 0 ? 'GET' : 'HEAD'),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
  expect(await request()).toEqual(before);
  expect(await votes()).toEqual([]);
});

test('the page needs neither cookie nor script, is in no index, and speaks the language of the notice', async () => {
  await db`update contact_settings set language = 'ru'`;
  await db`insert into contact_settings (contact_id, mailbox_id, language) values (1, 1, 'ru') on conflict do nothing`;
  const answer = await get(await closed());
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(answer.headers.get('x-robots-tag')).toContain('noindex');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await answer.text();
  expect(page).not.toContain('<script');
  expect(page).toContain('name="robots" content="noindex"');
  expect(page).toContain('name="viewport" content="width=device-width, initial-scale=1"');
  expect(page).toContain('Помогли ли мы вам?');
  expect(page).not.toContain('The printer is on fire');
});

test('a vote can be changed for fourteen days from the first, and not after', async () => {
  const path = await closed();
  desk.clock.advance(30 * DAY);
  await vote(path, { rating: 'helpful', comment: '' });
  const { ratedAt, version } = await request();
  await vote(path, { rating: 'helpful', comment: '' });
  expect((await request()).version).toBe(version);
  desk.clock.advance(14 * DAY - 1);
  await vote(path, { rating: 'unhelpful', comment: 'Came back.' });
  expect(await request()).toMatchObject({ rating: 'unhelpful', ratingComment: 'Came back.', ratedAt });
  desk.clock.advance(1);
  expect((await vote(path, { rating: 'helpful', comment: '' })).status).toBe(303);
  const page = await (await get(path)).text();
  expect(page).toContain('can no longer be changed');
  expect(page).not.toContain('<form');
  expect(await request()).toMatchObject({ rating: 'unhelpful', ratingComment: 'Came back.' });
  expect(await votes()).toHaveLength(2);
});

test('a request closed again asks anew, and its earlier link has had its say', async () => {
  const first = await closed();
  await vote(first, { rating: 'unhelpful', comment: '' });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/reopen');
  const second = await closed();
  expect(second).not.toBe(first);
  expect(await (await get(second)).text()).not.toMatch(/required\s+checked/);
  await vote(second, { rating: 'helpful', comment: 'Now it is.' });
  await vote(first, { rating: 'unhelpful', comment: 'old' });
  expect(await request()).toMatchObject({ rating: 'helpful', ratingComment: 'Now it is.' });
});

test('the token is in the email alone: the desk shows no link, and stores a hash', async () => {
  const path = await closed();
  const token = path.slice('/rate/'.length);
  const messages = await desk.ok(desk.ann.token, 'GET', '/v1/requests/1/messages');
  expect(JSON.stringify(messages)).toContain(RATING_URL);
  const stored = await db`select m::text as row from messages m union all select l::text from rating_links l
    union all select e::text from events e union all select d::text from deliveries d`;
  expect(stored.filter(({ row }) => row.includes(token))).toEqual([]);
  expect(stored.length).toBeGreaterThan(4);
  const { html, raw } = await lastMail();
  expect(html).toContain(`<a href="https://desk.example.com${path}">`);
  expect(raw).not.toContain('rating.invalid');
});

test('both links hold when the first attempt to send was lost', async () => {
  await desk.deliver();
  smtp.setBehaviour({ data: { code: 451, text: 'later' } });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/close');
  await desk.deliver();
  smtp.setBehaviour({});
  desk.clock.advance(3_600_000);
  const path = [...((await lastMail()).text ?? '').matchAll(LINK)][0]?.[1] ?? '';
  expect(await db`select message_id from rating_links`).toHaveLength(2);
  await vote(path, { rating: 'helpful', comment: '' });
  expect(await request()).toMatchObject({ rating: 'helpful' });
});

test('a mailbox that does not ask leaves no trace of the question', async () => {
  await desk.ok(desk.lea.token, 'PATCH', '/v1/mailboxes/1', { askForRating: false });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/close');
  const { raw, text } = await lastMail();
  expect(text).toContain('is now closed');
  expect(raw).not.toMatch(/helpful|\/rate\//);
  expect(await db`select message_id from rating_links`).toEqual([]);
});

test.each(LANGUAGES.map((language) => [language]))(
  'the shipped closing notice asks in %s, and reads well without',
  (language) => {
    const values = {
      contact: { name: '', email: 'carla@example.org' },
      request: { id: 1, subject: '' },
      mailbox: { name: 'Support', address: 'support@example.com' },
      operator: null,
      fields: {},
    };
    const asking =
      renderNotice('closed', language, [], { ...values, rating: { url: RATING_URL } })?.text ?? '';
    const silent = renderNotice('closed', language, [], { ...values, rating: null })?.text ?? '';
    expect(asking.split(RATING_URL)).toHaveLength(2);
    expect(silent).not.toContain(RATING_URL);
    expect([asking, silent].filter((text) => text.includes('\n\n\n'))).toEqual([]);
  },
);

test('a link that is not there, a vote that is none, and a body that is too long are refused, and change nothing', async () => {
  const path = await closed();
  const before = await request();
  const unknown = `/rate/${'x'.repeat(43)}`;
  for (const wrong of [unknown, '/rate/only-in-the-email', '/rate/%00', `${path}x`]) {
    expect((await get(wrong)).status).toBe(404);
    expect((await vote(wrong, { rating: 'helpful' })).status).toBe(404);
  }
  for (const form of [{}, { rating: '' }, { rating: 'best' }, { comment: 'Hm.' }])
    expect((await vote(path, form)).status).toBe(400);
  expect((await vote(path, { rating: 'helpful', comment: 'x'.repeat(17_000) })).status).toBe(413);
  expect(
    (
      await desk.app.request(path, {
        method: 'POST',
        body: '{',
        headers: { 'content-type': 'application/json' },
      })
    ).status,
  ).toBe(400);
  expect(await request()).toEqual(before);
  await vote(path, { rating: 'helpful', comment: 'y'.repeat(5000) });
  expect((await request()).ratingComment).toHaveLength(2000);
});

test('whoever tries links is stopped', async () => {
  const tries = await Promise.all(Array.from({ length: 70 }, () => get(`/rate/${'x'.repeat(43)}`)));
  expect(tries.filter(({ status }) => status === 429)).toHaveLength(10);
});
