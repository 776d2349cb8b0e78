#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { openPage } from './open-page.ts';
import { runCommandLine } from './run-command-line.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

if (existsSync('.env')) process.loadEnvFile('.env');
// A page is shown to somebody who sits at this machine, not to one who came over the network.
const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
const hasScreen = process.platform !== 'linux' || (DISPLAY ?? WAYLAND_DISPLAY) !== undefined;
const hasBrowser = process.stderr.isTTY && hasScreen && SSH_CONNECTION === undefined;

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ...(hasBrowser ? { openPage } : {}),
  },
  systemClock,
);
