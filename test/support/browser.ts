import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium as playwright,
  type Page,
} from 'playwright-core';

// With the first ones a page reads what lies in a sandboxed frame, and every test of isolation would pass or fail for nothing.
const LEFT_OUT = new Set([
  // In one process the end of one window's context is the end of all.
  '--single-process',
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--allow-running-insecure-content',
  // Without it each window's process is loaded and linked anew, instead of forked: a quarter of what a window costs.
  '--no-zygote',
  // Pages need no GPU: one that software plays costs more than to paint without.
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
]);

// Chromium takes the last of several lists, and the package's hides Playwright's. With RenderDocument each page that is gone to
// is a frame made anew, a quarter of what it costs.
const FEATURES_OFF = ['PaintHolding', 'RenderDocument'];

// Pages are laid out, pressed and asked, but never painted: that is a sixth of what they cost. A picture needs a painted one.
const isSeen = ['PICTURES', 'SCREENSHOTS'].some((name) => process.env[name] !== undefined);

let opened: Promise<Browser> | undefined;

/** The browser of this process's test files; it ends with the process. */
export function openBrowser(): Promise<Browser> {
  opened ??= launch();
  return opened;
}

/** A browser of somebody's own: cookies, storage and pages are theirs. */
export type Window = {
  readonly context: BrowserContext;
  /** Closes its pages and forgets what those of this origin kept; the next who opens such a window has this one. */
  readonly close: (origin: string) => Promise<void>;
};

type Kept = {
  readonly context: BrowserContext;
  /** An empty page that keeps the window's process: started anew, it costs three times what a page in it does. */
  readonly anchor: Page;
  readonly devtools: CDPSession;
};

/** How many windows that nobody has are kept: one takes 100 MB. */
const MOST_FREE = 4;
const free: Kept[] = [];

/** A window in which nobody was, as far as a page can tell, and no page is. */
export async function openWindow(): Promise<Window> {
  const kept = free.pop() ?? (await newWindow());
  return { context: kept.context, close: (origin) => giveBack(kept, origin) };
}

async function newWindow(): Promise<Kept> {
  const browser = await openBrowser();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    // What fades in is painted a dozen times: a third of what a click costs.
    reducedMotion: 'reduce',
  });
  const anchor = await context.newPage();
  return { context, anchor, devtools: await context.newCDPSession(anchor) };
}

async function giveBack(kept: Kept, origin: string): Promise<void> {
  const { context, anchor, devtools } = kept;
  const pages = context.pages().filter((page) => page !== anchor);
  await Promise.all(pages.map((page) => page.close()));
  await Promise.all([context.clearCookies(), context.clearPermissions()]);
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  free.push(kept);
  if (free.length > MOST_FREE) await free.shift()?.context.close();
}

// Out of an npm package; it is unpacked at the first start, for each user into a folder of their own.
async function launch(): Promise<Browser> {
  // Software rendering of WebGL costs seconds at the start.
  chromium.setGraphicsMode = false;
  return playwright.launch({
    executablePath: await unpacked(),
    // Chromium refuses to run as root in a sandbox; the package's arguments are made for that.
    args: [
      ...chromium.args.filter((each) => !LEFT_OUT.has(each)).map(withFeaturesOff),
      '--disable-gpu',
      ...(isSeen ? [] : ['--blink-settings=acceleratedCompositingEnabled=false']),
      // Pages of one window share a process.
      '--renderer-process-limit=1',
    ],
  });
}

function withFeaturesOff(flag: string): string {
  return flag.startsWith('--disable-features=') ? [flag, ...FEATURES_OFF].join() : flag;
}

// The package unpacks into the folder for temporary files, where another user's copy may lie that one may not run.
async function unpacked(): Promise<string> {
  const shared = process.env['TMPDIR'];
  const own = join(tmpdir(), `mailroom-chromium-${userInfo().uid}`);
  await mkdir(own, { recursive: true, mode: 0o700 });
  process.env['TMPDIR'] = own;
  try {
    return await chromium.executablePath();
  } finally {
    if (shared === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = shared;
  }
}
