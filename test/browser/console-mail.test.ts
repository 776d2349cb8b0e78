import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { framePolicy } from '../../src/apps/console/mail/document.ts';
import { sanitizeHtml } from '../../src/mail/html/sanitize-html.ts';
import { consoleDesk } from '../support/console.ts';
import { PAYLOADS } from '../support/hostile-html.ts';

const desk = await consoleDesk();
let page: Page;
const asked: string[] = [];

beforeAll(async () => {
  page = await desk.browser.newPage();
  page.on('dialog', (dialog) => void dialog.dismiss());
});

test('the browser of the tests keeps frames apart, or nothing below would mean anything', async () => {
  await page.setContent('<iframe sandbox="" srcdoc="<p>x</p>"></iframe>');
  await page.waitForFunction('frames.length === 1');
  expect(await page.evaluate("document.querySelector('iframe').contentDocument")).toBeNull();
});

/** Shows each payload as a mail's frame shows it, and gives what was asked for and what ran. */
async function shown(documents: readonly string[]) {
  const origin = 'http://desk.test';
  const policy = framePolicy({
    style: `${origin}/assets/x/mail.css`,
    images: [`${origin}/requests/1/messages/1/inline/`],
  });
  await page.route('**/*', (route) => {
    // What the policy stops gets no further than the browser, and never comes here.
    asked.push(route.request().url());
    const { pathname, origin: host } = new URL(route.request().url());
    if (host === origin && pathname === '/') {
      const frames = documents.map(
        (_, index) =>
          `<iframe sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" src="/mail/${index}"></iframe>`,
      );
      return route.fulfill({ contentType: 'text/html', body: `<title>desk</title>${frames.join('')}` });
    }
    const index = /^\/mail\/(\d+)$/.exec(pathname)?.[1];
    if (host === origin && index !== undefined)
      return route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': policy, 'x-dns-prefetch-control': 'off' },
        body: `<!doctype html><html><head><title>Mail</title></head><body>${documents[Number(index)]}</body></html>`,
      });
    return route.fulfill({ body: '' });
  });
  asked.length = 0;
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  // Animations, late loads and timers of the payloads have had their chance.
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))');
  const outside = asked.filter(
    (url) =>
      !/^(http:\/\/desk\.test\/($|mail\/\d+$|requests\/1\/messages\/1\/inline\/)|data:|about:)/.test(url),
  );
  const state = await page.evaluate(
    "({ title: document.title, ran: globalThis.ran ?? null, frames: frames.length, inside: [...document.querySelectorAll('iframe')].map((each) => each.contentWindow.ran ?? null).filter((ran) => ran !== null) })",
  );
  await page.unroute('**/*');
  return { outside, state };
}

const calm = (count: number) => ({
  outside: [],
  state: { title: 'desk', ran: null, frames: count, inside: [] },
});

test('nothing of any payload runs or loads once it is sanitised', async () => {
  const documents = PAYLOADS.map(({ html }) => sanitizeHtml(html));
  expect(await shown(documents)).toEqual(calm(documents.length));
});

test('nothing of any payload runs or loads raw, by the policy of the frame alone', async () => {
  const documents = PAYLOADS.map(({ html }) => html);
  expect(await shown(documents)).toEqual(calm(documents.length));
});

test('names of strangers are text on every page that shows them', async () => {
  const name = '"><img src=x onerror=alert(1)>';
  await desk.contact.write({
    address: 'eve@example.org',
    name,
    subject: `<script>alert(1)</script>${name}`,
    file: new File(['x'], '<img src=x>.txt', { type: 'text/plain' }),
  });
  await desk.filed('eve@example.org', 1);
  const { page: own } = await desk.signedIn();
  for (const path of [
    '/requests?view=open',
    '/requests/1',
    '/contacts/1',
    '/requests/1/history',
    '/quarantine',
  ]) {
    await own.goto(desk.url(path));
    expect(await own.locator('main img:not([alt])').count()).toBe(0);
    expect(await own.locator('main script').count()).toBe(0);
  }
  expect(desk.faults).toEqual([]);
});
