import { spawn } from 'node:child_process';
import { platform } from 'node:os';

// Programs that take the address as it is: a shell would read the ampersands in it.
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Has the machine's browser show a page. Nothing tells whether it does: the address has to be printed as well. */
export function openPage(url: string): void {
  const [program, ...args] = OPENERS[platform()] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  // There may be no such program.
  child.on('error', () => {});
  child.unref();
}
