import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { composeSignInLink } from '../../src/apps/console/sign-in/compose-link.ts';
import { notificationUrl } from '../../src/intake/microsoft/notifications/keep-subscription.ts';
import { signInCallback } from '../../src/intake/microsoft/delegated/begin-sign-in.ts';
import { callbackUrl } from '../../src/integrations/jira/connections/consent.ts';
import { hookUrl } from '../../src/integrations/jira/hearing/webhooks.ts';
import { findRelaySetup } from '../../src/mailboxes/relay-secrets/find-relay-setup.ts';
import { makeOwnLink } from '../../src/people/sign-in-links/make-link.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { sendDigests } from '../../src/requests/telling/send-digests.ts';
import { tellingComposers } from '../../src/requests/telling/desk-composers.ts';
import type { MailTransport } from '../../src/outbox/smtp/transport.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { pathBehind, pathInFront } from '../../src/platform/http/path-in-front.ts';
import { testApp } from '../support/app.ts';
import { contractDesk, servedJira } from '../support/contract-desk.ts';
import { testDatabase } from '../support/database.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { DESK } from '../support/intake.ts';
import { oneAccount } from '../support/transports.ts';

const FRONT = '/desk';
const PUBLIC_URL = `https://example.com${FRONT}`;
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&quot;': '"', '&#39;': "'" };

const { db, keep } = await testDatabase();
const jira = await servedJira();
const parsePool = createParsePool({ size: 1 });
afterAll(parsePool.close);
const made = testApp(db, { publicUrl: PUBLIC_URL, parsePool });
const desk = await contractDesk(db, made, jira);
await db`
  update messages
  set html = '<p>href="/kept" in text <a href="https://elsewhere.example/x">x</a></p>', text = 'see action="/kept"'
  where id = ${desk.messageId}`;
const { session } = await db.begin((tx) => openSession(tx, desk.admin.id, made.clock.now()));
const cookie = `__Secure-mailroom=${session}`;
const putBack = await keep();
beforeEach(putBack);

const ask = (path: string, init: RequestInit = {}) =>
  made.app.request(`https://example.com${path}`, {
    ...init,
    headers: { cookie, 'sec-fetch-site': 'same-origin', ...(init.headers as Record<string, string>) },
  });

// A form's own key is new each time, and the place in the feed whenever anybody on the server has written.
const withoutNew = (page: string): string => page.replace(/(?:name="key" value|data-feed)="[^"]+"/g, '');

/** Every address in the tags of a page, by its attribute. */
function addressesIn(page: string): { readonly name: string; readonly address: string }[] {
  return [...page.matchAll(/<[a-z][^<>]*>/gi)].flatMap(([tag]) =>
    [...tag.matchAll(/\s([a-z-]+)="(\/[^"]*)"/gi)]
      .filter(
        ([, name = '']) => !['value', 'data-key', 'aria-keyshortcuts', 'data-copy-text', 'd'].includes(name),
      )
      .map(([, name = '', text = '']) => ({
        name,
        address: text.replace(/&(?:amp|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity),
      })),
  );
}

test('no link, form, picture or script of any page of the console leads out of the path in front', async () => {
  const seen = new Set<string>();
  const left: string[] = [];
  const waiting = [`${FRONT}/`];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const response = await ask(path);
    const location = response.headers.get('location');
    const page = response.headers.get('content-type')?.startsWith('text/html') ? await response.text() : '';
    // A mailbox without a relay secret and a file that is held have a page that says so.
    if (response.status >= 400 && response.status !== 409) left.push(`${path} answers ${response.status}`);
    const found = [
      ...addressesIn(page),
      ...(location === null ? [] : [{ name: 'location', address: location }]),
    ];
    for (const { name, address } of found) {
      const { pathname, search, origin } = new URL(address, `https://example.com${path}`);
      if (origin !== 'https://example.com' || !pathname.startsWith(`${FRONT}/`))
        left.push(`${path}: ${name}="${address}"`);
      // One page of each kind, however many requests there are.
      const names = [...new URLSearchParams(search).keys()].toSorted();
      const kind = `${pathname.replace(/\d+/g, 'N')}?${names.join('&')}`;
      if (!['href', 'src', 'location', 'data-page'].includes(name) || seen.has(kind)) continue;
      seen.add(kind);
      waiting.push(`${pathname}${search}`);
    }
  }
  expect(left).toEqual([]);
  for (const place of [
    '/overview',
    '/quarantine',
    '/deliveries',
    '/settings/webhooks',
    '/settings/jira',
    '/keys',
  ])
    expect([...seen].map((path) => path.split('?')[0])).toContain(`${FRONT}${place}`);
  expect(seen.size).toBeGreaterThan(50);
}, 60_000);

test('a script of the console asks for a path of the desk by `at` alone', () => {
  const folder = new URL('../../src/apps/console/assets/browser/', import.meta.url);
  const bare = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/.{3}['"`]\/[a-z].*/g) ?? []);
  expect(bare.filter((line) => !/^at\(['"`]/.test(line))).toEqual([]);
});

test('a proxy that takes the path off is answered with the same pages, redirects and cookies', async () => {
  for (const path of [
    '/',
    '/requests?view=open',
    `/requests/${desk.open}`,
    '/settings/me',
    '/docs',
    '/openapi.json',
  ]) {
    const [kept, taken] = await Promise.all([ask(`${FRONT}${path}`), ask(path)]);
    expect(taken.status).toBe(kept.status);
    expect(taken.headers.get('location')).toBe(kept.headers.get('location'));
    expect(withoutNew(await taken.text())).toBe(withoutNew(await kept.text()));
  }
  expect((await ask(FRONT)).headers.get('location')).toBe('/desk/requests?view=open');
  expect((await ask('/desks/requests')).status).toBe(404);
});

describe('what is written', () => {
  test('in an email that looks like an address is left as it is', async () => {
    const shown = await (await ask(`${FRONT}/requests/${desk.open}/messages/${desk.messageId}/html`)).text();
    expect(shown).toContain('href="/kept" in text');
    expect(shown).toContain('href="https://elsewhere.example/x"');
    expect(shown).toMatch(/<link rel="stylesheet" href="\/desk\/assets\//);
  });

  test('an email’s frame may load its style sheet and its own pictures from where they are', async () => {
    const shown = await ask(`${FRONT}/requests/${desk.open}/messages/${desk.messageId}/html`);
    const policy = shown.headers.get('content-security-policy') ?? '';
    const [, sheet = ''] = /href="([^"]+)"/.exec(await shown.text()) ?? [];
    expect(policy).toContain(`style-src-elem https://example.com${sheet};`);
    expect(policy).toContain(
      `https://example.com/desk/requests/${desk.open}/messages/${desk.messageId}/inline/`,
    );
  });
});

test('whoever is signed out is led to sign in and back, by cookies that no other path of the host gets', async () => {
  const out = await ask(`${FRONT}/requests/${desk.open}?from=x`, { headers: { cookie: '' } });
  expect(out.headers.get('location')).toBe('/desk/sign-in');
  const place = out.headers.getSetCookie().find((each) => each.startsWith('mailroom-to=')) ?? '';
  expect(place).toContain('Path=/desk/sign-in;');
  const link = new URL(await makeOwnLink(made.deps, { whose: 'operator', email: 'ada@desk.example.com' }));
  expect(link.href).toMatch(/^https:\/\/example\.com\/desk\/sign-in\?token=/);
  const page = await (await ask(`${link.pathname}${link.search}`, { headers: { cookie: '' } })).text();
  expect(page).toContain('<form method="post" action="/desk/sign-in"');
  const opened = await ask('/desk/sign-in', {
    method: 'POST',
    headers: { cookie: place.split(';')[0] ?? '', 'content-type': 'application/x-www-form-urlencoded' },
    body: `token=${link.searchParams.get('token') ?? ''}`,
  });
  expect(opened.headers.get('location')).toBe(`/desk/requests/${desk.open}?from=x`);
  const [session = ''] = opened.headers
    .getSetCookie()
    .filter((each) => each.startsWith('__Secure-mailroom='));
  expect(session).toMatch(/; Path=\/desk; .*HttpOnly; Secure; SameSite=Lax/);
  const ended = await ask('/desk/sign-out', { method: 'POST' });
  expect(ended.headers.getSetCookie().join('\n')).toMatch(/__Secure-mailroom=; Max-Age=0; Path=\/desk;/);
});

test('a form that is sent from a page below the path is believed to come from here', async () => {
  const sent = await ask(`${FRONT}/requests/${desk.taken}/unassign`, {
    method: 'POST',
    body: new URLSearchParams({ do: 'it' }),
  });
  expect(sent.status).toBe(303);
  expect(sent.headers.get('location')).toMatch(/^\/desk\/requests\//);
  const byOrigin = await made.app.request(`http://10.0.0.7:3000/requests/${desk.taken}/take`, {
    method: 'POST',
    headers: { cookie, origin: 'https://example.com' },
    body: new URLSearchParams({ do: 'it' }),
  });
  expect(byOrigin.status).toBe(303);
});

test('the interface names itself below the path: its document, its page and its problems', async () => {
  const document = (await (await ask('/desk/openapi.json')).json()) as {
    servers: unknown;
    components: { securitySchemes: { session: { name: string } } };
  };
  expect(document.servers).toEqual([{ url: '/desk' }]);
  expect(document.components.securitySchemes.session.name).toBe('__Secure-mailroom');
  expect(await (await ask('/desk/docs')).text()).toContain('src="/desk/docs/start.js"');
  const refused = (await (await ask('/desk/v1/requests/999999')).json()) as { type: string };
  expect(refused.type).toBe('/desk/problems/not_found');
  expect((await ask(refused.type)).status).toBe(200);
  const bulk = await ask('/desk/v1/requests/bulk', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids: [999_999], verb: 'close' }),
  });
  expect(await bulk.text()).toContain('"/desk/problems/not_found"');
});

test('what other programs are told to call lies below the path', async () => {
  const { deps } = made;
  const setup = await findRelaySetup(deps, desk.admin.actor, { address: DESK });
  const told = [
    setup.url,
    callbackUrl(deps),
    hookUrl(deps, 7),
    signInCallback(deps),
    notificationUrl(PUBLIC_URL, 7),
  ];
  for (const address of told) expect(address).toMatch(/^https:\/\/example\.com\/desk\/[a-z]/);
});

test('every link to the desk in an email lies below the path', async () => {
  const left: string[] = [];
  const transport: MailTransport = {
    account: 'main',
    async send(mime, { to }) {
      left.push(mime.toString().replaceAll('=\r\n', '').replaceAll('=3D', '='));
      const reply = { code: 250, enhancedCode: null, text: 'OK' };
      return { kind: 'answered', accepted: [...to], refused: [], reply };
    },
    verify: async () => null,
    close: () => {},
  };
  const deps = { ...made.deps, transports: oneAccount(transport) };
  const mailbox = await made.call('PATCH', `/v1/mailboxes/${desk.mailboxId}`, {
    token: desk.admin.token,
    body: { askForRating: true },
  });
  expect(mailbox.status).toBe(200);
  await made.call('POST', `/v1/requests/${desk.open}/close`, { token: desk.admin.token });
  await made.call('POST', '/desk/v1/sign-in', { body: { email: 'ada@desk.example.com' } });
  await sendDigests(deps);
  const composers = { sign_in: composeSignInLink(deps), ...tellingComposers(deps) };
  await deliverDue({ ...deps, deskComposers: composers });
  const links = left.flatMap((mail) => mail.match(/https:\/\/example\.com[^\s<>"]*/g) ?? []);
  const kinds = new Set(links.map((link) => new URL(link).pathname.split('/')[2] ?? ''));
  expect([...kinds].toSorted()).toEqual(['rate', 'sign-in']);
  for (const link of links) expect(link).toMatch(/^https:\/\/example\.com\/desk\//);
});

test.each(['/requests', '/v1', '/assets/x', '/sign-in'])(
  'a path in front that is one of the desk’s own, %s, is refused',
  (front) => {
    expect(() => testApp(db, { publicUrl: `https://example.com${front}` }).app).toThrow(
      /^PUBLIC_URL: must not have a path/,
    );
  },
);

test('a path in front is taken off whole segments alone', () => {
  expect(pathInFront('https://example.com/')).toBe('');
  expect(pathInFront('https://example.com/a/b')).toBe('/a/b');
  expect(pathBehind('/desk', '/desk')).toBe('/');
  expect(pathBehind('/desk', '/desk/')).toBe('/');
  expect(pathBehind('/desk', '/desks/1')).toBe('/desks/1');
  expect(pathBehind('', '/desk/1')).toBe('/desk/1');
});
