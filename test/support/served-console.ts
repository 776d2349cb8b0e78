import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { composeSignInLink } from '../../src/apps/console/sign-in/compose-link.ts';
import { bindHttp, type HttpListener } from '../../src/platform/http/http-listener.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { deliverDue } from './deliver-due.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { type TestApp, testApp, testOperator } from './app.ts';
import { openBrowser, openWindow, type Window } from './browser.ts';
import { testDatabase } from './database.ts';
import { type MailParts, receive, testMailbox } from './intake.ts';
import { startSmtpListener } from './smtp-listener.ts';
import { oneAccount } from './transports.ts';

/** Other services as the app is to know them. */
type Outside = Pick<NonNullable<Parameters<typeof testApp>[1]>, 'microsoft' | 'atlassian'>;

/** In what a page differs from others. */
type Ways = {
  readonly javaScriptEnabled?: boolean;
  readonly language?: string;
  readonly timezoneId?: string;
  readonly bypassCSP?: boolean;
};

/** The path that the desk stands under, and whether the proxy in front leaves it on what it hands on. */
export type Front = { readonly path: string; readonly isLeftOn: boolean };

/**
 * The app on a test database, served on loopback, and one browser: cheaper than a demo, and its mails leave when a test says
 * so. Empty at the start of every test. Its hooks are the file's.
 */
export async function servedConsole(outside: Outside = {}, front: Front = { path: '', isLeftOn: true }) {
  const { db } = await testDatabase();
  const parsePool = createParsePool({ size: 1 });
  const smtp = await startSmtpListener();
  const stop = new AbortController();
  const windows: Window[] = [];
  /** What no page may do: fail, complain, or ask another host for anything. */
  const faults: string[] = [];
  let listener: HttpListener;
  let transport: MailTransport;
  let made: TestApp;
  let origin = '';

  beforeAll(async () => {
    [listener] = await Promise.all([bindHttp({ host: '127.0.0.1', port: 0 }), openBrowser()]);
    origin = `http://127.0.0.1:${listener.port}`;
    transport = smtpTransport({ url: smtp.url, maxConnections: 1 });
    made = testApp(db, {
      ...outside,
      parsePool,
      transports: oneAccount(transport),
      publicUrl: `${origin}${front.path}`,
      stopping: stop.signal,
    });
    listener.serve((request, bindings) =>
      behind(front, request, (handed) => made.app.fetch(handed, bindings)),
    );
  }, 60_000);
  afterEach(async () => {
    await Promise.all(windows.splice(0).map((each) => each.close(origin)));
    smtp.setBehaviour({});
  });
  afterAll(async () => {
    stop.abort();
    transport.close();
    await Promise.all([listener.close(), parsePool.close(), smtp.stop()]);
  });

  function watch(page: Page): void {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        faults.push(`${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
        faults.push(`asked ${request.url()}`);
    });
  }

  /** A page that is watched, in a window of its own, of nobody yet. */
  async function opened(ways: Ways = {}): Promise<Page> {
    const window = await openWindow();
    windows.push(window);
    const page = await window.context.newPage();
    watch(page);
    if (Object.keys(ways).length > 0) await goWays(page, ways);
    return page;
  }

  async function signIn(page: Page, operatorId: number): Promise<void> {
    const { session } = await db.begin((tx) => openSession(tx, operatorId, made.clock.now()));
    await page.context().addCookies([{ name: 'mailroom', value: session, url: origin }]);
  }

  return {
    db,
    smtp,
    opened,
    faults,
    get app() {
      return made;
    },
    url: (path: string) => `${origin}${front.path}${path}`,
    mailbox: () => testMailbox(made.deps),
    operator: (name: string, role: 'agent' | 'lead' | 'admin' = 'agent') =>
      testOperator(made.deps, { name, role }),
    receive: (parts: MailParts) => receive(made, parts),
    deliver: () =>
      deliverDue(
        { ...made.deps, deskComposers: { sign_in: composeSignInLink(made.deps) } },
        { random: () => 0 },
      ),
    /** A call of the interface as an operator's program; anything but a 2xx fails the test. */
    async ok(token: string, method: string, path: string, body?: unknown): Promise<any> {
      const response = await made.call(method, path, { token, body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    /** Signs somebody in where a page is. */
    signIn,
    /** A page that is watched, in a window of its own, of somebody signed in. */
    async signedIn(operatorId: number, ways: Ways = {}): Promise<Page> {
      const page = await opened(ways);
      await signIn(page, operatorId);
      return page;
    },
  };
}

// Of the page, not of its window: a window of another kind is a process more, which costs as much as three pages.
async function goWays(page: Page, ways: Ways): Promise<void> {
  const { javaScriptEnabled = true, language, timezoneId, bypassCSP = false } = ways;
  const devtools = await page.context().newCDPSession(page);
  if (!javaScriptEnabled) await devtools.send('Emulation.setScriptExecutionDisabled', { value: true });
  if (timezoneId !== undefined) await devtools.send('Emulation.setTimezoneOverride', { timezoneId });
  if (bypassCSP) await devtools.send('Page.setBypassCSP', { enabled: true });
  if (language !== undefined) await page.setExtraHTTPHeaders({ 'accept-language': language });
}

// As a proxy does: what is beside the desk is somebody else's.
function behind(
  { path, isLeftOn }: Front,
  request: Request,
  hand: (request: Request) => Response | Promise<Response>,
): Response | Promise<Response> {
  if (path === '') return hand(request);
  const url = new URL(request.url);
  if (url.pathname !== path && !url.pathname.startsWith(`${path}/`))
    return new Response('not the desk', { status: 404 });
  if (isLeftOn) return hand(request);
  url.pathname = url.pathname.slice(path.length) || '/';
  return hand(new Request(url, request));
}
