import { spawn } from 'node:child_process';
import { platform } from 'node:os';

// Programs that take the address as one argument: a shell would interpret its ampersands.
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Asks the machine's browser to show a page. Whether it does is unknown, so the caller prints the address too. */
export function openPage(url: string): void {
  const [program, ...args] = OPENERS[platform()] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  // There may be no such program.
  child.on('error', () => {});
  child.unref();
}
