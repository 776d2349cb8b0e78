#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { openPage } from './open-page.ts';

// A reader that has seen enough (`| head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

if (existsSync('.env')) process.loadEnvFile('.env');
// Opens a page only for a person at this machine, not for one connected over the network.
const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
const hasScreen = process.platform !== 'linux' || (DISPLAY ?? WAYLAND_DISPLAY) !== undefined;
const hasBrowser = process.stderr.isTTY && hasScreen && SSH_CONNECTION === undefined;

// From the second start on the code comes compiled; where the folder cannot be written, Node goes on without.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/compiled'));
const { runCommandLine } = await import('./run-command-line.ts');
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ...(hasBrowser ? { openPage } : {}),
  },
  null,
);
