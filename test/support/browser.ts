import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

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

let opened: Promise<Browser> | undefined;

/** The browser of this process's test files, who open windows of their own in it and close them; it ends with the process. */
export function openBrowser(): Promise<Browser> {
  opened ??= launch();
  return opened;
}

// Out of an npm package; it is unpacked at the first start, for each user into a folder of their own.
async function launch(): Promise<Browser> {
  // Software rendering of WebGL costs seconds at the start.
  chromium.setGraphicsMode = false;
  return playwright.launch({
    executablePath: await unpacked(),
    // Chromium refuses to run as root in a sandbox; the package's arguments are made for that.
    args: [...chromium.args.filter((each) => !LEFT_OUT.has(each)), '--disable-gpu'],
  });
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
