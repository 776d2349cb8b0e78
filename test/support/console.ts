import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { RunningDemo } from '../../src/apps/demo/start-demo.ts';
import { openBrowser, openWindow, type Window } from './browser.ts';
import { demoCaller, demoFolder, startTestDemo } from './demo.ts';

/** A running desk with its Gmail account and SMTP server, a browser, and operators who sign in. Its hooks are the file's. */
export async function consoleDesk() {
  const folder = await demoFolder();
  /** What no page may do: fail, complain, or ask another host for anything. */
  const faults: string[] = [];
  let demo: RunningDemo;
  const windows: Window[] = [];

  beforeAll(async () => {
    [demo] = await Promise.all([startTestDemo(folder.dataDir), openBrowser()]);
  }, 90_000);
  afterAll(async () => {
    await Promise.all(windows.map((each) => each.close(demo.serverUrl)));
    await demo.stop();
    await folder.remove();
  });

  function watch(page: Page): void {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        faults.push(`${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(demo.serverUrl) && !request.url().startsWith('data:'))
        faults.push(`asked ${request.url()}`);
    });
  }

  return {
    faults,
    get demo() {
      return demo;
    },
    get contact() {
      return demoCaller(demo);
    },
    /** Resolves when this many requests of somebody stand on the desk. */
    async filed(address: string, count: number): Promise<void> {
      await demoCaller(demo).stateWhere(address, ({ desk }) => {
        const found = desk.requests.filter(({ contact }) => contact.email === address);
        if (found.length < count) throw new Error(`${found.length} of ${count} requests are there`);
      });
    },
    url: (path: string) => `${demo.serverUrl}${path}`,
    /** The interface, as a program of the operator's; anything but a 2xx fails the test. */
    async api(method: string, path: string, body?: unknown): Promise<any> {
      const response = await fetch(`${demo.serverUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    /** A page that is watched, in a browser of its own, of somebody signed in. */
    async signedIn(options: BrowserContextOptions = {}, email = 'olga@example.com'): Promise<Page> {
      const window = await openWindow(options);
      windows.push(window);
      const page = await window.context.newPage();
      watch(page);
      await page.goto(await demo.signInLink(email));
      await page.locator('main button').click();
      await page.locator('nav.side').waitFor({ state: 'attached' });
      return page;
    },
  };
}
