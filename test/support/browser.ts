import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** A browser out of an npm package; it is unpacked into the folder for temporary files at the first start. */
export async function openBrowser(): Promise<Browser> {
  // Pages need no GPU, and software rendering of WebGL costs seconds at the start.
  chromium.setGraphicsMode = false;
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Chromium refuses to run as root in a sandbox; the package's arguments are made for that.
    args: chromium.args,
  });
}
