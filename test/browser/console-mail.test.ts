import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { framePolicy } from '../../src/apps/console/mail/document.ts';
import { sanitizeHtml } from '../../src/mail/html/sanitize-html.ts';
import { amount } from '../support/amount.ts';
import { openWindow, type Window } from '../support/browser.ts';
import { PAYLOADS } from '../support/hostile-html.ts';
import { handOver, mailOf } from '../support/intake.ts';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();
let page: Page;
let window: Window;
const ORIGIN = 'http://desk.test';
const asked: string[] = [];

beforeAll(async () => {
  window = await openWindow();
  page = await window.context.newPage();
  page.on('dialog', (dialog) => void dialog.dismiss());
});
afterAll(() => window.close(ORIGIN));

test('the browser of the tests keeps frames apart, or nothing below would mean anything', async () => {
  await page.setContent('<iframe sandbox="" srcdoc="<p>x</p>"></iframe>');
  await page.waitForFunction('frames.length === 1');
  expect(await page.evaluate("document.querySelector('iframe').contentDocument")).toBeNull();
});

// What payloads try, done by frames that may: once each of these has happened, what stands before them has had its chance, and
// it is known that what happens is seen.
const CONTROLS = [
  '<style>@keyframes k{}</style><p style="animation:k 1ms" onanimationstart="top.seen.animation = 1">x</p>',
  '<details open ontoggle="top.seen.toggle = 1">x</details>',
  '<svg><animate onbegin="top.seen.begin = 1" attributeName=x dur=1s /></svg>',
  '<img src=none onerror="top.seen.error = 1">',
  '<input autofocus onfocus="1"><script>setTimeout(() => (top.seen.timer = 1))</script>',
  '<meta http-equiv=refresh content="0;url=/control/refreshed">',
  '<link rel=stylesheet href="/control/style.css" onload="top.seen.sheet = 1">',
];
const SEEN = ['animation', 'begin', 'error', 'refreshed', 'sheet', 'timer', 'toggle'];

/** Shows each payload as a mail's frame shows it, and gives what was asked for and what ran. */
async function shown(documents: readonly string[]) {
  const policy = framePolicy({
    style: `${ORIGIN}/assets/x/mail.css`,
    images: [`${ORIGIN}/requests/1/messages/1/inline/`],
  });
  await page.route('**/*', (route) => {
    // What the policy stops gets no further than the browser, and never comes here.
    asked.push(route.request().url());
    const { pathname, origin: host } = new URL(route.request().url());
    if (host === ORIGIN && pathname === '/') {
      const frames = documents.map(
        (_, index) =>
          `<iframe sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" src="/mail/${index}"></iframe>`,
      );
      const controls = CONTROLS.map((_, index) => `<iframe src="/control/${index}"></iframe>`);
      const body = `<title>desk</title><script>seen = {}</script>${frames.join('')}${controls.join('')}`;
      return route.fulfill({ contentType: 'text/html', body });
    }
    const control = /^\/control\/(\w+)/.exec(pathname)?.[1];
    if (control === 'refreshed')
      return route.fulfill({ contentType: 'text/html', body: '<script>top.seen.refreshed = 1</script>' });
    if (control === 'style') return route.fulfill({ contentType: 'text/css', body: 'p{}' });
    if (control !== undefined)
      return route.fulfill({ contentType: 'text/html', body: CONTROLS[Number(control)] ?? '' });
    const index = /^\/mail\/(\d+)$/.exec(pathname)?.[1];
    if (host === ORIGIN && index !== undefined)
      return route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': policy, 'x-dns-prefetch-control': 'off' },
        body: `<!doctype html><html><head><title>Mail</title></head><body>${documents[Number(index)]}</body></html>`,
      });
    return route.fulfill({ body: '' });
  });
  asked.length = 0;
  await page.goto(`${ORIGIN}/`, { waitUntil: 'load' });
  await page.waitForFunction(`Object.keys(seen).sort().join() === '${SEEN.join()}'`);
  const outside = asked.filter(
    (url) =>
      !/^(http:\/\/desk\.test\/($|mail\/\d+$|control\/\w+(\.css)?$|requests\/1\/messages\/1\/inline\/)|data:|about:)/.test(
        url,
      ),
  );
  const state = await page.evaluate(
    "({ title: document.title, ran: globalThis.ran ?? null, frames: frames.length, inside: [...document.querySelectorAll('iframe')].map((each) => each.contentWindow.ran ?? null).filter((ran) => ran !== null) })",
  );
  await page.unroute('**/*');
  return { outside, state };
}

const calm = (count: number) => ({
  outside: [],
  state: { title: 'desk', ran: null, frames: count + CONTROLS.length, inside: [] },
});

/** How many payloads share a frame in a test; the proof shows each in a frame of its own. */
const IN_FRAME = amount(12, 1);

/** Documents of several payloads each, with this between them. */
function joined(payloads: readonly string[], between: string): string[] {
  const frames = Math.ceil(payloads.length / IN_FRAME);
  return Array.from({ length: frames }, (_, at) =>
    payloads.slice(at * IN_FRAME, (at + 1) * IN_FRAME).join(between),
  );
}

test('nothing of any payload runs or loads once it is sanitised', async () => {
  const documents = joined(
    PAYLOADS.map(({ html }) => sanitizeHtml(html)),
    '<hr>',
  );
  expect(await shown(documents)).toEqual(calm(documents.length));
});

test('what is left of a payload is plain text and layout, and stays that when it is parsed again', async () => {
  const documents = PAYLOADS.map(({ name, html }) => [name, sanitizeHtml(html)] as const);
  const found = await page.evaluate(inspect, documents);
  expect(found).toEqual([]);
});

// Runs in the browser, whose parser is the one that counts.
function inspect(documents: (readonly [string, string])[]): string[] {
  const { DOMParser } = globalThis as any;
  const words = (text: string) => new Set(text.split(' '));
  const never = words(
    'script style link meta base iframe frame frameset object embed applet form input button select textarea option svg math template ' +
      'video audio source track picture portal dialog title noscript noembed noframes xmp plaintext listing isindex area map slot',
  );
  const kept = words(
    'style dir lang align valign title href rel target src data-src alt width height color size face border cellpadding cellspacing ' +
      'bgcolor colspan rowspan nowrap span start type reversed value',
  );
  const found: string[] = [];
  for (const [name, html] of documents) {
    const { body } = new DOMParser().parseFromString(html, 'text/html');
    const again = new DOMParser().parseFromString(body.innerHTML, 'text/html').body;
    if (again.innerHTML !== body.innerHTML) found.push(`${name}: changes when parsed again`);
    for (const element of body.querySelectorAll('*')) {
      const tag = element.localName;
      if (never.has(tag) || tag.includes('-')) found.push(`${name}: <${tag}>`);
      for (const { name: attribute, value } of element.attributes) {
        if (!kept.has(attribute)) found.push(`${name}: ${attribute}`);
        if (attribute === 'href' && !/^(https?:\/\/|mailto:|tel:)/i.test(value))
          found.push(`${name}: ${value}`);
        if (attribute === 'src' && !/^(cid:|data:image\/(png|jpe?g|gif|webp);base64,)/i.test(value))
          found.push(`${name}: ${value}`);
        if (attribute === 'target' && value !== '_blank') found.push(`${name}: target ${value}`);
        if (
          attribute === 'style' &&
          /[\\@<]|url|image|expression|behavior|binding|position\s*:|--|attr\(/i.test(value)
        )
          found.push(`${name}: ${value}`);
      }
    }
  }
  return found;
}

/** Ends what a payload leaves open, so that it cannot hide the next one. */
const ENDS = `"'>-->]]>${'script style title textarea noscript template svg math select xmp iframe noembed noframes form table'
  .split(' ')
  .map((tag) => `</${tag}>`)
  .join('')}`;

test('nothing of any payload runs or loads raw, by the policy of the frame alone', async () => {
  const payloads = PAYLOADS.map(({ html }) => html);
  // Nothing ends this one: it would hide what comes after it.
  const endless = payloads.filter((html) => /<plaintext/i.test(html));
  const others = payloads.filter((html) => !endless.includes(html));
  const documents = [...joined(others, ENDS), ...endless];
  expect(await shown(documents)).toEqual(calm(documents.length));
});

/** The body of a mail with a file of this name. */
const withFile = (name: string): string =>
  [
    '--edge\r\n\r\nHello\r\n--edge',
    `Content-Disposition: attachment; filename="${name}"\r\n\r\nx\r\n--edge--`,
  ].join('\r\n');

test('names of strangers are text on every page that shows them', async () => {
  const name = '"><img src=x onerror=alert(1)>';
  await desk.mailbox();
  const ada = await desk.operator('Ada', 'admin');
  const parts = {
    from: `${JSON.stringify(name)} <eve@customer.example>`,
    subject: `<script>alert(1)</script>${name}`,
    text: withFile('<img src=x>.txt'),
  };
  for (const verdict of ['pass', 'fail (p=REJECT)']) {
    const results = `mx.google.com; dmarc=${verdict} header.from=customer.example`;
    const raw = mailOf({ ...parts, results }).replace(
      'text/plain; charset=utf-8',
      'multipart/mixed; boundary=edge',
    );
    await handOver(desk.app, { raw });
  }
  const own = await desk.signedIn(ada.id);
  for (const path of [
    '/requests?view=open',
    '/requests/1',
    '/contacts/1',
    '/requests/1/history',
    '/quarantine',
  ]) {
    await own.goto(desk.url(path));
    await own.getByText('onerror=alert(1)').first().waitFor({ state: 'attached' });
    expect(await own.locator('main img:not([alt])').count()).toBe(0);
    expect(await own.locator('main script').count()).toBe(0);
  }
  expect(desk.faults).toEqual([]);
});
